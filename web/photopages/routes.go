package photopages

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Access says who may see a photo of a thing; app plugs in the policies of the
// domains.
type Access interface {
	// MaySee returns nil when the actor may see the photo in the state in which
	// it is. A released photo of a thing that is public at this moment is for
	// everybody, the zero Actor included; a held one for its owner, for a session
	// that opened the thing by its access code, and for the team in charge.
	MaySee(ctx context.Context, actor accounts.Actor, a attachments.Attachment) error
}

// Deps are what the handlers need.
type Deps struct {
	Photos *attachments.Service
	Access Access
}

// bodyLimit is more than a photo may have, so that somebody who sends a larger
// one gets an answer and not a broken connection.
const bodyLimit = 3 * attachments.MaxBytes

// Register adds the routes.
func Register(e *kit.Router, deps Deps) {
	e.POST("/uploads", deps.upload, kit.BodyLimit(bodyLimit))
	e.DELETE("/uploads/:id", deps.remove)
	e.POST("/uploads/:id/delete", deps.remove)
	e.POST("/uploads/:id/alt", deps.alt)
	e.GET("/photos/:id", deps.large)
	e.GET("/photos/:id/small", deps.small)
}

// photoID reads the id in the path. What is no id does not exist.
func photoID(c kit.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil || len(c.Param("id")) != 36 {
		return uuid.Nil, fault.Missing("photo")
	}
	return id, nil
}
