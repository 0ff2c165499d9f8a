package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newRelease is a decision about what the public sees of text and photos.
type newRelease struct {
	Version    int            `json:"version" minimum:"1" doc:"Of the report as you read it."`
	Text       string         `json:"text,omitempty" enum:"released,withheld" doc:"Whether the public reads the text; missing: as it is."`
	TextPublic string         `json:"text_public,omitempty" maxLength:"2000" doc:"What is shown in its place, with names and numbers covered; missing: the text as it was typed."`
	Photos     []releasePhoto `json:"photos,omitempty" nullable:"false" maxItems:"20" doc:"Those that are not named stay as they are."`
	Withhold   bool           `json:"withhold,omitempty" doc:"All of it stays with the team, whatever else is said. Needs a reason."`
	Reason     string         `json:"reason,omitempty" maxLength:"500" doc:"Why something is withheld; for the audit log."`
}

type releasePhoto struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Show bool      `json:"show"`
	Alt  *string   `json:"alt,omitempty" maxLength:"300" doc:"What the photo shows, in words; missing: as it is."`
}

// rect is a part of a photo, as shares of its width and height.
type rect struct {
	X float64 `json:"x" minimum:"0" maximum:"1"`
	Y float64 `json:"y" minimum:"0" maximum:"1"`
	W float64 `json:"w" minimum:"0" maximum:"1"`
	H float64 `json:"h" minimum:"0" maximum:"1"`
}

// covered are the parts of a photo that nobody sees any more.
type covered struct {
	Parts []rect `json:"parts" nullable:"false" maxItems:"50" doc:"All of them: an empty list takes those before back, as long as the photo is not released."`
}

// PhotoParam is a photo of a case in a path; huma reads exported parts only.
type PhotoParam struct {
	NumberParam

	Photo string `path:"photo" format:"uuid" maxLength:"36" doc:"Id of the photo."`
}

func (a *api) releaseOps() {
	type input struct {
		NumberParam
		OnceParam
		Body newRelease
	}
	deskWrite(a, op{
		id: "releaseCase", method: http.MethodPut, path: "/desk/reports/{number}/release",
		summary: "Release or withhold text and photos",
		detail:  "Decides what the public sees. 409 means that somebody changed the report since you read it. Text and photos of some kinds are never public: 403.",
	}, func(ctx context.Context, d *desk, in *input) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error { return d.reports.Release(ctx, d.actor, n, in.Body.release()) })
	})
	a.photoOps()
}

// release is the decision as the domain takes it.
func (r *newRelease) release() reports.Release {
	out := reports.Release{
		Version: r.Version, TextState: reports.TextState(r.Text), TextPublic: kit.Clean(r.TextPublic, true), Withhold: r.Withhold,
		Reason: kit.Clean(r.Reason, false), Photos: map[uuid.UUID]bool{}, Alts: map[uuid.UUID]string{},
	}
	for _, p := range r.Photos {
		out.Photos[p.ID] = p.Show
		if p.Alt != nil {
			out.Alts[p.ID] = kit.Clean(*p.Alt, false)
		}
	}
	return out
}

func (a *api) photoOps() {
	type read struct {
		PhotoParam
		Size string `query:"size" enum:"large,small" default:"large" doc:"2048 or 640 pixels."`
	}
	pictureReads(a, op{
		id: "getCasePhoto", method: http.MethodGet, path: "/desk/reports/{number}/photos/{photo}", tag: tagDesk, scope: accounts.ScopeDeskRead,
		summary: "See a photo of a case", detail: "Also one that is not released yet.",
	}, func(ctx context.Context, actor accounts.Actor, in *read) (photo attachments.Attachment, size string, err error) {
		_, id, err := a.photoIn(ctx, a.Reports, actor, in.PhotoParam)
		if err != nil {
			return photo, "", err
		}
		photo, err = a.Photos.Get(ctx, id)
		return photo, in.Size, err
	})
	deskRead(a, op{
		id: "getCoveredParts", method: http.MethodGet, path: "/desk/reports/{number}/photos/{photo}/covered",
		summary: "Read which parts of a photo are covered", detail: "As shares of its width and height.",
	}, func(ctx context.Context, _ *call, actor accounts.Actor, in *PhotoParam) (covered, error) {
		_, id, err := a.photoIn(ctx, a.Reports, actor, *in)
		if err != nil {
			return covered{}, err
		}
		list, err := attachments.Covered(ctx, a.DB, id)
		return coveredOf(list), err
	})
	type cover struct {
		PhotoParam
		OnceParam
		Body covered
	}
	deskWrite(a, op{
		id: "coverPhoto", method: http.MethodPut, path: "/desk/reports/{number}/photos/{photo}/covered",
		summary: "Cover parts of a photo", detail: "Faces, number plates: the pixels are burnt in and the picture is encoded anew. Needs the right to release.",
	}, func(ctx context.Context, d *desk, in *cover) (covered, error) {
		n, id, err := a.photoIn(ctx, d.reports, d.actor, in.PhotoParam)
		if err != nil {
			return covered{}, err
		}
		rects := make([]attachments.Rect, len(in.Body.Parts))
		for i, p := range in.Body.Parts {
			rects[i] = attachments.Rect(p)
		}
		if err := d.reports.Cover(ctx, d.actor, n, id, rects); err != nil {
			return covered{}, renamed(err, map[string]string{"rects": "/parts"})
		}
		list, err := attachments.Covered(ctx, d.tx, id)
		return coveredOf(list), err
	})
}

// photoIn finds a photo of a case on which the actor works.
func (a *api) photoIn(ctx context.Context, s *reports.Service, actor accounts.Actor, in PhotoParam) (subject.Number, uuid.UUID, error) {
	n, err := number(in.Number)
	if err != nil {
		return 0, uuid.Nil, err
	}
	id, err := thing(in.Photo, "photo")
	if err != nil {
		return 0, uuid.Nil, err
	}
	v, err := s.OnDesk(ctx, actor, n)
	if err != nil {
		return 0, uuid.Nil, err
	}
	if !slices.ContainsFunc(v.Photos, func(p reports.Photo) bool { return p.ID == id }) {
		return 0, uuid.Nil, fault.Missing("photo")
	}
	return n, id, nil
}

func coveredOf(list []attachments.Rect) covered {
	out := covered{Parts: make([]rect, len(list))}
	for i, r := range list {
		out.Parts[i] = rect(r)
	}
	return out
}
