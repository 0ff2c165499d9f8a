package s3store

import (
	"context"
	"fmt"
	"net/url"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/s3blob" // registers the scheme s3

	"github.com/mitwirk/mitwirk/internal/files"
)

// Open opens s3://bucket?region=…&endpoint=…&use_path_style=true; credentials
// come from the usual AWS environment variables and files.
func Open(ctx context.Context, u *url.URL) (files.Store, error) {
	b, err := blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("open s3 bucket: %w", err)
	}
	return files.NewBucket(b), nil
}
