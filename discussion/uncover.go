package discussion

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Uncovered is nothing: a comment has no photos.
func (m Moderated) Uncovered(context.Context, pgx.Tx, subject.Part) error {
	return fault.Missing("photo of a comment")
}
