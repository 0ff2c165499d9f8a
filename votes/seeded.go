package votes

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// PublishSeeded makes public what SeedAll has brought: totals of an import, or
// of the demo, that nobody's single rating can be read from. Below ten nothing
// is shown, as ever.
func PublishSeeded(ctx context.Context, tx pgx.Tx, ref subject.Ref, aspect Aspect) error {
	if err := Publish(ctx, tx, ref, aspect); err != nil {
		return err
	}
	return publishBatch(ctx, tx, string(ref.Kind), ref.ID, string(aspect), 0)
}
