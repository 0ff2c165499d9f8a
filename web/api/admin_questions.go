package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// AdminQuestion is a question of a category as admins set it up; exported, as
// AdminCategory is, for huma.
type AdminQuestion struct {
	Type     string        `json:"type" enum:"short,long,number,one,several,date,yesno,notice"`
	Name     translated    `json:"name"`
	Required bool          `json:"required"`
	TeamOnly bool          `json:"team_only" doc:"The answer never becomes public."`
	ShownIf  []condition   `json:"shown_if,omitempty" nullable:"false" maxItems:"30" doc:"Asked when all of these hold, of earlier questions; none: always."`
	Options  []adminOption `json:"options,omitempty" nullable:"false" maxItems:"40" doc:"Of one, several and yesno, whose keys are ja and nein; other types have none."`
	Min      *int          `json:"min,omitempty" doc:"Of number."`
	Max      *int          `json:"max,omitempty" doc:"Of number."`
}

// adminOption is a possible answer with what it brings about.
type adminOption struct {
	Key        string     `json:"key" minLength:"1" maxLength:"40"`
	Name       translated `json:"name"`
	Stop       string     `json:"stop,omitempty" maxLength:"40" doc:"Key of a stop page that is shown."`
	Department string     `json:"department,omitempty" maxLength:"40" doc:"Key of another department that gets the report."`
	Publish    string     `json:"publish,omitempty" enum:"A,B,C,P" doc:"If that is stricter than the category's."`
	Outside    string     `json:"outside,omitempty" maxLength:"40" doc:"Key of the body whose task it is."`
	Days       int        `json:"target_days,omitempty" minimum:"0" maximum:"999" doc:"Another target."`
	High       bool       `json:"high_priority,omitempty"`
	Wish       bool       `json:"wish,omitempty" doc:"It is a wish, not a defect."`
}

type questionLine struct {
	Key string `json:"key"`
	AdminQuestion
}

type questionLines struct {
	Version   string         `json:"version" doc:"Of the category: to be sent with a change."`
	Questions []questionLine `json:"questions" nullable:"false" doc:"In their order."`
}

// questionSetUp is a question as it is to be.
type questionSetUp struct {
	AdminQuestion

	Version string `json:"version" minLength:"1" maxLength:"64" doc:"Of the category as you read it: 409 when somebody has changed it since."`
}

type questionMove struct {
	Version string `json:"version" minLength:"1" maxLength:"64" doc:"Of the category as you read it."`
	To      string `json:"to" enum:"up,down"`
}

// QuestionParam is a question in a path.
type QuestionParam struct {
	Key      string `path:"key" maxLength:"40" pattern:"^[a-z][a-z0-9-]*$" example:"laterne" doc:"Of the category."`
	Question string `path:"question" maxLength:"40" pattern:"^[a-z][a-z0-9-]*$" example:"art" doc:"Key of the question."`
}

func questionOf(q *categories.Question) questionLine {
	out := questionLine{Key: q.Key, AdminQuestion: AdminQuestion{
		Type: string(q.Type), Name: translatedOf(q.Name), Required: q.Required, TeamOnly: q.TeamOnly, Min: q.Min, Max: q.Max, ShownIf: []condition{}, Options: []adminOption{},
	}}
	for _, s := range q.ShownIf {
		out.ShownIf = append(out.ShownIf, condition{Question: s.Question, Any: append([]string{}, s.Any...)})
	}
	for _, o := range q.Options {
		e := o.Effects
		out.Options = append(out.Options, adminOption{
			Key: o.Key, Name: translatedOf(o.Name), Stop: e.Stop, Department: e.Route, Publish: string(e.Publish), Outside: e.Body, Days: e.Days,
			High: e.Prio == categories.High, Wish: e.Wish,
		})
	}
	return out
}

func (o *adminOption) onto(old categories.Option) categories.Option {
	old.Name = besides(old.Name, o.Name.text())
	old.Effects = categories.Effects{Stop: o.Stop, Route: o.Department, Publish: categories.Publish(o.Publish), Body: o.Outside, Days: o.Days, Wish: o.Wish}
	if o.High {
		old.Effects.Prio = categories.High
	}
	return old
}

// options are the answers as they were sent; those of yes and no are always two.
func (in *AdminQuestion) options(before *categories.Question) ([]categories.Option, error) {
	var out []categories.Option
	switch categories.Type(in.Type) {
	case categories.YesNo:
		out = []categories.Option{
			{Key: categories.Yes, Name: i18n.Text{i18n.German: "Ja", i18n.English: "Yes"}}, {Key: categories.No, Name: i18n.Text{i18n.German: "Nein", i18n.English: "No"}},
		}
		for i := range in.Options {
			at := slices.IndexFunc(out, func(o categories.Option) bool { return o.Key == in.Options[i].Key })
			if at < 0 {
				return nil, fault.OnField(fmt.Sprintf("/options/%d/key", i), "field.choice")
			}
			out[at] = in.Options[i].onto(out[at])
		}
	case categories.One, categories.Several:
		for i := range in.Options {
			old, _ := before.Option(in.Options[i].Key)
			old.Key = in.Options[i].Key
			out = append(out, in.Options[i].onto(old))
		}
	case categories.Short, categories.Long, categories.Number, categories.Date, categories.Notice:
	}
	return out, nil
}

// onto puts the question in the place of the one with its key, or at the end.
func (in *AdminQuestion) onto(k *categories.Category, key string) (at int, err error) {
	at = slices.IndexFunc(k.Questions, func(q categories.Question) bool { return q.Key == key })
	if at < 0 {
		at = len(k.Questions)
		k.Questions = append(k.Questions, categories.Question{Key: key})
	}
	q := &k.Questions[at]
	q.Name, q.Type, q.Required, q.TeamOnly, q.Min, q.Max = besides(q.Name, in.Name.text()), categories.Type(in.Type), in.Required, in.TeamOnly, nil, nil
	if q.Type == categories.Number {
		q.Min, q.Max = in.Min, in.Max
	}
	q.ShownIf = nil
	for _, c := range in.ShownIf {
		q.ShownIf = append(q.ShownIf, categories.Condition{Question: c.Question, Any: c.Any})
	}
	q.Options, err = in.options(q)
	return at, err
}

// places are where the fields of the page's form lie in the body.
func (in *AdminQuestion) places() map[string]string {
	out := map[string]string{"label_de": "/name/de", "label_en": "/name/en", "when": "/shown_if", "type": "/type", "max": "/max", "options": "/options", "key": "/key", "questions": "/questions"}
	for i := range max(len(in.Options), 2) {
		for name, to := range map[string]string{
			"name_de": "name/de", "name_en": "name/en", "key": "key", "stop": "stop", "route": "department", "body": "outside", "publish": "publish", "prio": "high_priority", "days": "target_days",
		} {
			out[categories.OptionField(i, name)] = fmt.Sprintf("/options/%d/%s", i, to)
		}
	}
	return out
}

// adminCategory is one for admins, with the catalogue it is in.
func (a *api) adminCategory(ctx context.Context, actor accounts.Actor, key string) (*categories.Catalogue, *categories.Category, error) {
	all, err := a.adminCatalogue(ctx, actor)
	if err != nil {
		return nil, nil, err
	}
	k := all.ByKey(key)
	if k == nil {
		return nil, nil, fault.Missing("category " + key)
	}
	return all, k, nil
}

func (a *api) questionsNow(ctx context.Context, actor accounts.Actor, key string) (questionLines, error) {
	_, k, err := a.adminCategory(ctx, actor, key)
	if err != nil {
		return questionLines{}, err
	}
	out := questionLines{Version: k.Fingerprint(), Questions: make([]questionLine, len(k.Questions))}
	for i := range k.Questions {
		out.Questions[i] = questionOf(&k.Questions[i])
	}
	return out, nil
}

func (a *api) questionSetup() {
	const of, one = "/admin/categories/{key}/questions", "/admin/categories/{key}/questions/{question}"
	reads(a, adminOp("listQuestions", http.MethodGet, of, "List the questions of a category", "With what answers bring about. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *SetupKeyParam) (questionLines, error) {
			return a.questionsNow(ctx, actor, in.Key)
		})
	type putIn struct {
		QuestionParam
		Body questionSetUp
	}
	setsUp(a, adminOp("putQuestion", http.MethodPut, one, "Add or change a question", "With all that is said of it; a new one comes last. Reports keep what they were asked. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *putIn) (questionLines, error) {
			all, _, err := a.adminCategory(ctx, actor, in.Key)
			if err != nil {
				return questionLines{}, err
			}
			q := &in.Body.AdminQuestion
			err = a.Categories.ChangeCategory(ctx, actor, in.Key, in.Body.Version, func(k *categories.Category) error {
				at, err := q.onto(k, in.Question)
				if err != nil {
					return err
				}
				return categories.CheckQuestion(all, k, at)
			})
			if err != nil {
				return questionLines{}, renamed(err, q.places())
			}
			return a.questionsNow(ctx, actor, in.Key)
		})
	setsUp(a, adminOp("dropQuestion", http.MethodDelete, one, "Take a question out", "It is not asked any more; 422 while another one depends on it. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *QuestionParam) (nothing, error) {
			err := a.Categories.ChangeCategory(ctx, actor, in.Key, "", func(k *categories.Category) error {
				if _, ok := k.Question(in.Question); !ok {
					return fault.Missing("question " + in.Question)
				}
				k.Questions = slices.DeleteFunc(k.Questions, func(q categories.Question) bool { return q.Key == in.Question })
				return nil
			})
			return nothing{err == nil}, renamed(err, map[string]string{"questions": "/questions"})
		})
	type moveIn struct {
		QuestionParam
		Body questionMove
	}
	setsUp(a, adminOp("moveQuestion", http.MethodPost, one+"/move", "Move a question", "By one place; 422 where one of the two depends on the other. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *moveIn) (questionLines, error) {
			err := a.Categories.ChangeCategory(ctx, actor, in.Key, in.Body.Version, func(k *categories.Category) error {
				return k.MoveQuestion(in.Question, in.Body.To == "up")
			})
			if err != nil {
				return questionLines{}, renamed(err, map[string]string{"questions": "/to"})
			}
			return a.questionsNow(ctx, actor, in.Key)
		})
}

// cleaned are texts without those that say nothing.
func cleaned(list []string) []string {
	out := []string{}
	for _, text := range list {
		if text = kit.Clean(text, false); text != "" {
			out = append(out, text)
		}
	}
	return out
}
