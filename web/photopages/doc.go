// Package photopages takes photos in and serves them. It has no pages of its
// own: forms of other page folders send to /uploads, and their pictures point to
// /photos.
//
//	POST   /uploads              draft, photo, optional alt, next → 201 JSON, or back to next
//	DELETE /uploads/{id}         → 204
//	POST   /uploads/{id}/delete  the same without a script → back to next
//	POST   /uploads/{id}/alt     alt → JSON, or back to next
//	GET    /photos/{id}          2,048 pixels; ?v= is the version and makes it cacheable
//	GET    /photos/{id}/small    640 pixels
//
// Invariants: what one may not see answers as what does not exist; a photo is
// always sent as image/jpeg; a refused photo costs neither draft nor report.
package photopages
