package accounts

import (
	"context"

	"github.com/mitwirk/mitwirk/internal/db"
)

// ReplySignature signs what stands in an address for answers by mail: nobody can
// make one for a case that they were not written about. 10 bytes.
func ReplySignature(ctx context.Context, q db.Queryer, parts ...string) ([]byte, error) {
	sum, err := keyed(ctx, q, "reply", parts...)
	if err != nil {
		return nil, err
	}
	return sum[:10], nil
}
