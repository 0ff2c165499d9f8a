package reports

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/subject"
)

// What the service needs of its neighbours below, each by name of the need.
type (
	// Catalogue gives the categories in use (categories.Service).
	Catalogue interface {
		Catalogue(ctx context.Context) (*categories.Catalogue, error)
		Calendar(ctx context.Context) (*categories.Calendar, error)
	}
	// Places tells what lies at a point (geo.Service). Outside the city it is
	// fault Invalid err.outside.
	Places interface {
		Locate(ctx context.Context, at subject.Point, category string) (geo.Place, error)
		DistrictByRef(ctx context.Context, ref string) (l geo.Label, ok bool, err error)
	}
	// Photos keeps the bytes of pictures and their earlier forms (attachments.Service).
	Photos interface {
		DeleteFor(ctx context.Context, tx pgx.Tx, kind subject.Kind, ids ...uuid.UUID) (int, error)
		// Settle forgets the forms of released photos from before they were covered.
		Settle(ctx context.Context, tx pgx.Tx, ids ...uuid.UUID) error
		// Redact covers parts of a photo in a new form of it.
		Redact(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID, rects []attachments.Rect) (attachments.Attachment, error)
	}
	// Forms are the drafts (drafts.Service).
	Forms interface {
		Delete(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error
	}
	// Letters sends the mails of this package.
	Letters interface {
		ConfirmFollow(ctx context.Context, tx pgx.Tx, contact uuid.UUID, r *Report, lang string) error
	}
)

// endOfDay is the last second of a day in the city.
func endOfDay(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	return time.Date(at.Year(), at.Month(), at.Day(), 23, 59, 59, 0, zone)
}
