package deskpages

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// bulkIn is the form of a step over many cases.
type bulkIn struct {
	Cases      []string `form:"case"`                // numbers, ticked in the list
	Numbers    string   `form:"numbers" max:"10000"` // the same once they are chosen
	All        bool     `form:"all"`
	Kind       string   `form:"kind"`
	Person     string   `form:"person"`
	Priority   string   `form:"priority"`
	Department string   `form:"department"`
	MoveReason string   `form:"move_reason" lines:"true"`
	Status     string   `form:"status"`
	Text       string   `form:"text" lines:"true"`
	By         string   `form:"by"`
	Note       string   `form:"note" lines:"true"`
	Day        string   `form:"day"`
	Reminder   string   `form:"reminder"`
}

type bulkView struct {
	kit.Page

	List    place
	In      bulkIn
	Rows    []casework.Row
	More    bool
	Kinds   []kit.Option
	People  []kit.Option
	Teams   []kit.Option
	Status  []kit.Option
	Errors  kit.Errors
	Numbers string

	// the preview
	Items   []bulkItem
	Fits    int
	Becomes string
	Batch   string
	Action  string // sealed by nothing: checked again when it is applied
	Chosen  string // number and version of each
}

type bulkItem struct {
	URL, No, Title, Why string
	OK                  bool
	State               string
}

// numbersIn are the numbers of a form, those that are none left out.
func numbersIn(texts []string) []subject.Number {
	var out []subject.Number
	for _, t := range texts {
		if prefix, n, err := subject.ParseNumber(t); err == nil && prefix == subject.PrefixReport && len(out) < casework.BulkMost {
			out = append(out, n)
		}
	}
	return out
}

// choose shows what was selected and asks what to change.
func (p *pages) choose(c kit.Context) error {
	var in bulkIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	v, err := p.bulkView(c, in)
	if err != nil {
		return err
	}
	if len(v.Rows) == 0 {
		kit.Flash(c, "info", "queue.err.none")
		return kit.Redirect(c, v.List.path())
	}
	return kit.Render(c, http.StatusOK, bulkPage(v))
}

func (p *pages) bulkView(c kit.Context, in bulkIn) (*bulkView, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	l, err := p.readPlace(c)
	if err != nil {
		return nil, err
	}
	v := &bulkView{Page: kit.NewPage(c, "queue.bulk.title"), List: l, In: in}
	v.Nav, v.Robots = "desk", "noindex"
	kit.NoStore(c)
	if v.Rows, v.More, err = p.Queue.Select(ctx, actor, l.QueueFilter, numbersIn(append(in.Cases, strings.Fields(in.Numbers)...)), in.All); err != nil {
		return nil, err
	}
	for _, r := range v.Rows {
		v.Numbers += numberOf(r.Number) + " "
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range casework.BulkKinds() {
		v.Kinds = append(v.Kinds, kit.Option{Value: string(k), Label: v.T("queue.kind." + string(k)), On: in.Kind == string(k) || in.Kind == "" && k == casework.BulkAssign})
	}
	for _, s := range reports.BulkStatuses() {
		v.Status = append(v.Status, kit.Option{Value: string(s), Label: reports.StatusLabel(v.Loc, s, false), On: in.Status == string(s)})
	}
	for _, d := range cat.Departments {
		v.Teams = append(v.Teams, kit.Option{Value: d.Key, Label: d.Name.In(v.Lang), On: in.Department == d.Key})
	}
	return v, p.bulkPeople(ctx, v, cat)
}

// bulkPeople are the people of the departments whose cases were selected.
func (p *pages) bulkPeople(ctx context.Context, v *bulkView, cat *categories.Catalogue) error {
	var f filterForm
	if err := p.teamsAndPeople(ctx, v.Page, v.Actor, cat, place{}, &f); err != nil {
		return err
	}
	v.People = []kit.Option{
		{Value: v.Actor.Person.String(), Label: v.T("queue.who.me"), On: v.In.Person == v.Actor.Person.String()},
		{Value: "nobody", Label: v.T("queue.who.nobody"), On: v.In.Person == "nobody"},
	}
	for _, o := range f.Who {
		if _, err := uuid.Parse(o.Value); err == nil {
			o.On = o.Value == v.In.Person
			v.People = append(v.People, o)
		}
	}
	return nil
}

// action is the form as casework knows it.
func (in *bulkIn) action(cat *categories.Catalogue, zone *time.Location) (casework.BulkAction, error) {
	a := casework.BulkAction{Kind: casework.BulkKind(in.Kind)}
	switch a.Kind {
	case casework.BulkAssign:
		if in.Person != "nobody" {
			id, err := uuid.Parse(in.Person)
			if err != nil {
				return a, fault.OnField("person", "case.err.person")
			}
			a.Person = id
		}
	case casework.BulkPriority:
		a.Priority = casework.Priority(in.Priority)
	case casework.BulkMove:
		if d, ok := cat.Department(in.Department); ok {
			a.Department = d.ID
		}
		a.Note = in.MoveReason
	case casework.BulkStatus:
		a.Status = &casework.StatusStep{To: in.Status, Text: strings.TrimSpace(in.Text)}
		text, day := reports.Status(in.Status).BulkNeeds()
		if text && a.Status.Text == "" {
			return a, fault.OnField("text", "queue.err.sentence")
		}
		if in.By != "" {
			by, err := time.ParseInLocation(time.DateOnly, in.By, zone)
			if err != nil {
				return a, fault.OnField("by", "report.err.until").Because(err)
			}
			a.Status.By = &by
		} else if day {
			return a, fault.OnField("by", "report.err.until")
		}
	case casework.BulkNote:
		a.Note = in.Note
	case casework.BulkResubmit:
		a.Note = in.Reminder
		day, err := time.Parse(time.DateOnly, in.Day)
		if err != nil {
			return a, fault.OnField("day", "case.err.day").Because(err)
		}
		a.Day = &day
	}
	err := a.Validate()
	return a, err
}

// preview says what each case would become, and changes nothing.
func (p *pages) preview(c kit.Context) error {
	var in bulkIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	v, err := p.bulkView(c, in)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	a, err := in.action(cat, p.Queue.Zone())
	var items []casework.BulkItem
	if err == nil {
		items, err = p.Queue.Preview(ctx, kit.Actor(c), a, v.Rows)
	}
	if e := fault.As(err); err != nil && e.Kind == fault.Invalid {
		v.Errors = kit.ErrorsOf(v.Page, e)
		return kit.Render(c, http.StatusUnprocessableEntity, bulkPage(v))
	}
	if err != nil {
		return err
	}
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	v.Title = v.T("queue.preview.title")
	v.Action, v.Batch = string(body), subject.NewID().String()
	v.Becomes = p.becomes(v.Page, cat, v.People, a)
	for _, it := range items {
		row := bulkItem{URL: casePath(it.Number), No: numberOf(it.Number), Title: it.Titles.In(v.Lang), OK: it.Why == ""}
		if row.OK {
			v.Fits++
			v.Chosen += row.No + "~" + strconv.Itoa(it.Version) + " "
		} else {
			row.Why = v.T(it.Why)
		}
		v.Items = append(v.Items, row)
	}
	slices.SortStableFunc(v.Items, func(a, b bulkItem) int {
		switch {
		case a.OK == b.OK:
			return 0
		case b.OK:
			return -1
		}
		return 1
	})
	return kit.Render(c, http.StatusOK, previewPage(v))
}

// becomes is the step in words.
func (p *pages) becomes(pg kit.Page, cat *categories.Catalogue, people []kit.Option, a casework.BulkAction) string {
	switch a.Kind {
	case casework.BulkAssign:
		if a.Person == uuid.Nil {
			return pg.T("queue.becomes.nobody")
		}
		for _, o := range people {
			if o.Value == a.Person.String() {
				return pg.T("queue.becomes.assign", "name", o.Label)
			}
		}
		return pg.T("queue.becomes.assign", "name", pg.T("queue.who.nameless"))
	case casework.BulkPriority:
		return pg.T("queue.becomes.priority", "priority", pg.T("queue.priority."+string(a.Priority)))
	case casework.BulkMove:
		d, _ := cat.DepartmentByID(a.Department)
		return pg.T("queue.becomes.move", "team", d.Name.In(pg.Lang))
	case casework.BulkStatus:
		return pg.T("queue.becomes.status", "status", reports.StatusLabel(pg.Loc, reports.Status(a.Status.To), false))
	case casework.BulkNote:
		return pg.T("queue.becomes.note")
	case casework.BulkResubmit:
		return pg.T("queue.becomes.resubmit", "day", pg.Loc.Day(a.Day.Add(12*time.Hour)))
	}
	return ""
}

// apply does what was previewed. The same form twice does it once.
func (p *pages) apply(c kit.Context) error {
	var in struct {
		Batch  uuid.UUID `form:"batch"`
		Action string    `form:"action" max:"10000" lines:"true"`
		Chosen string    `form:"chosen" max:"20000"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	var a casework.BulkAction
	if err := json.Unmarshal([]byte(in.Action), &a); err != nil || in.Batch == uuid.Nil {
		return fault.New(fault.BadRequest, "err.400").Because(err)
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	versions := map[subject.Number]int{}
	var numbers []string
	for t := range strings.FieldsSeq(in.Chosen) {
		no, version, _ := strings.Cut(t, "~")
		if _, n, err := subject.ParseNumber(no); err == nil {
			versions[n] = atoi(version)
			numbers = append(numbers, no)
		}
	}
	rows, _, err := p.Queue.Select(ctx, actor, casework.QueueFilter{}, numbersIn(numbers), false)
	if err != nil {
		return err
	}
	list := make([]casework.Chosen, len(rows))
	for i, r := range rows {
		list[i] = casework.Chosen{Ref: r.Ref, Version: versions[r.Number]}
	}
	if err := p.Queue.Apply(ctx, actor, in.Batch, a, list); err != nil {
		return err
	}
	return kit.Redirect(c, "/desk/bulk/"+in.Batch.String())
}

type batchView struct {
	kit.Page

	B       *casework.Batch
	ID      string
	When    string
	Becomes string
	Items   []bulkItem
	Sums    []string
	Undo    bool // something can be brought back
	Todo    bool
}

type batchesView struct {
	kit.Page

	Rows []batchRow
}

type batchRow struct{ URL, When, Becomes, Sum string }

// batches lists one's own last steps.
func (p *pages) batches(c kit.Context) error {
	ctx := c.Request().Context()
	list, err := p.Queue.Batches(ctx, kit.Actor(c))
	if err != nil {
		return err
	}
	v := batchesView{Page: kit.NewPage(c, "queue.bulk.past")}
	v.Nav, v.Robots = "desk", "noindex"
	kit.NoStore(c)
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		b := &list[i]
		v.Rows = append(v.Rows, batchRow{
			URL: "/desk/bulk/" + b.ID.String(), When: v.Loc.DateTime(b.At, now), Becomes: p.becomes(v.Page, cat, nil, b.Action), Sum: strings.Join(sums(v.Page, b), ", "),
		})
	}
	return kit.Render(c, http.StatusOK, batchesPage(v))
}

func sums(pg kit.Page, b *casework.Batch) []string {
	var out []string
	for _, state := range []string{"done", "refused", "undone", "stays", "todo"} {
		if n := b.N[state]; n > 0 {
			out = append(out, pg.T("queue.sum."+state, "n", n))
		}
	}
	return out
}

// batch is one step with what became of each case.
func (p *pages) batch(c kit.Context) error {
	b, err := p.batchOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	v := batchView{Page: kit.NewPage(c, "queue.batch.title"), B: b, ID: b.ID.String(), Undo: b.N["done"] > 0, Todo: b.N["todo"] > 0}
	v.Nav, v.Robots = "desk", "noindex"
	kit.NoStore(c)
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	var f filterForm
	if err := p.teamsAndPeople(ctx, v.Page, v.Actor, cat, place{}, &f); err != nil {
		return err
	}
	f.Who = append(f.Who, kit.Option{Value: v.Actor.Person.String(), Label: v.T("queue.who.me")})
	v.When, v.Becomes, v.Sums = v.Loc.DateTime(b.At, now), p.becomes(v.Page, cat, f.Who, b.Action), sums(v.Page, b)
	for _, it := range b.Items {
		row := bulkItem{URL: casePath(it.Number), No: numberOf(it.Number), Title: it.Titles.In(v.Lang), State: it.State, OK: it.Why == ""}
		if it.Why != "" {
			row.Why = v.T(it.Why)
		}
		v.Items = append(v.Items, row)
	}
	return kit.Render(c, http.StatusOK, batchPage(v))
}

func (p *pages) batchOf(c kit.Context) (*casework.Batch, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return nil, fault.Missing("batch")
	}
	return p.Queue.BatchOf(c.Request().Context(), kit.Actor(c), id)
}

// undo brings back what can be brought back, and says what could not.
func (p *pages) undoBatch(c kit.Context) error { return p.onBatch(c, p.Queue.Undo) }

// goOn does what an interrupted step has left.
func (p *pages) goOn(c kit.Context) error { return p.onBatch(c, p.Queue.Continue) }

func (p *pages) onBatch(c kit.Context, do func(context.Context, accounts.Actor, uuid.UUID) error) error {
	b, err := p.batchOf(c)
	if err != nil {
		return err
	}
	if err := do(c.Request().Context(), kit.Actor(c), b.ID); err != nil {
		return err
	}
	return kit.Redirect(c, "/desk/bulk/"+b.ID.String())
}
