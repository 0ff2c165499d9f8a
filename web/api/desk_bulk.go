package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newBatch is the same change for many cases.
type newBatch struct {
	Cases  []batchCase  `json:"cases,omitempty" nullable:"false" maxItems:"500" doc:"Those of your list that are meant."`
	Query  *string      `json:"query,omitempty" maxLength:"1500" doc:"In place of cases: all that a filter of listCases finds, at most 500."`
	Action batchChanges `json:"action"`
}

type batchCase struct {
	Number  string `json:"number" maxLength:"40"`
	Version int    `json:"case_version,omitempty" minimum:"1" doc:"As you read it: a case that somebody has changed since is left alone."`
}

type batchChanges struct {
	Kind       string `json:"kind" enum:"assign,priority,status,move,note,resubmit"`
	Person     string `json:"person,omitempty" format:"uuid" doc:"For assign; missing: nobody."`
	Priority   string `json:"priority,omitempty" enum:"normal,high" doc:"For priority."`
	Department string `json:"department,omitempty" maxLength:"60" doc:"Key; for move."`
	Status     string `json:"status,omitempty" enum:"in_review,in_progress,planned,commissioned,resolved,no_action" doc:"For status."`
	Text       string `json:"text,omitempty" maxLength:"2000" doc:"For status: the sentence that the public reads with each."`
	Until      string `json:"until,omitempty" format:"date" doc:"For status: planned and commissioned need it."`
	Note       string `json:"note,omitempty" maxLength:"4000" doc:"For note and resubmit; for move the reason."`
	On         string `json:"on,omitempty" format:"date" doc:"For resubmit."`
}

// batch is a step over many cases.
type batch struct {
	ID       *uuid.UUID     `json:"id,omitempty" format:"uuid" doc:"Missing in a preview."`
	Kind     string         `json:"kind"`
	At       string         `json:"at,omitempty" format:"date-time"`
	UndoneAt string         `json:"undone_at,omitempty" format:"date-time"`
	Counts   map[string]int `json:"counts" doc:"Cases by state."`
	Items    []batchItem    `json:"items" nullable:"false" doc:"What has to be looked at first; empty in a list."`
	More     bool           `json:"more,omitempty" doc:"The filter finds more than 500; these are the first."`
}

type batchItem struct {
	Number string `json:"number"`
	Title  string `json:"title"`
	State  string `json:"state" enum:"todo,done,refused,undone,stays" doc:"In a preview done means that it would be done."`
	Why    string `json:"why,omitempty" doc:"Why it is refused or stays, in words."`
}

type batchList struct {
	Items []batch `json:"items" nullable:"false" doc:"Your last 50 steps of 30 days, newest first."`
}

func (a *api) batchOps() {
	type preview struct{ Body newBatch }
	deskRead(a, op{
		id: "previewBatch", method: http.MethodPost, path: "/desk/batches/preview", rule: accounts.RulePost, hidden: true,
		summary: "Try a step over many cases", detail: "Says what each case would become by the rules of this moment, and changes nothing.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *preview) (batch, error) {
		action, rows, more, err := a.chosen(ctx, actor, &in.Body)
		if err != nil {
			return batch{}, err
		}
		items, err := a.Queue.Preview(ctx, actor, action, rows)
		if err != nil {
			return batch{}, inAction(err)
		}
		out := batch{Kind: string(action.Kind), Counts: map[string]int{}, Items: itemsOf(k, items), More: more}
		for _, it := range items {
			out.Counts[it.State]++
		}
		return out, nil
	})
	deskRead(a, op{
		id: "listBatches", method: http.MethodGet, path: "/desk/batches",
		summary: "List your steps over many cases", detail: "Nobody else sees them.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (batchList, error) {
		list, err := a.Queue.Batches(ctx, actor)
		out := batchList{Items: make([]batch, len(list))}
		for i := range list {
			out.Items[i] = batchOf(k, &list[i])
		}
		return out, err
	})
	deskRead(a, op{
		id: "getBatch", method: http.MethodGet, path: "/desk/batches/{id}",
		summary: "Read a step over many cases", detail: "With what became of each case.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *ThingParam) (batch, error) {
		return a.batchBy(ctx, k, actor, in.ID)
	})
	a.applyOps()
}

// applyOps change many cases, in transactions of their own: an idempotency key
// stands for the id of the step, and the same id does nothing twice.
func (a *api) applyOps() {
	type apply struct {
		OnceParam
		Body newBatch
	}
	add(a, op{
		id: "applyBatch", method: http.MethodPost, path: "/desk/batches", tag: tagDesk, scope: accounts.ScopeDeskWrite, status: http.StatusCreated, hidden: true,
		summary: "Change many cases", detail: "Each by the rules of the single change: what they refuse is named, the others are changed. Preview it first.",
	}.operation(typeOf[apply]()), func(ctx context.Context, k *call, in *apply) (*reply[batch], error) {
		if err := a.limit(ctx, k, accounts.RulePost); err != nil {
			return nil, err
		}
		actor := k.actor(accounts.ScopeDeskWrite)
		id, fresh, err := a.batchID(ctx, k, in.Key, in.Body)
		if err != nil {
			return nil, err
		}
		if fresh {
			err = a.apply(ctx, actor, id, &in.Body)
		} else { // sent again: what was interrupted goes on
			err = a.resume(ctx, actor, id, &in.Body)
		}
		if err != nil {
			return nil, err
		}
		body, err := a.batchBy(ctx, k, actor, id.String())
		return &reply[batch]{body}, err
	})
	type one struct {
		ThingParam
		OnceParam
	}
	for _, o := range []struct {
		id, path, summary, detail string
		do                        func(context.Context, accounts.Actor, uuid.UUID) error
	}{
		{"undoBatch", "/undo", "Take a step over many cases back", "Case by case. One that somebody has changed since stays as it is and is named. A second time changes nothing. No body.", a.Queue.Undo},
		{"continueBatch", "/continue", "Do the rest of a step over many cases", "If it was interrupted. Nothing is done twice. No body.", a.Queue.Continue},
	} {
		add(a, op{
			id: o.id, method: http.MethodPost, path: "/desk/batches/{id}" + o.path, tag: tagDesk, scope: accounts.ScopeDeskWrite, summary: o.summary, detail: o.detail,
		}.operation(typeOf[one]()), func(ctx context.Context, k *call, in *one) (*reply[batch], error) {
			if err := a.limit(ctx, k, accounts.RulePost); err != nil {
				return nil, err
			}
			id, err := thing(in.ID, "batch")
			if err != nil {
				return nil, err
			}
			actor := k.actor(accounts.ScopeDeskWrite)
			if err := o.do(ctx, actor, id); err != nil {
				return nil, err
			}
			body, err := a.batchBy(ctx, k, actor, in.ID)
			return &reply[batch]{body}, err
		})
	}
}

// batchID is the id of the step that a request names by its key; fresh tells
// that no request before did.
func (a *api) batchID(ctx context.Context, k *call, key string, body any) (id uuid.UUID, fresh bool, err error) {
	req, err := k.request("api.applyBatch", key, "", body)
	if err != nil {
		return id, false, err
	}
	id = subject.NewID()
	err = db.Transact(ctx, a.DB, func(ctx context.Context, tx pgx.Tx) error {
		answer, err := idem.Do(ctx, tx, req.Route, req.Key, req.Hash, func() (idem.Answer, error) { return answerOf(http.StatusCreated, "", id) })
		if err != nil {
			return err
		}
		fresh = !answer.Replayed
		return json.Unmarshal(answer.Body, &id)
	})
	return id, fresh, err
}

func (a *api) apply(ctx context.Context, actor accounts.Actor, id uuid.UUID, in *newBatch) error {
	action, rows, _, err := a.chosen(ctx, actor, in)
	if err != nil {
		return err
	}
	versions := map[subject.Number]int{}
	for _, c := range in.Cases {
		n, err := number(c.Number) // it may be typed otherwise than it is shown
		if err != nil {
			return err
		}
		versions[n] = c.Version
	}
	list := make([]casework.Chosen, len(rows))
	for i, r := range rows {
		list[i] = casework.Chosen{Ref: r.Ref, Version: versions[r.Number]}
	}
	return inAction(a.Queue.Apply(ctx, actor, id, action, list))
}

// resume goes on with a step, or begins it when the first request never got that
// far.
func (a *api) resume(ctx context.Context, actor accounts.Actor, id uuid.UUID, in *newBatch) error {
	if _, err := a.Queue.BatchOf(ctx, actor, id); fault.Is(err, fault.NotFound) {
		return a.apply(ctx, actor, id, in)
	} else if err != nil {
		return err
	}
	return a.Queue.Continue(ctx, actor, id)
}

// chosen reads what was sent: the step, and the cases of the actor's list.
func (a *api) chosen(ctx context.Context, actor accounts.Actor, in *newBatch) (action casework.BulkAction, rows []casework.Row, more bool, err error) {
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return action, nil, false, err
	}
	f := casework.QueueFilter{}
	all := in.Query != nil
	if all {
		if f, err = a.queryIn("/query", *in.Query); err != nil {
			return action, nil, false, err
		}
	}
	var team uuid.UUID
	if d, ok := cat.Department(in.Action.Department); ok {
		team = d.ID
	}
	if action, err = in.Action.action(team, a.Zone); err != nil {
		return action, nil, false, inAction(err)
	}
	numbers := make([]subject.Number, 0, len(in.Cases))
	for i, c := range in.Cases {
		n, err := number(c.Number)
		if err != nil {
			return action, nil, false, fault.OnField(fmt.Sprintf("/cases/%d/number", i), "api.field.report").Because(err)
		}
		numbers = append(numbers, n)
	}
	if rows, more, err = a.Queue.Select(ctx, actor, f, numbers, all); err != nil {
		return action, nil, false, err
	}
	if len(rows) == 0 {
		return action, nil, false, fault.OnField("/cases", "queue.err.none")
	}
	return action, rows, more, nil
}

// action is the step as casework knows it.
func (c *batchChanges) action(team uuid.UUID, zone *time.Location) (casework.BulkAction, error) {
	out := casework.BulkAction{Kind: casework.BulkKind(c.Kind), Priority: casework.Priority(c.Priority), Department: team, Note: kit.Clean(c.Note, true)}
	var err error
	switch out.Kind {
	case casework.BulkAssign:
		if c.Person == "" {
			break
		}
		if out.Person, err = uuid.Parse(c.Person); err != nil {
			return out, fault.OnField("person", "case.err.person")
		}
	case casework.BulkStatus:
		out.Status = &casework.StatusStep{To: c.Status, Text: kit.Clean(c.Text, true)}
		text, day := reports.Status(c.Status).BulkNeeds()
		if text && out.Status.Text == "" {
			return out, fault.OnField("text", "queue.err.sentence")
		}
		if c.Until == "" {
			if day {
				return out, fault.OnField("until", "report.err.until")
			}
			break
		}
		by, err := time.ParseInLocation(time.DateOnly, c.Until, zone)
		if err != nil {
			return out, fault.OnField("until", "api.field.day")
		}
		out.Status.By = &by
	case casework.BulkResubmit:
		day, err := time.Parse(time.DateOnly, c.On)
		if err != nil {
			return out, fault.OnField("on", "case.err.day")
		}
		out.Day = &day
	case casework.BulkPriority, casework.BulkMove, casework.BulkNote:
	}
	err = out.Validate()
	return out, err
}

// inAction gives wrong entries of a step their place in the body.
func inAction(err error) error {
	names := map[string]string{"case": "/cases", "day": "/action/on", "move_reason": "/action/note"}
	for _, name := range []string{"kind", "person", "priority", "department", "status", "text", "until", "note", "on"} {
		names[name] = "/action/" + name
	}
	return renamed(err, names)
}

func (a *api) batchBy(ctx context.Context, k *call, actor accounts.Actor, text string) (batch, error) {
	id, err := thing(text, "batch")
	if err != nil {
		return batch{}, err
	}
	b, err := a.Queue.BatchOf(ctx, actor, id)
	if err != nil {
		return batch{}, err
	}
	return batchOf(k, b), nil
}

func batchOf(k *call, b *casework.Batch) batch {
	out := batch{ID: &b.ID, Kind: string(b.Action.Kind), At: stamp(b.At), UndoneAt: stampOf(b.UndoneAt), Counts: b.N, Items: itemsOf(k, b.Items)}
	if out.Counts == nil {
		out.Counts = map[string]int{}
	}
	return out
}

func itemsOf(k *call, list []casework.BulkItem) []batchItem {
	out := make([]batchItem, len(list))
	for i, it := range list {
		out[i] = batchItem{Number: it.Number.Format(subject.PrefixReport), Title: it.Titles.In(k.loc().Lang()), State: it.State}
		if it.Why != "" {
			out[i].Why = k.loc().T(it.Why)
		}
	}
	slices.SortStableFunc(out, func(x, y batchItem) int { return urgency(x.State) - urgency(y.State) })
	return out
}

// urgency puts what somebody has to look at first.
func urgency(state string) int {
	return slices.Index([]string{"todo", "refused", "stays", "done", "undone"}, state)
}
