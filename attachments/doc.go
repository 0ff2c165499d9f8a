// Package attachments keeps the photos of any thing: rows here, bytes in
// internal/files. Who may see one is the policy of the thing it belongs to;
// this package only knows the state.
//
// Invariants:
//   - what is kept was decoded and encoded again by us: no byte of the upload
//     survives the request, no metadata, no position, no file name; where a photo
//     was taken is handed back once, to whoever uploads it;
//   - kind and dimensions are read before anything is decoded: at most 12 MB and
//     40 megapixels; JPEG, PNG and WebP only, by their first bytes;
//   - at most two photos are worked on at once per process (a very large one
//     alone); whoever waits too long gets Unavailable, and nothing is lost;
//   - the bytes are on disk before the row is committed, the row before the
//     answer; bytes without a row are swept away later;
//   - a photo belongs to exactly one draft or one subject; a draft or an upload
//     to a subject has at most five (a merge may bring more together);
//   - held is the state of everything new; released photos only are public;
//     removed ones keep their row and lose their bytes.
//
// Tables: attachments, attachment_versions. Events: none; the domain that
// releases or moves a photo says so itself.
package attachments
