package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const (
	// draftKind keeps the photos of this API apart from the forms of the pages.
	draftKind = "api"
	// unused is how long a photo waits for its report.
	unused = 24 * time.Hour
	// uploadPatience is how long an upload may take: 12 MB at 0.8 Mbit/s.
	uploadPatience = 2 * time.Minute
	uploadLimit    = attachments.MaxBytes + 1<<10 // so that the pipeline says what is too large
)

// photoTypes are what the pipeline reads. It looks at the bytes, not at this.
var photoTypes = []string{"image/jpeg", "image/png", "image/webp"}

type uploaded struct {
	ID     uuid.UUID `json:"id" doc:"To be named in photos when the report is sent, within 24 hours and by the same token."`
	Width  int       `json:"width"`
	Height int       `json:"height"`
}

func (a *api) photos() {
	type input struct {
		OnceParam
		Type string `header:"Content-Type" hidden:"true"`
	}
	type output struct{ Body uploaded }
	content := map[string]*huma.MediaType{}
	for _, t := range photoTypes {
		content[t] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	}
	add(a, operation{Operation: huma.Operation{
		OperationID: "uploadPhoto", Method: http.MethodPost, Path: "/photos", Tags: []string{tagReport}, DefaultStatus: http.StatusCreated,
		Summary: "Upload a photo",
		Description: "Before the report that it belongs to. The body is the photo itself: JPEG, PNG or WebP, up to 12 MB and 40 megapixels. " +
			"We turn it upright, make it smaller and delete place and device from it; what you sent is not kept. " +
			"A photo that no report has named after 24 hours may be deleted.",
		RequestBody: &huma.RequestBody{Required: true, Content: content},
	}, need: need{scope: accounts.ScopeWrite, person: true}, fails: []int{400, 409, 413, 415, 422, 429}},
		func(ctx context.Context, k *call, in *input) (*output, error) {
			if err := a.limit(ctx, k, accounts.RuleUpload); err != nil {
				return nil, err
			}
			kind, _, err := mime.ParseMediaType(in.Type)
			if err != nil || !slices.Contains(photoTypes, kind) && kind != "application/octet-stream" {
				return nil, fault.New(fault.Unsupported, "api.err.photo_type").With("types", strings.Join(photoTypes, ", "))
			}
			answer, err := a.upload(ctx, k, in.Key)
			if err != nil {
				return nil, err
			}
			var out output
			return &out, json.Unmarshal(answer.Body, &out.Body)
		})
}

// upload keeps a photo in a draft of its own. The body's hash is known only at
// the end, so a request that was sent before is found then, and its second
// photo goes.
func (a *api) upload(ctx context.Context, k *call, key string) (idem.Answer, error) {
	actor := k.actor(accounts.ScopeWrite)
	if err := a.dropUnused(ctx, actor); err != nil {
		return idem.Answer{}, err
	}
	draft := subject.NewID()
	err := db.Transact(ctx, a.DB, func(ctx context.Context, tx pgx.Tx) error {
		_, err := drafts.Create(ctx, tx, actor, draft, draftKind, nil)
		return err
	})
	if err != nil {
		return idem.Answer{}, err
	}
	var photo attachments.Attachment
	sum := sha256.New()
	err = kit.BodyLimit(uploadLimit)(func(c kit.Context) error {
		// A server without deadlines would wait for ever; one that has none to set (a test's) does not mind.
		_ = http.NewResponseController(c.Response()).SetReadDeadline(clock.System{}.Now().Add(uploadPatience))
		body := io.TeeReader(&line{c.Request().Body}, sum)
		var err error
		photo, err = a.Photos.Upload(ctx, actor, draft, body, "")
		// What was not read would break the connection before the answer is read.
		_, _ = io.Copy(io.Discard, body)
		return err
	})(k.c)
	var answer idem.Answer
	if err == nil {
		err = db.Transact(ctx, a.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
			answer, err = idem.Do(ctx, tx, "api.photos", key, idem.Hash(sum.Sum(nil), actor.Person[:]), func() (idem.Answer, error) {
				return answerOf(http.StatusCreated, "", uploaded{ID: photo.ID, Width: photo.Width, Height: photo.Height})
			})
			return err
		})
	}
	if err != nil || answer.Replayed {
		ctx := context.WithoutCancel(ctx) // also when the caller has gone: nobody else would delete it
		if e := a.drop(ctx, actor, draft); e != nil && err == nil {
			err = e
		}
	}
	return answer, err
}

// line is the body as it arrives; it gives a broken request its words.
type line struct{ io.Reader }

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return n, fault.New(fault.TooLarge, "err.photo.size").Because(err)
	}
	return n, fault.New(fault.BadRequest, "err.photo.read").Because(err)
}

func (a *api) drop(ctx context.Context, actor accounts.Actor, draft uuid.UUID) error {
	return db.Transact(ctx, a.DB, func(ctx context.Context, tx pgx.Tx) error {
		return a.Drafts.Delete(ctx, tx, actor, draft)
	})
}

// dropUnused deletes what the actor uploaded long ago and never used, so that
// it does not stand in the way of new photos.
func (a *api) dropUnused(ctx context.Context, actor accounts.Actor) error {
	list, err := drafts.Mine(ctx, a.DB, actor, draftKind)
	if err != nil || len(list) == 0 {
		return err
	}
	now, err := a.now(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].CreatedAt.After(now.Add(-unused)) {
			continue
		}
		if err := a.drop(ctx, actor, list[i].ID); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// pictureReads adds an operation that answers with a photo, as JPEG: find gives it
// and says which size is meant.
func pictureReads[I any](a *api, o op, find func(ctx context.Context, actor accounts.Actor, in *I) (photo attachments.Attachment, size string, err error)) {
	type picture struct {
		Type string `header:"Content-Type" hidden:"true"`
		Body []byte
	}
	full := o.operation(typeOf[I]())
	full.Responses = map[string]*huma.Response{"200": {
		Description: "The photo.", Content: map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
	add(a, full, func(ctx context.Context, k *call, in *I) (*picture, error) {
		photo, size, err := find(ctx, k.actor(o.scope), in)
		if err != nil {
			return nil, err
		}
		body, err := a.Photos.Bytes(ctx, photo, size == "small")
		return &picture{Type: "image/jpeg", Body: body}, err
	})
}
