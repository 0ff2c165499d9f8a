package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/subject"
)

const (
	tagProgrammes     = "Programmes"
	tagProgrammesDesk = "Programmes on the desk"
)

// SlugParam is a programme in a path; huma reads exported parts only.
type SlugParam struct {
	Slug string `path:"slug" maxLength:"80" doc:"Of the programme." example:"digital"`
}

// MeasureParam is a measure in a path.
type MeasureParam struct {
	Number string `path:"number" maxLength:"40" doc:"The public number." example:"R-2026-7K3QX9"`
}

func (p MeasureParam) parse() (subject.Number, error) {
	prefix, n, err := subject.ParseNumber(p.Number)
	if err != nil || prefix != subject.PrefixMeasure {
		return 0, fault.Missing("measure").Because(err)
	}
	return n, nil
}

// radarOp is an operation that everybody may use.
func radarOp(id, path, summary, detail string) op {
	return op{id: id, method: http.MethodGet, path: path, tag: tagProgrammes, open: true, scope: accounts.ScopeRead, summary: summary, detail: detail}
}

// radar is what the city plans: to read for everybody, to rate and follow for
// visitors and people, to edit for editors.
func (a *api) radar() {
	a.readProgrammes()
	a.readMeasures()
	a.actOnMeasures()
	a.editMeasures()
	a.passMeasures()
	a.programmeReleases()
	a.secondPerson()
	a.editProgrammes()
	a.inquire()
	a.answers()
}

func (a *api) readProgrammes() {
	reads(a, radarOp("listProgrammes", "/radar/programmes", "List the city's programmes", "With their fields of action, the questions of the ratings, and the chart as SVG."),
		func(ctx context.Context, k *call, _ accounts.Actor, _ *struct{}) (programmes, error) {
			list, err := a.Radar.Programmes(ctx, accounts.Actor{})
			out := programmes{Programmes: make([]programme, len(list))}
			for i := range list {
				out.Programmes[i] = a.programmeOf(k.loc().Lang(), &list[i])
			}
			return out, err
		})
	reads(a, radarOp("listReleases", "/radar/programmes/{slug}/releases", "List a programme's releases", "The programme as it was decided on a day, the newest first."),
		func(ctx context.Context, k *call, _ accounts.Actor, in *SlugParam) (releases, error) {
			p, err := a.programmeNamed(ctx, in.Slug)
			if err != nil {
				return releases{}, err
			}
			list, err := a.Radar.Releases(ctx, p)
			out := releases{Releases: make([]release, len(list))}
			for i, r := range list {
				out.Releases[i] = release{On: string(r.On), Notes: r.Notes[k.loc().Lang()], Chart: a.chartOf(p, string(r.On))}
			}
			return out, err
		})
	type changesIn struct {
		SlugParam
		From string `query:"from" format:"date" doc:"Day of a release; absent: the one before the last."`
		To   string `query:"to" format:"date" doc:"Day of a release; absent: now."`
	}
	reads(a, radarOp("listProgrammeChanges", "/radar/programmes/{slug}/changes", "List what changed between two states", "By number in the chart; one measure may have several."),
		func(ctx context.Context, k *call, _ accounts.Actor, in *changesIn) (programmeChanges, error) {
			p, err := a.programmeNamed(ctx, in.Slug)
			if err != nil {
				return programmeChanges{}, err
			}
			return a.changesOf(ctx, k.loc().Lang(), p, in.From, in.To)
		})
}

// programmeNamed is a public one.
func (a *api) programmeNamed(ctx context.Context, slug string) (*radar.Programme, error) {
	if slug == "" {
		return nil, fault.Missing("programme")
	}
	return a.Radar.Programme(ctx, accounts.Actor{}, slug)
}

func (a *api) changesOf(ctx context.Context, lang string, p *radar.Programme, from, to string) (programmeChanges, error) {
	out := programmeChanges{Changes: []programmeChange{}}
	list, err := a.Radar.Releases(ctx, p)
	if err != nil || len(list) == 0 {
		return out, err
	}
	if from == "" {
		from = string(list[min(1, len(list)-1)].On)
	}
	before, err := a.Radar.At(ctx, p, radar.Day(from))
	if err != nil {
		return out, err
	}
	after, err := a.stateAt(ctx, p, to)
	if err != nil {
		return out, err
	}
	if after.On < before.On {
		before, after = after, before
	}
	out.From, out.To = string(before.On), string(after.On)
	for _, c := range radar.Changes(before, after) {
		it := c.Item()
		out.Changes = append(out.Changes, programmeChange{Kind: string(c.Kind), No: it.No, Number: it.PublicNumber(), Title: it.Content.In(lang).Title})
	}
	return out, nil
}

// stateAt is a programme on the day of a release, or now.
func (a *api) stateAt(ctx context.Context, p *radar.Programme, on string) (*radar.State, error) {
	if on == "" {
		return a.Radar.Now(ctx, p)
	}
	return a.Radar.At(ctx, p, radar.Day(on))
}

// measuresIn are the filters of the page.
type measuresIn struct {
	SlugParam
	At     string `query:"at" format:"date" doc:"Day of a release; absent: now."`
	Field  string `query:"field" maxLength:"80" doc:"Key of a field of action."`
	Status string `query:"status" enum:"planned,running,completed,stopped" doc:"Only these."`
	Lead   string `query:"lead" maxLength:"300" doc:"Department in charge, as measures name it."`
	Only   string `query:"only" enum:"moved,late" doc:"moved: since the release before."`
	Sort   string `query:"sort" enum:"no,title,field,status,progress,end,rating" default:"no" doc:"Of the table."`
	Down   bool   `query:"down" doc:"The other way round."`
}

func (a *api) readMeasures() {
	reads(a, radarOp("listMeasures", "/radar/programmes/{slug}/measures", "List a programme's measures", "What chart and table of the page show, with its filters: all that fit."),
		func(ctx context.Context, k *call, _ accounts.Actor, in *measuresIn) (measures, error) {
			p, err := a.programmeNamed(ctx, in.Slug)
			if err != nil {
				return measures{}, err
			}
			return a.measuresOf(ctx, k.loc().Lang(), p, in)
		})
	reads(a, radarOp("getMeasure", "/radar/measures/{number}", "Read a measure",
		"All that its page says, the ratings that are published (from ten people on, and only in batches), what it asks for, and with a token your own answers."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *MeasureParam) (measureView, error) {
			n, err := in.parse()
			if err != nil {
				return measureView{}, err
			}
			return a.measureOf(ctx, k, actor, n)
		})
	reads(a, radarOp("getMeasureHistory", "/radar/measures/{number}/history", "Read what a measure said over time", "Each state that was published or decided, the oldest first."),
		func(ctx context.Context, _ *call, _ accounts.Actor, in *MeasureParam) (measureHistory, error) {
			n, err := in.parse()
			if err != nil {
				return measureHistory{}, err
			}
			m, _, err := a.Radar.Measure(ctx, accounts.Actor{}, n)
			if err != nil {
				return measureHistory{}, err
			}
			list, err := a.Radar.History(ctx, m)
			out := measureHistory{Versions: make([]measureVersion, len(list))}
			for i := range list {
				out.Versions[i] = measureVersion{N: list[i].N, At: stamp(list[i].At), Content: list[i].Content}
			}
			return out, err
		})
}

func (a *api) measuresOf(ctx context.Context, lang string, p *radar.Programme, in *measuresIn) (measures, error) {
	st, err := a.stateAt(ctx, p, in.At)
	if err != nil {
		return measures{}, err
	}
	before, err := a.Radar.Since(ctx, p, st)
	if err != nil {
		return measures{}, err
	}
	moves := map[uuid.UUID]chart.Move{}
	if before != nil {
		moves = radar.Moves(radar.Changes(before, st))
	}
	ratings, err := a.Radar.MainRatings(ctx, p, st.Items)
	if err != nil {
		return measures{}, err
	}
	out := measures{On: string(st.On), Total: len(st.Items), Measures: []measureLine{}}
	for i := range st.Items {
		it := &st.Items[i]
		l := measureLine{
			Number: it.PublicNumber(), No: it.No, Title: it.Content.In(lang).Title, Change: it.Content.In(lang).Change, Field: it.Content.Field, Status: string(it.Content.Status),
			Ring: p.RingKeys()[it.Spot.Ring], End: string(it.Content.End), Lead: it.Content.Lead, Late: it.Content.Late(st.On), Page: a.router.URL(it.Path()),
		}
		if it.Content.RealEnd != "" {
			l.End = string(it.Content.RealEnd)
		}
		if percent, estimated, ok := it.Content.Progress(); ok {
			l.Progress, l.Estimated = &percent, estimated
		}
		if m := moves[it.ID]; m != chart.Stayed {
			l.Move = string(m)
		}
		if t := ratings[it.ID]; t.N > 0 {
			mean := t.Mean()
			l.Rating, l.Ratings = &mean, t.N
		}
		if in.fits(&l) {
			out.Measures = append(out.Measures, l)
		}
	}
	in.order(out.Measures, p)
	return out, nil
}

func (in *measuresIn) fits(l *measureLine) bool {
	return (in.Field == "" || l.Field == in.Field) && (in.Status == "" || l.Status == in.Status) && (in.Lead == "" || l.Lead == in.Lead) &&
		(in.Only == "" || in.Only == "moved" && l.Move != "" || in.Only == "late" && l.Late)
}

// order sorts as the page does; equal ones stay by number.
func (in *measuresIn) order(list []measureLine, p *radar.Programme) {
	field := func(key string) int {
		return slices.IndexFunc(p.Fields, func(f radar.Field) bool { return f.Key == key })
	}
	status := func(s string) int { return slices.Index(radar.Statuses(), radar.Status(s)) }
	slices.SortStableFunc(list, func(x, y measureLine) int {
		n := 0
		switch in.Sort {
		case "title":
			n = strings.Compare(strings.ToLower(x.Title), strings.ToLower(y.Title))
		case "field":
			n = cmp.Compare(field(x.Field), field(y.Field))
		case "status":
			n = cmp.Compare(status(x.Status), status(y.Status))
		case "progress":
			n = cmp.Compare(orLess(x.Progress), orLess(y.Progress))
		case "end":
			n = cmp.Compare(x.End, y.End)
		case "rating":
			n = cmp.Compare(orLess(x.Rating), orLess(y.Rating))
		}
		n = cmp.Or(n, cmp.Compare(x.No, y.No))
		if in.Down {
			return -n
		}
		return n
	})
}

// orLess is a figure, or less than any where there is none.
func orLess[N int | float64](n *N) N {
	if n == nil {
		return -1
	}
	return *n
}

func (a *api) measureOf(ctx context.Context, k *call, actor accounts.Actor, n subject.Number) (measureView, error) {
	lang := k.loc().Lang()
	m, p, err := a.Radar.Measure(ctx, accounts.Actor{}, n) // drafts are the desk's
	if err != nil {
		return measureView{}, err
	}
	out := measureView{
		Number: m.PublicNumber(), No: m.No, Programme: p.Slug, Past: m.Past(), Version: m.Version, PublishedAt: stampOf(m.Published), ChangedAt: stamp(m.Changed),
		Title: m.Content.In(lang).Title, Content: m.Content, Ratings: []measureRating{}, Help: []measureHelp{}, Page: a.router.URL(m.Path()),
	}
	if percent, estimated, ok := m.Content.Progress(); ok {
		out.Progress, out.Estimated = &percent, estimated
	}
	today, err := a.Radar.Today(ctx)
	if err != nil {
		return out, err
	}
	out.Late = m.Content.Late(today)
	if err := a.ratingsOf(ctx, &out, lang, actor, p, m); err != nil {
		return out, err
	}
	help, err := a.Radar.HelpOf(ctx, actor, m.ID)
	if err != nil {
		return out, err
	}
	for _, h := range help {
		out.Help = append(out.Help, measureHelp{
			ID: h.ID.String(), Kind: h.Kind, Wanted: h.Wanted.In(lang), Until: string(h.Until), Outcome: h.Outcome.In(lang), People: h.N, Mine: h.Mine, Over: h.Until < today,
		})
	}
	if out.Ideas, err = a.measureIdeasOf(ctx, actor, m); err != nil {
		return out, err
	}
	out.Following, err = a.Radar.Follows(ctx, actor, m.Ref())
	return out, err
}

// ratingsOf are the published figures, and the caller's own answers.
func (a *api) ratingsOf(ctx context.Context, out *measureView, lang string, actor accounts.Actor, p *radar.Programme, m *radar.Measure) error {
	mine, err := a.Radar.Mine(ctx, actor, p, m)
	if err != nil {
		return err
	}
	all, err := a.Radar.Ratings(ctx, p, []uuid.UUID{m.ID})
	if err != nil {
		return err
	}
	for _, q := range p.Questions {
		r := measureRating{Question: q.Key, Text: q.Text.In(lang), Mine: answerWord(mine[q.Key])}
		if t := all[q.Key][m.ID]; t.N > 0 {
			mean := t.Mean()
			r.N, r.Mean, r.By = t.N, &mean, make([]int, 5)
			for i := range r.By {
				r.By[i] = t.By[int16(i+1)]
			}
		}
		out.Ratings = append(out.Ratings, r)
	}
	return nil
}
