// Package previewtest stands for what draws PDFs, which takes seconds to start.
package previewtest

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"

	"github.com/mitwirk/mitwirk/internal/preview"
)

// Drawer says of every file that it has two pages, and draws both white.
type Drawer struct{}

// Render implements what casework and complaints want of a renderer.
func (Drawer) Render(context.Context, []byte) (preview.Document, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, 30, 40)), nil); err != nil {
		return preview.Document{}, err
	}
	p := preview.Page{Wide: 30, High: 40, JPEG: out.Bytes()}
	return preview.Document{Total: 2, Pages: []preview.Page{p, p}}, nil
}
