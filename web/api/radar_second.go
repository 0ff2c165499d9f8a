package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
)

// releaseDraft is a release that waits for a second person.
type releaseDraft struct {
	ID         string          `json:"id"`
	On         string          `json:"on" format:"date"`
	Notes      names           `json:"notes"`
	HandedInAt string          `json:"handed_in_at" format:"date-time"`
	Measures   []radar.Content `json:"measures" nullable:"false" doc:"Of a file about the past; empty: the programme as it is when it is approved."`
	MayApprove bool            `json:"may_approve" doc:"Somebody else handed it in."`
}

type releaseDrafts struct {
	Drafts []releaseDraft `json:"drafts" nullable:"false"`
}

// secondPerson is what one editor writes and another approves, beside measures.
func (a *api) secondPerson() {
	reads(a, radarDeskOp("listReleaseDrafts", http.MethodGet, "/desk/radar/programmes/{slug}/release-drafts", "List releases that wait", "For a second person."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *SlugParam) (releaseDrafts, error) {
			p, err := a.deskProgramme(ctx, actor, in.Slug)
			if err != nil {
				return releaseDrafts{}, err
			}
			list, err := a.Radar.ReleaseDrafts(ctx, actor, p)
			out := releaseDrafts{Drafts: make([]releaseDraft, len(list))}
			for i := range list {
				d := &list[i]
				out.Drafts[i] = releaseDraft{
					ID: d.ID.String(), On: string(d.On), Notes: namesOf(d.Notes), HandedInAt: stamp(d.At), Measures: make([]radar.Content, len(d.Rows)),
					MayApprove: radar.May(actor, radar.ActReview, d.By) == nil,
				}
				for k := range d.Rows {
					out.Drafts[i].Measures[k] = d.Rows[k].Content
				}
			}
			return out, err
		})
	for _, o := range []struct {
		id, path, summary, detail string
		do                        func(ctx context.Context, actor accounts.Actor, id uuid.UUID) error
	}{
		{"approveRelease", "/approval", "Make a release that somebody else handed in", "From then on it is public and never changes.", a.Radar.ApproveRelease},
		{"dropRelease", "/dismissal", "Drop a release that waits", "Also one of your own. Nothing of it was public.", a.Radar.DropRelease},
	} {
		reads(a, radarDeskOp(o.id, http.MethodPost, "/desk/radar/release-drafts/{id}"+o.path, o.summary, o.detail),
			func(ctx context.Context, _ *call, actor accounts.Actor, in *ThingParam) (nothing, error) {
				if err := radar.May(actor, radar.ActRelease, uuid.Nil); err != nil {
					return nothing{}, err
				}
				id, err := thing(in.ID, "release draft")
				if err != nil {
					return nothing{}, err
				}
				return nothing{true}, o.do(ctx, actor, id)
			})
	}
	type helpIn struct {
		MeasureParam
		ThingParam
	}
	type writeIn struct {
		MeasureParam
		ThingParam
		OnceParam
		Body translated
	}
	write := radarDeskOp("writeHelpers", http.MethodPost, "/desk/radar/measures/{number}/help/{id}/messages", "Write to all who take part",
		"Only they and the desk read it. Sent again with the same key, it is said once. 409: nobody takes part.")
	write.status = http.StatusCreated
	reads(a, write, func(ctx context.Context, _ *call, actor accounts.Actor, in *writeIn) (nothing, error) {
		m, _, err := a.onDeskMeasure(ctx, actor, in.MeasureParam)
		if err != nil {
			return nothing{}, err
		}
		id, err := thing(in.ID, "help request")
		if err != nil {
			return nothing{}, err
		}
		err = a.Radar.WriteHelpers(ctx, actor, m.ID, id, keyed(actor, in.Key), in.Body.text())
		return nothing{true}, ownFieldsOf(err, map[string]string{"message_" + i18n.German: "/de", "message_" + i18n.English: "/en"})
	})
	for _, o := range []struct {
		id, path, summary string
		do                func(ctx context.Context, actor accounts.Actor, measure, request uuid.UUID) error
	}{
		{"approveHelp", "/approval", "Publish a request for help, or what came of it", a.Radar.ApproveHelp},
		{"dropHelp", "/dismissal", "Drop what waits of a request for help", a.Radar.DropHelp},
	} {
		reads(a, radarDeskOp(o.id, http.MethodPost, "/desk/radar/measures/{number}/help/{id}"+o.path, o.summary, "What somebody else wrote."),
			func(ctx context.Context, _ *call, actor accounts.Actor, in *helpIn) (nothing, error) {
				m, _, err := a.onDeskMeasure(ctx, actor, in.MeasureParam)
				if err != nil {
					return nothing{}, err
				}
				id, err := thing(in.ID, "help request")
				if err != nil {
					return nothing{}, err
				}
				return nothing{true}, o.do(ctx, actor, m.ID, id)
			})
	}
}
