package radarpages

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

// answerField is one thing that is asked.
type answerField struct {
	Name, Label, Hint, Value string
	Before, BeforeLabel      string // what the measure says now, or said last year
	Options                  []kit.Option
	Rows, Max                int
	Free                     bool // a question of the editors: nothing of the measure
	Same                     bool // as it stands already
}

type answerView struct {
	kit.Page

	At          *radar.Asked
	Due         string
	State       string
	Action      string
	MeasureURL  string
	Version     int
	Edit        int  // version of the change of the measure
	Busy        bool // a change of the measure is being reviewed: nothing can be taken over
	Fields      []answerField
	Writes      bool
	Judges      bool
	Takes       bool
	Wrong       kit.Errors
	Remark      string
	DeskMeasure string
	Kept        []reviewRow // what was typed where somebody was quicker, beside what is stored
}

func (p *pages) answer(c kit.Context) error {
	return p.showAnswer(c, http.StatusOK, nil, nil)
}

// asked is what the address is about, on the desk or by a link.
func (p *pages) asked(c kit.Context) (*radar.Asked, error) {
	ctx := c.Request().Context()
	if token := c.Param("token"); token != "" {
		at, err := p.Radar.AskedByToken(ctx, token)
		if fault.Is(err, fault.Gone) { // who tries out links is slowed down
			if err := kit.Limit(c, accounts.RuleCode); err != nil {
				return nil, err
			}
		}
		return at, err
	}
	id, err := uuid.Parse(c.Param("answer"))
	if err != nil {
		return nil, fault.Missing("inquiry")
	}
	return p.Radar.Asked(ctx, kit.Actor(c), id)
}

func (p *pages) showAnswer(c kit.Context, status int, body map[string]string, wrong error) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	at, err := p.asked(c)
	if err != nil {
		return err
	}
	v := answerView{Page: kit.NewPage(c, "inquiry.title"), At: at, Version: at.Answer.Version, Action: at.Answer.Path()}
	v.Robots, v.Wrong = "noindex, nofollow", kit.ErrorsOf(v.Page, wrong)
	kit.NoStore(c)
	a, link := at.Answer, c.Param("token") != ""
	v.Title, v.Due, v.State = at.Measure.Content.In(v.Lang).Title, p.dayOf(v.Page, at.Inquiry.Due), v.T("inquiry.state."+string(a.State))
	open := at.Inquiry.Open
	writable := open && (a.State == radar.AnswerAsked || a.State == radar.AnswerDraft || a.State == radar.AnswerReturned)
	if at.Measure.Public() {
		v.MeasureURL = at.Measure.Path()
	}
	if link {
		c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address is the key
		v.Action = "/p/plan/" + c.Param("token")
		v.Writes, v.Judges = writable && !at.Head, open && at.Head && a.State == radar.AnswerHandedIn
	} else {
		v.Nav = "desk"
		v.Writes, v.Judges = writable, open && a.State == radar.AnswerHandedIn && radar.MayReleaseAnswer(actor, a) == nil
		if radar.May(actor, radar.ActEdit, uuid.Nil) == nil {
			e, has, err := p.Radar.OpenEdit(ctx, actor, at.Measure.ID)
			if err != nil {
				return err
			}
			v.Edit, v.Busy = e.Version, has && e.State != radar.EditDraft
			v.Takes, v.DeskMeasure = a.State == radar.AnswerReleased, deskPath(at.Measure)
		}
	}
	if v.Writes && a.State == radar.AnswerAsked && body == nil { // nobody has written yet: what it says now is a beginning
		body = map[string]string{}
		for _, f := range at.Inquiry.Fields {
			body[f] = at.Inquiry.Now(&at.Measure.Content, f)
		}
	}
	if body == nil {
		body = a.Body
	}
	if fault.Is(wrong, fault.Conflict) {
		v.Kept = keptWords(v.Page, at, body)
		if !v.Writes { // it is out of their hands: the page says what is stored
			body = a.Body
		}
	}
	v.Fields, v.Remark = answerFields(v.Page, at, body), a.Remark
	return kit.Render(c, status, answerPage(v))
}

// keptWords is what was typed that differs from what somebody else stored.
func keptWords(page kit.Page, at *radar.Asked, body map[string]string) []reviewRow {
	var rows []reviewRow
	for _, f := range answerFields(page, at, body) {
		if stored := at.Answer.Body[f.Name]; stored != f.Value {
			rows = append(rows, reviewRow{f.Label, stored, f.Value})
		}
	}
	return rows
}

func answerFields(page kit.Page, at *radar.Asked, body map[string]string) []answerField {
	q, content := at.Inquiry, &at.Measure.Content
	var list []answerField
	for _, name := range q.Fields {
		f := answerField{Name: name, Label: askLabel(page, name, q.Year), Value: body[name], Rows: 4, Max: 6000}
		f.Before, f.BeforeLabel = q.Now(content, name), page.T("inquiry.now")
		f.Same = f.Before == f.Value
		switch name {
		case "status":
			f.Before, f.Rows = page.T("radar.status."+string(content.Status)), 0
			for _, st := range radar.Statuses() {
				f.Options = append(f.Options, kit.Option{Value: string(st), Label: page.T("radar.status." + string(st)), On: string(st) == f.Value})
			}
		case radar.FieldYearly:
			if year, text := q.LastYear(content); text != "" {
				f.Before, f.BeforeLabel = text, page.T("inquiry.last_year", "year", year)
			}
			f.Hint = page.T("inquiry.hint.yearly")
		case "start", "end", "real_end", "estimate", "budget", "contact":
			f.Rows, f.Max = 0, 300
		case "change_de", "from_when_de", "where_de", "short_de":
			f.Rows, f.Max = 2, 300
		case "results_de":
			f.Hint = page.T("radardesk.hint.results")
		case "links":
			f.Hint = page.T("radardesk.hint.links")
		}
		list = append(list, f)
	}
	for i, text := range q.Questions {
		key := radar.QuestionKey(i)
		list = append(list, answerField{Name: key, Label: text, Value: body[key], Rows: 3, Max: 6000, Free: true})
	}
	return list
}

func (p *pages) byLink(c kit.Context) error { return p.showAnswer(c, http.StatusOK, nil, nil) }

func (p *pages) byLinkDo(c kit.Context) error {
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	if _, err := p.asked(c); err != nil {
		return err
	}
	return p.answering(c, radar.Writer{Token: c.Param("token")}, "/p/plan/"+c.Param("token"))
}

func (p *pages) answerDo(c kit.Context) error {
	at, err := p.asked(c)
	if err != nil {
		return err
	}
	if c.FormValue("do") == "take" {
		return p.takeAnswer(c, at)
	}
	return p.answering(c, radar.Writer{Actor: kit.Actor(c), ID: at.Answer.ID}, at.Answer.Path())
}

// answering does what a button of the form says.
func (p *pages) answering(c kit.Context, w radar.Writer, back string) error {
	ctx := c.Request().Context()
	form, err := c.FormParams()
	if err != nil {
		return fault.New(fault.BadRequest, "err.400").Because(err)
	}
	version, _ := strconv.Atoi(c.FormValue("version"))
	do, key := c.FormValue("do"), "inquiry.saved"
	var body map[string]string
	switch do {
	case "save", "hand_in":
		body = map[string]string{}
		for name := range form {
			body[name] = kit.Clean(c.FormValue(name), true)
		}
		if do == "hand_in" {
			key = "inquiry.handed_in"
		}
		err = p.Radar.WriteAnswer(ctx, w, version, body, do == "hand_in")
	case "release", "return":
		key = "inquiry.judged." + do
		err = p.Radar.JudgeAnswer(ctx, w, version, do == "release", kit.Clean(c.FormValue("remark"), true))
	default:
		return fault.New(fault.BadRequest, "err.400")
	}
	if fault.Is(err, fault.Invalid) || body != nil && fault.Is(err, fault.Conflict) { // nobody's words are lost
		return p.showAnswer(c, kit.StatusOf(fault.As(err).Kind), body, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, back)
}

// takeAnswer takes the chosen fields over into a change of the measure.
func (p *pages) takeAnswer(c kit.Context, at *radar.Asked) error {
	form, err := c.FormParams()
	if err != nil {
		return fault.New(fault.BadRequest, "err.400").Because(err)
	}
	version, _ := strconv.Atoi(c.FormValue("version"))
	edit, _ := strconv.Atoi(c.FormValue("edit"))
	remark := p.Messages(i18n.German).T("inquiry.remark", "title", at.Inquiry.Title)
	err = p.Radar.TakeAnswer(c.Request().Context(), kit.Actor(c), at.Answer.ID, version, edit, form["take"], remark)
	if fault.Is(err, fault.Invalid) {
		return p.showAnswer(c, http.StatusUnprocessableEntity, nil, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "inquiry.taken")
	return kit.Redirect(c, deskPath(at.Measure))
}
