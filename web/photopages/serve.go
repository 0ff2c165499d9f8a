package photopages

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

func (d Deps) large(c kit.Context) error { return d.serve(c, false) }

func (d Deps) small(c kit.Context) error { return d.serve(c, true) }

func (d Deps) serve(c kit.Context, small bool) error {
	id, err := photoID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	a, err := d.Photos.Get(ctx, id)
	if err != nil {
		return err
	}
	public, err := d.maySee(ctx, kit.Actor(c), a)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", "inline")
	h.Set("X-Content-Type-Options", "nosniff")
	if !public {
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
	} else {
		h.Del("Set-Cookie") // it may lie in a cache that many share
		h.Set("Cache-Control", caching(c.QueryParam("v"), a.Version))
		tag := etag(a, small)
		h.Set("ETag", tag)
		if strings.Contains(c.Request().Header.Get("If-None-Match"), tag) {
			return c.NoContent(http.StatusNotModified)
		}
	}
	data, err := d.Photos.Bytes(ctx, a, small)
	if err != nil {
		return err
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	return c.Blob(http.StatusOK, attachments.Type, data)
}

// maySee decides and tells whether the photo is for everybody. Whatever the
// reason against it: it does not exist.
func (d Deps) maySee(ctx context.Context, actor accounts.Actor, a attachments.Attachment) (public bool, err error) {
	switch {
	case a.Draft != uuid.Nil:
		err = d.Photos.MayEdit(ctx, actor, a)
	case a.State == attachments.Released:
		if err = hide(d.Access.MaySee(ctx, accounts.Actor{}, a)); err == nil {
			return true, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return false, err
		}
		err = d.Access.MaySee(ctx, actor, a) // of a thing that is hidden or private
	default:
		err = d.Access.MaySee(ctx, actor, a)
	}
	return false, hide(err)
}

func hide(err error) error {
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Unauthenticated) {
		return fault.Missing("photo").Because(err)
	}
	return err
}

// caching lets browsers keep a version for good: what changes gets another
// address. Caches between us and many people ask again after two seconds, so that
// a photo that is held again or removed is gone there.
func caching(asked string, version int) string {
	if asked == strconv.Itoa(version) {
		return "public, max-age=31536000, s-maxage=2, immutable"
	}
	return "public, no-cache"
}

func etag(a attachments.Attachment, small bool) string {
	form := "l"
	if small {
		form = "s"
	}
	return fmt.Sprintf(`"%s-%d%s"`, hex.EncodeToString(a.SHA256[:8]), a.Version, form)
}
