package votes

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ForgetPerson unties a person from their votes, which stay and are nobody's.
func ForgetPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlForgetPerson, person); err != nil {
		return fmt.Errorf("forget voter: %w", err)
	}
	return nil
}

const sqlForgetPerson = `DELETE FROM voter_persons WHERE person_id = $1`
