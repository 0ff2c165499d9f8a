package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// readyTexts are what a clerk can take over into the words of a status.
type readyTexts struct {
	Sentence  names       `json:"sentence" doc:"The ready sentence of the kind for resolved, by language; empty where there is none."`
	Last      []lastText  `json:"last_time" nullable:"false" doc:"What the team wrote in the nearest cases of this kind, each text once."`
	Templates []readyText `json:"templates" nullable:"false" doc:"Those that fit, the closest first."`
}

// readyText is a text that can be taken over into the words of a status.
type readyText struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Name string    `json:"name"`
	Lang string    `json:"language" enum:"de,en"`
	Text string    `json:"text" doc:"With place, team, number, kind and target filled in, as far as they are known."`
}

type lastText struct {
	Number string `json:"number"`
	Status string `json:"status"`
	Done   string `json:"done,omitempty"`
	Reason string `json:"reason,omitempty"`
	Metres int    `json:"metres"`
	At     string `json:"at" format:"date-time"`
}

// template is a ready text of a department, or of all.
type template struct {
	ID         uuid.UUID `json:"id" format:"uuid"`
	Name       string    `json:"name"`
	Text       string    `json:"text"`
	Lang       string    `json:"language" enum:"de,en"`
	Department string    `json:"department,omitempty" doc:"Key; missing: every department."`
	Category   string    `json:"category,omitempty" doc:"Key; missing: every kind."`
	Status     string    `json:"status,omitempty" doc:"Missing: every status."`
	Version    int       `json:"version"`
	Plain      []hint    `json:"plain" nullable:"false" doc:"Hints of the plain-language meter."`
}

type templateList struct {
	Items        []template `json:"items" nullable:"false"`
	Placeholders blanks     `json:"placeholders" doc:"What can stand in a text, by language."`
}

type blanks struct {
	German  []string `json:"de" nullable:"false"`
	English []string `json:"en" nullable:"false"`
}

type newTemplate struct {
	Name       string `json:"name" minLength:"1" maxLength:"80"`
	Text       string `json:"text" minLength:"1" maxLength:"2000" example:"Wir fahren am {Datum} zu {Ort}."`
	Lang       string `json:"language" enum:"de,en"`
	Department string `json:"department,omitempty" maxLength:"60" doc:"Key; missing: every department (editors and admins only)."`
	Category   string `json:"category,omitempty" maxLength:"80" doc:"Key; missing: every kind."`
	Status     string `json:"status,omitempty" maxLength:"30" doc:"Missing: every status."`
	Version    int    `json:"version,omitempty" minimum:"1" doc:"Of the template as you read it, when it is changed."`
}

// hint is what the plain-language meter says. It never blocks anything.
type hint struct {
	Word   string `json:"word,omitempty" doc:"An office word."`
	Better string `json:"better,omitempty" doc:"What to write instead."`
	Words  int    `json:"words,omitempty" doc:"How many words a sentence has that is too long."`
}

type plainText struct {
	Text string `json:"text" maxLength:"4000"`
	Lang string `json:"language" enum:"de,en"`
}

type hints struct {
	Items []hint `json:"items" nullable:"false" doc:"In the order of the text; empty: nothing to say."`
}

func hintsOf(text, lang string) []hint {
	out := []hint{}
	for _, h := range casework.Plain(text, lang) {
		out = append(out, hint(h))
	}
	return out
}

func (a *api) textOps() {
	type ready struct {
		NumberParam
		Status string `query:"status" required:"true" enum:"in_review,waiting,planned,in_progress,commissioned,resolved,forwarded,not_responsible,no_action,duplicate,reopened" doc:"For which status."`
	}
	deskRead(a, op{
		id: "listTexts", method: http.MethodGet, path: "/desk/reports/{number}/texts",
		summary: "List ready texts for a case", detail: "The kind's ready sentence, what the team wrote last time, and templates with their blanks filled in.",
	}, func(ctx context.Context, _ *call, actor accounts.Actor, in *ready) (readyTexts, error) {
		n, err := number(in.Number)
		if err != nil {
			return readyTexts{}, err
		}
		v, err := a.Reports.OnDesk(ctx, actor, n)
		if err != nil {
			return readyTexts{}, err
		}
		return a.readyTexts(ctx, actor, v, reports.Status(in.Status))
	})
	type plain struct{ Body plainText }
	deskRead(a, op{
		id: "checkText", method: http.MethodPost, path: "/desk/plain-language", rule: accounts.RulePost,
		summary: "Check a text for plain language", detail: "Office words and long sentences. Only hints: nothing is stored, and nothing is refused.",
	}, func(_ context.Context, _ *call, _ accounts.Actor, in *plain) (hints, error) {
		return hints{Items: hintsOf(in.Body.Text, in.Body.Lang)}, nil
	})
	a.templateOps()
}

func (a *api) readyTexts(ctx context.Context, actor accounts.Actor, v *reports.View, to reports.Status) (readyTexts, error) {
	out := readyTexts{Sentence: names{}, Last: []lastText{}, Templates: []readyText{}}
	if to == reports.Resolved && v.Category != nil {
		out.Sentence = namesOf(v.Category.Ready)
	}
	past, err := a.Reports.LastTime(ctx, actor, v.Number)
	if err != nil {
		return out, err
	}
	for _, p := range past {
		out.Last = append(out.Last, lastText{
			Number: p.Number.Format(subject.PrefixReport), Status: string(p.Status), Done: p.Done, Reason: p.Reason, Metres: p.Metres, At: stamp(p.At),
		})
	}
	now, err := a.now(ctx)
	if err != nil {
		return out, err
	}
	list, err := a.Reports.Texts(ctx, v, to, a.router.Messages(), now)
	for _, t := range list {
		out.Templates = append(out.Templates, readyText{ID: t.ID, Name: t.Name, Lang: t.Lang, Text: t.Text})
	}
	return out, err
}

func (a *api) templateOps() {
	deskRead(a, op{
		id: "listTemplates", method: http.MethodGet, path: "/desk/templates", hidden: true,
		summary: "List answer templates", detail: "Those of your departments and of all.",
	}, func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (templateList, error) {
		list, err := casework.Templates(ctx, a.DB, actor)
		if err != nil {
			return templateList{}, err
		}
		cat, err := a.Categories.Catalogue(ctx)
		out := templateList{Items: make([]template, len(list)), Placeholders: blanks{German: casework.Placeholders("de"), English: casework.Placeholders("en")}}
		for i := range list {
			out.Items[i] = templateOf(cat, &list[i])
		}
		return out, err
	})
	type added struct {
		OnceParam
		Body newTemplate
	}
	deskWrite(a, op{
		id: "addTemplate", method: http.MethodPost, path: "/desk/templates", hidden: true, status: http.StatusCreated,
		summary: "Make an answer template", detail: "For a department in which you work; for every department by editors and admins.",
	}, func(ctx context.Context, d *desk, in *added) (template, error) {
		return a.saveTemplate(ctx, d, uuid.Nil, &in.Body)
	})
	type changed struct {
		ThingParam
		OnceParam
		Body newTemplate
	}
	deskWrite(a, op{
		id: "changeTemplate", method: http.MethodPut, path: "/desk/templates/{id}",
		summary: "Change an answer template", detail: "All of it. 409: somebody changed it since you read it.",
	}, func(ctx context.Context, d *desk, in *changed) (template, error) {
		id, err := thing(in.ID, "template")
		if err != nil {
			return template{}, err
		}
		return a.saveTemplate(ctx, d, id, &in.Body)
	})
	type dropped struct {
		ThingParam
		OnceParam
	}
	deskDrop(a, op{
		id: "deleteTemplate", method: http.MethodDelete, path: "/desk/templates/{id}",
		summary: "Take an answer template out of use", detail: "By those who may change it.",
	}, func(ctx context.Context, d *desk, in *dropped) error {
		id, err := thing(in.ID, "template")
		if err != nil {
			return err
		}
		return casework.DropTemplate(ctx, d.tx, d.actor, id)
	})
}

func (a *api) saveTemplate(ctx context.Context, d *desk, id uuid.UUID, in *newTemplate) (template, error) {
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return template{}, err
	}
	t := casework.Template{ID: id, Name: kit.Clean(in.Name, false), Text: kit.Clean(in.Text, true), Lang: in.Lang, Status: in.Status, Version: in.Version}
	if t.Department, err = a.teamIn(ctx, in.Department); err != nil {
		return template{}, err
	}
	var wrong fault.Fields
	if in.Category != "" {
		if c := cat.ByKey(in.Category); c != nil {
			t.Category = c.ID
		} else {
			wrong.Add("/category", "report.err.category")
		}
	}
	if in.Status != "" && !reports.Status(in.Status).Known() {
		wrong.Add("/status", "field.choice")
	}
	if err := wrong.Err(); err != nil {
		return template{}, err
	}
	if t.ID, err = casework.SaveTemplate(ctx, d.tx, d.actor, t); err != nil {
		return template{}, renamed(err, map[string]string{"lang": "/language"})
	}
	list, err := casework.Templates(ctx, d.tx, d.actor)
	if err != nil {
		return template{}, err
	}
	i := slices.IndexFunc(list, func(o casework.Template) bool { return o.ID == t.ID })
	if i < 0 {
		return template{}, fault.Missing("template")
	}
	return templateOf(cat, &list[i]), nil
}

func templateOf(cat *categories.Catalogue, t *casework.Template) template {
	out := template{ID: t.ID, Name: t.Name, Text: t.Text, Lang: t.Lang, Status: t.Status, Version: t.Version, Plain: hintsOf(t.Text, t.Lang)}
	if d, ok := cat.DepartmentByID(t.Department); ok {
		out.Department = d.Key
	}
	if c := cat.ByID(t.Category); c != nil {
		out.Category = c.Key
	}
	return out
}
