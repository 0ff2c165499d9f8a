package api

import (
	"bytes"
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// complaintRow is one line of the desk's list.
type complaintRow struct {
	ComplaintLine

	Department string `json:"department" doc:"Key."`
	Person     string `json:"assignee,omitempty" doc:"Who has it."`
	Excerpt    string `json:"excerpt"`
	Missed     bool   `json:"missed" doc:"A date has passed."`
	Waits      bool   `json:"answer_waits" doc:"For its release by a second person."`
	News       bool   `json:"news" doc:"The author wrote, and nobody has acted since."`
}

type complaintQueue struct {
	Items []complaintRow `json:"items" nullable:"false" doc:"Those due first; at most 50."`
	Next  string         `json:"next,omitempty" doc:"Send it as after for the next page; missing at the end."`
}

// deskComplaint is a complaint as the department in charge sees it.
type deskComplaint struct {
	Complaint complaintView   `json:"complaint"`
	Person    string          `json:"assignee,omitempty"`
	Notes     []complaintNote `json:"notes" nullable:"false" doc:"Of the team among themselves."`
	Hold      string          `json:"legal_hold,omitempty" doc:"Why it is not deleted."`
	Linked    []string        `json:"linked" nullable:"false" doc:"Numbers of public reports and ideas that belong to it."`
}

type complaintNote struct {
	Text string `json:"text"`
	Name string `json:"name,omitempty"`
	At   string `json:"at" format:"date-time"`
}

type contactDetails struct {
	Name   string `json:"name,omitempty"`
	Mail   string `json:"mail,omitempty"`
	Postal string `json:"postal,omitempty"`
	Phone  string `json:"phone,omitempty"`
}

type complaintLetter struct {
	PDF []byte `json:"pdf" doc:"Base64. With the address where the window is, number and a fresh access code."`
}

type replied struct {
	Released bool `json:"released" doc:"false: a second person has to release it."`
}

// deskCaseOp is an operation of the department in charge, by a personal token
// only: a complaint is read by people who answer for it, never by a system.
func deskCaseOp(id, method, path, summary, detail string) op {
	o := op{id: id, method: method, path: path, tag: tagComplaintsDesk, scope: accounts.ScopeComplaintsWrite, summary: summary, detail: detail, hidden: true}
	if method == http.MethodGet {
		o.scope = accounts.ScopeComplaintsRead
	}
	return o
}

// clerk is the complaint of a request, and who works on it.
func (a *api) clerk(k *call, s accounts.Scope, p CaseParam) (subject.Number, accounts.Actor, error) {
	n, err := p.parse()
	return n, k.actor(s), err
}

func (a *api) complaintsDesk() {
	type listIn struct {
		State string `query:"state" enum:"open,mine,release,answered,closed" default:"open" doc:"release: answers that wait for a second person."`
		Kind  string `query:"kind" enum:"complaint,praise,question,request" doc:"Only these."`
		Topic string `query:"topic" maxLength:"40" doc:"Key."`
		After string `query:"after" maxLength:"40" doc:"next of the page before."`
	}
	reads(a, deskCaseOp("listComplaints", http.MethodGet, "/desk/complaints", "List the complaints of your departments",
		"Those due first. There is no other list of them, no count and no search."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *listIn) (complaintQueue, error) {
			after, err := idIn(in.After, "after")
			if err != nil {
				return complaintQueue{}, err
			}
			rows, next, err := a.Complaints.List(ctx, actor, complaints.ListFilter{State: in.State, Kind: complaints.Kind(in.Kind), Topic: in.Topic, After: after})
			out := complaintQueue{Items: make([]complaintRow, len(rows)), Next: idText(next)}
			for i := range rows {
				r := &rows[i]
				out.Items[i] = complaintRow{
					ComplaintLine: a.lineOf(&r.Complaint), Department: r.Team, Person: idText(r.Assignee), Excerpt: r.Excerpt, Missed: r.Missed != nil, Waits: r.Waits, News: r.News,
				}
			}
			return out, err
		})
	reads(a, deskCaseOp("getDeskComplaint", http.MethodGet, "/desk/complaints/{number}", "Read a complaint of your department",
		"Without the contact details: readContact has them, and writes that down."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *CaseParam) (deskComplaint, error) {
			n, err := in.parse()
			if err != nil {
				return deskComplaint{}, err
			}
			return a.deskComplaintOf(ctx, a.Complaints, k, actor, n)
		})
	a.complaintFileOp(deskCaseOp("getDeskComplaintFile", http.MethodGet, "/desk/complaints/{number}/files/{file}", "Read a file of a complaint",
		"By the department in charge."), true)
	a.complaintSteps()
	a.complaintAnswers()
	a.complaintKeeping()
}

func (a *api) deskComplaintOf(ctx context.Context, s *complaints.Service, k *call, actor accounts.Actor, n subject.Number) (deskComplaint, error) {
	v, err := s.Get(ctx, actor, n)
	if err == nil && !v.Staff {
		err = fault.Missing("complaint")
	}
	if err != nil {
		return deskComplaint{}, err
	}
	out := deskComplaint{Complaint: a.complaintOf(k.loc(), v), Person: idText(v.Assignee), Notes: []complaintNote{}, Hold: v.Held, Linked: []string{}}
	notes, err := s.Notes(ctx, actor, n)
	if err != nil {
		return out, err
	}
	for _, note := range notes {
		out.Notes = append(out.Notes, complaintNote{Text: note.Text, Name: note.Name, At: stamp(note.At)})
	}
	var ids []uuid.UUID
	for _, ref := range v.Linked {
		if ref.Kind == subject.Report {
			ids = append(ids, ref.ID)
		}
	}
	cards, err := a.Reports.Describe(ctx, ids)
	for _, card := range cards {
		if card.Audience == subject.Public { // what is not may be another team's
			out.Linked = append(out.Linked, card.Number.Format(subject.PrefixReport))
		}
	}
	return out, err
}

// caseWrites adds a step of the department: its input says which complaint.
func caseWrites[I, O any](a *api, o op, do func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *I) (O, error)) {
	writes(a, o, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *I) (O, error) {
		var none O
		p, ok := any(in).(interface {
			parse() (subject.Number, error)
		})
		if !ok {
			panic("api: an input without a number") // a mistake of ours
		}
		n, err := p.parse()
		if err != nil {
			return none, err
		}
		out, err := do(ctx, a.Complaints.Within(tx), actor, n, in)
		if err != nil {
			return none, ownFields(err)
		}
		return out, nil
	})
}

// caseStep is caseWrites for what only has to be done.
func caseStep[I any](a *api, o op, do func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *I) error) {
	caseWrites(a, o, func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *I) (nothing, error) {
		return nothing{true}, do(ctx, s, actor, n, in)
	})
}

func (a *api) complaintSteps() {
	const one = "/desk/complaints/{number}"
	type assign struct {
		CaseParam
		OnceParam
		Body struct {
			Person string `json:"person,omitempty" format:"uuid" doc:"Somebody of the department; absent: nobody."`
			Me     bool   `json:"me,omitempty" doc:"Take it yourself."`
		}
	}
	caseStep(a, deskCaseOp("assignComplaint", http.MethodPut, one+"/assignee", "Take a complaint, or give it to a colleague",
		"Never to anybody of the department that it is about, nor, at a second review, to anybody who had a part in the first answer."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *assign) error {
			if in.Body.Me {
				return s.Take(ctx, actor, n)
			}
			to, err := idIn(in.Body.Person, "/person")
			if err != nil {
				return err
			}
			return s.Assign(ctx, actor, n, to)
		})
	type ask struct {
		CaseParam
		OnceParam
		Body struct {
			Text string `json:"text" minLength:"1" maxLength:"4000"`
			Days int    `json:"days,omitempty" minimum:"1" maximum:"60" doc:"Working days to answer; absent: 10. The clock stands until then."`
		}
	}
	caseStep(a, deskCaseOp("askComplainant", http.MethodPost, one+"/questions", "Ask the author", "Answered with the access code, from any device."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *ask) error {
			return s.Ask(ctx, actor, n, kit.Clean(in.Body.Text, true), in.Body.Days)
		})
	type interim struct {
		CaseParam
		OnceParam
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"Why it takes longer; the author reads it."`
			Days   int    `json:"days" minimum:"1" maximum:"60" doc:"Working days until the answer."`
		}
	}
	caseStep(a, deskCaseOp("giveInterimAnswer", http.MethodPost, one+"/interim-answers", "Give an interim answer", "The new day stands on the author's page."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *interim) error {
			return s.GiveInterim(ctx, actor, n, kit.Clean(in.Body.Reason, true), in.Body.Days)
		})
	type sorted struct {
		CaseParam
		OnceParam
		Body struct {
			Kind  string `json:"kind" enum:"complaint,praise,question,request"`
			Topic string `json:"topic" maxLength:"40" doc:"Key."`
		}
	}
	caseStep(a, deskCaseOp("sortComplaint", http.MethodPut, one+"/kind", "Change kind and topic", "Nothing that was sent is lost, and the receipt stays what it was."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *sorted) error {
			return s.Sort(ctx, actor, n, complaints.Kind(in.Body.Kind), in.Body.Topic)
		})
	type move struct {
		CaseParam
		OnceParam
		Body struct {
			Department string `json:"department" maxLength:"80" doc:"Key."`
			Reason     string `json:"reason,omitempty" maxLength:"1000" doc:"For the log of the case."`
		}
	}
	caseStep(a, deskCaseOp("moveComplaint", http.MethodPut, one+"/department", "Hand a complaint to another department",
		"Never to the one that it is about; about a person only to an independent office."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *move) error {
			return s.MoveTo(ctx, actor, n, in.Body.Department, kit.Clean(in.Body.Reason, true))
		})
	type note struct {
		CaseParam
		OnceParam
		Body struct {
			Note string `json:"note" minLength:"1" maxLength:"4000"`
		}
	}
	o := deskCaseOp("noteOnComplaint", http.MethodPost, one+"/notes", "Write a note for the team", "The author never reads it.")
	o.status = http.StatusCreated
	caseStep(a, o, func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *note) error {
		return s.Note(ctx, actor, n, kit.Clean(in.Body.Note, true))
	})
}

func (a *api) complaintAnswers() {
	const one = "/desk/complaints/{number}"
	type reply struct {
		CaseParam
		OnceParam
		Body struct {
			Text      string `json:"text" minLength:"1" maxLength:"8000"`
			Outcome   string `json:"outcome" enum:"helped,explained,not_helped,forwarded"`
			ForwardTo string `json:"forward_to,omitempty" maxLength:"200" doc:"The body outside; needed by forwarded."`
		}
	}
	o := deskCaseOp("replyToComplaint", http.MethodPost, one+"/replies", "Write the answer",
		"Where two people are needed it waits for the second one: by topic, about a person, at a second review, and where you took it out of such a topic yourself.")
	o.status = http.StatusCreated
	caseWrites(a, o, func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *reply) (replied, error) {
		released, err := s.Reply(ctx, actor, n, complaints.Reply{
			Text: kit.Clean(in.Body.Text, true), Outcome: complaints.Outcome(in.Body.Outcome), ForwardTo: kit.Clean(in.Body.ForwardTo, false),
		})
		return replied{released}, err
	})
	type release struct {
		CaseParam
		ThingParam
		OnceParam
	}
	caseStep(a, deskCaseOp("releaseReply", http.MethodPost, one+"/replies/{id}/release", "Release an answer that a colleague wrote",
		"403 for your own. 409: another one waits by now. No body."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *release) error {
			id, err := thing(in.ID, "answer")
			if err != nil {
				return err
			}
			return s.Release(ctx, actor, n, id)
		})
	type back struct {
		CaseParam
		ThingParam
		OnceParam
		Body struct {
			Note string `json:"note" minLength:"1" maxLength:"1000" doc:"What should be different."`
		}
	}
	caseStep(a, deskCaseOp("returnReply", http.MethodPost, one+"/replies/{id}/return", "Give an answer back to who wrote it", "403 for your own."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *back) error {
			id, err := thing(in.ID, "answer")
			if err != nil {
				return err
			}
			return s.Return(ctx, actor, n, id, kit.Clean(in.Body.Note, true))
		})
	type letter struct{ CaseParam }
	caseWrites(a, deskCaseOp("writeComplaintLetter", http.MethodPost, one+"/letters", "Write the answer as a letter",
		"The access code before it opens nothing any more, and the author is shown that the address was read. No body; not repeated by a key, since the answer is kept nowhere."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, _ *letter) (complaintLetter, error) {
			var b bytes.Buffer
			err := s.Letter(ctx, actor, n, &b)
			return complaintLetter{b.Bytes()}, err
		})
	type contact struct {
		CaseParam
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"300" doc:"The author reads it."`
		}
	}
	caseWrites(a, deskCaseOp("readContact", http.MethodPost, one+"/contact", "Read how to reach the author",
		"That it was read is written down and shown to the author: department, day and reason; never who. Not repeated by a key, since the answer is kept nowhere."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *contact) (contactDetails, error) {
			d, err := s.Contact(ctx, actor, n, kit.Clean(in.Body.Reason, true))
			return contactDetails{Name: d.Name, Mail: d.Mail, Postal: d.Postal, Phone: d.Phone}, err
		})
}
