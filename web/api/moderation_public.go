package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
)

// registerLine is one decision in the public register.
type registerLine struct {
	Week     string `json:"week" format:"date" doc:"Its Monday."`
	Part     string `json:"part"`
	Action   string `json:"action"`
	Ground   string `json:"ground" doc:"In words."`
	Source   string `json:"source" doc:"ARTICLE_16 for a notice, VOLUNTARY for the city's own finding."`
	Detected bool   `json:"detected_by_rule"`
	Appeal   string `json:"appeal,omitempty" doc:"What an appeal came to; absent: there was none."`
}

type registerList struct {
	Decisions []registerLine `json:"decisions" nullable:"false" doc:"Those whose time for an appeal is over, newest first, at most 500."`
}

// periodFigures is what a half-year came to, counted anew.
type periodFigures struct {
	Period   string      `json:"period" example:"2026-H1"`
	Complete bool        `json:"complete" doc:"The period is over."`
	Figures  []modFigure `json:"figures" nullable:"false"`
	Note     string      `json:"note" doc:"Who the recipients of the service are (Art. 24(2) DSA), and who is not counted."`
	MedianH  *float64    `json:"median_hours_to_decision,omitempty"`
	ComplH   *float64    `json:"median_hours_to_appeal,omitempty"`
}

type modFigure struct {
	Part string `json:"part"`
	Name string `json:"name"`
	Of   string `json:"of,omitempty" doc:"Absent: of all. A month for those who took part in it (recipients, in_month)."`
	N    int    `json:"n"`
}

type published struct {
	Period string `json:"period"`
	At     string `json:"published_at" format:"date-time"`
	CSV    string `json:"csv" format:"uri"`
	JSON   string `json:"json" format:"uri"`
	SHA256 string `json:"sha256"`
}

type publishedList struct {
	Reports []published `json:"reports" nullable:"false"`
}

// transparency holds what the public is told.
func (a *api) transparency() {
	free := func(id, path, summary, detail string) op {
		return op{id: id, method: http.MethodGet, path: path, tag: tagModeration, open: true, scope: "", summary: summary, detail: detail}
	}
	reads(a, free("getRegister", "/moderation/register", "Read the public register", "By week, without links and without anything personal, after the time for an appeal."),
		func(ctx context.Context, k *call, _ accounts.Actor, _ *struct{}) (registerList, error) {
			list, err := a.Moderation.Register(ctx)
			out := registerList{Decisions: make([]registerLine, len(list))}
			for i, l := range list {
				out.Decisions[i] = registerLine{
					Week: l.Week.Format(time.DateOnly), Part: string(l.Part), Action: string(l.Action), Ground: groundOf(k.loc(), l.RuleNo, l.Law),
					Source: l.Source, Detected: l.Detected, Appeal: string(l.Outcome),
				}
			}
			return out, err
		})
	type periodIn struct {
		Period string `query:"period" maxLength:"7" doc:"A half-year; absent: the one that runs." example:"2026-H1"`
	}
	reads(a, free("getModerationFigures", "/moderation/figures", "Read the figures of a half-year", "As the transparency report counts them (Art. 15 and 24 DSA), with those who took part in each month that is over and their average."),
		func(ctx context.Context, k *call, _ accounts.Actor, in *periodIn) (periodFigures, error) {
			period := in.Period
			if period == "" {
				now, err := db.Now(ctx, a.DB)
				if err != nil {
					return periodFigures{}, err
				}
				period = moderation.Period(now.In(a.Zone))
			}
			f, err := a.Moderation.Figures(ctx, period)
			if fault.Is(err, fault.NotFound) {
				return periodFigures{}, fault.OnField("period", "api.field.wrong").Because(err)
			}
			if err != nil {
				return periodFigures{}, err
			}
			out := periodFigures{Period: f.Period, Complete: f.Complete, Figures: make([]modFigure, len(f.List)), Note: k.loc().T(moderation.NoteRecipients), MedianH: f.MedianH, ComplH: f.ComplH}
			for i, l := range f.List {
				out.Figures[i] = modFigure(l)
			}
			return out, nil
		})
	reads(a, free("listTransparencyReports", "/moderation/transparency", "List the published reports", "The half-yearly transparency reports, as CSV and JSON, with their checksums."),
		func(ctx context.Context, _ *call, _ accounts.Actor, _ *struct{}) (publishedList, error) {
			list, err := a.Moderation.Reports(ctx)
			out := publishedList{Reports: make([]published, len(list))}
			for i, r := range list {
				at := a.router.URL("/moderation/transparency/" + r.Period)
				out.Reports[i] = published{Period: r.Period, At: stamp(r.At), CSV: at + ".csv", JSON: at + ".json", SHA256: hex.EncodeToString(r.SHA256)}
			}
			return out, err
		})
}
