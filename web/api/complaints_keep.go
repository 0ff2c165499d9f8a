package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// complaintKeeping holds what ends a complaint, keeps it, and ties it to others.
func (a *api) complaintKeeping() {
	const one = "/desk/complaints/{number}"
	type bare struct {
		CaseParam
		OnceParam
	}
	caseStep(a, deskCaseOp("closeComplaint", http.MethodPost, one+"/closing", "Close what was answered", "No body."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, _ *bare) error {
			return s.Close(ctx, actor, n)
		})
	type hold struct {
		CaseParam
		OnceParam
		Body struct {
			Reason string `json:"reason" minLength:"3" maxLength:"500"`
		}
	}
	caseStep(a, deskCaseOp("holdComplaint", http.MethodPut, one+"/hold", "Keep a complaint from being deleted", "A legal hold, by whoever leads the department."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *hold) error {
			return s.Hold(ctx, actor, n, kit.Clean(in.Body.Reason, true))
		})
	caseStep(a, deskCaseOp("endComplaintHold", http.MethodDelete, one+"/hold", "End a legal hold", "By whoever leads the department. No body."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, _ *bare) error {
			return s.Hold(ctx, actor, n, "")
		})
	type archive struct {
		CaseParam
		OnceParam
		Body struct {
			Taken bool `json:"taken" doc:"true: the archive has taken it over; false: it is not worth keeping."`
		}
	}
	caseStep(a, deskCaseOp("archiveComplaint", http.MethodPut, one+"/archive", "Note what the archive decided", "Of what is offered to it. By whoever leads the department."),
		func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, in *archive) error {
			return s.Archive(ctx, actor, n, in.Body.Taken)
		})
	a.complaintLinks()
}

// OtherCaseParam is a report beside a complaint in a path; huma reads exported parts only.
type OtherCaseParam struct {
	CaseParam

	Other string `path:"other" maxLength:"40" doc:"Number of a report." example:"M-2026-7K3QX9"`
}

func (a *api) complaintLinks() {
	const path = "/desk/complaints/{number}/links/{other}"
	type input struct {
		OtherCaseParam
		OnceParam
	}
	// as is who looks at the report: what they may not know of can't be tied
	find := func(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, other string) (subject.Ref, error) {
		if v, err := s.Get(ctx, actor, n); err != nil || !v.Staff {
			if err == nil {
				err = fault.Missing("complaint")
			}
			return subject.Ref{}, err
		}
		m, err := number(other)
		if err != nil {
			return subject.Ref{}, err
		}
		r, err := a.Reports.Get(ctx, actor, m)
		if err != nil {
			return subject.Ref{}, err
		}
		return subject.Ref{Kind: subject.Report, ID: r.ID}, nil
	}
	for _, o := range []struct {
		id, method, summary, detail string
		do                          func(*complaints.Service) func(context.Context, accounts.Actor, subject.Number, subject.Ref) error
	}{
		{
			"linkComplaint", http.MethodPut, "Say that a report belongs to a complaint", "Both desks show it to those who work on both; no page does. No body.",
			func(s *complaints.Service) func(context.Context, accounts.Actor, subject.Number, subject.Ref) error {
				return s.Link
			},
		},
		{
			"unlinkComplaint", http.MethodDelete, "Take such a link away", "No body.",
			func(s *complaints.Service) func(context.Context, accounts.Actor, subject.Number, subject.Ref) error {
				return s.Unlink
			},
		},
	} {
		reads(a, withRule(deskCaseOp(o.id, o.method, path, o.summary, o.detail)), func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			n, err := in.parse()
			if err != nil {
				return nothing{}, err
			}
			to, err := find(ctx, a.Complaints, actor, n, in.Other)
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, o.do(a.Complaints)(ctx, actor, n, to)
		})
	}
}

// withRule counts what changes something and has a transaction of its own.
func withRule(o op) op {
	o.rule = accounts.RulePost
	return o
}

// complaintFigure is a period of the public figures.
type complaintFigures struct {
	Smallest  int                         `json:"smallest_group" doc:"No number below it is ever published, nor can be found by comparing."`
	Periods   []complaints.LabelledPeriod `json:"periods" nullable:"false" doc:"Whole months that lie behind us. They never overlap, and their numbers never change. Labels are in the language of the answer."`
	Learnings []complaintLearning         `json:"learnings" nullable:"false" doc:"What we changed."`
}

type complaintLearning struct {
	ID          string     `json:"id"`
	Department  namedPart  `json:"department"`
	Topic       string     `json:"topic"`
	Text        translated `json:"text"`
	PublishedAt string     `json:"published_at,omitempty" format:"date-time"`
}

type complaintLearnings struct {
	Items []complaintLearning `json:"items" nullable:"false"`
}

type archiveLine struct {
	Number   string `json:"number"`
	Kind     string `json:"kind"`
	Topic    string `json:"topic"`
	ClosedAt string `json:"closed_at" format:"date-time"`
	Until    string `json:"until" format:"date-time" doc:"When it is deleted."`
	State    string `json:"state" enum:"offered,taken,declined"`
}

type archiveLines struct {
	Items []archiveLine `json:"items" nullable:"false"`
}

func learningsOf(lang string, list []complaints.Learning) []complaintLearning {
	out := make([]complaintLearning, len(list))
	for i, l := range list {
		out[i] = complaintLearning{
			ID: l.ID.String(), Department: namedPart{l.DepartmentK, l.Department.In(lang)}, Topic: l.Topic, Text: translatedOf(l.Text), PublishedAt: stampOf(l.Published),
		}
	}
	return out
}

// complaintsBeside holds figures, notes and the archive's list.
func (a *api) complaintsBeside() {
	figures := ownerOp("getComplaintFigures", http.MethodGet, "/complaints/figures", "Read the public figures",
		"By month, kind, topic, department, days and outcome, without groups under five, and what was changed. As a file: /complaints/statistics.csv.")
	reads(a, figures, func(ctx context.Context, k *call, _ accounts.Actor, _ *struct{}) (complaintFigures, error) {
		p, err := a.Complaints.Statistics(ctx)
		if err != nil {
			return complaintFigures{}, err
		}
		list, err := a.Complaints.Learnings(ctx)
		return complaintFigures{Smallest: complaints.K, Periods: p.Labelled(k.loc()), Learnings: learningsOf(k.loc().Lang(), list)}, err
	})
	reads(a, deskCaseOp("listComplaintArchive", http.MethodGet, "/desk/complaints/archive", "List what is offered to the archive", "Before it is deleted, of your departments."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (archiveLines, error) {
			rows, err := a.Complaints.ArchiveList(ctx, actor)
			out := archiveLines{Items: make([]archiveLine, len(rows))}
			for i, r := range rows {
				out.Items[i] = archiveLine{
					Number: r.Number.Format(subject.PrefixComplaint), Kind: string(r.Kind), Topic: r.Topic, ClosedAt: stamp(r.Closed), Until: stamp(r.Until), State: r.Archive,
				}
			}
			return out, err
		})
	reads(a, deskCaseOp("listLearnings", http.MethodGet, "/desk/complaints/learnings", "List the notes \"what we changed\"", "Of your departments, drafts included."),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (complaintLearnings, error) {
			list, err := a.Complaints.LearningsOf(ctx, actor)
			return complaintLearnings{learningsOf(k.loc().Lang(), list)}, err
		})
	type learnIn struct {
		OnceParam
		Body struct {
			Department string     `json:"department" maxLength:"80" doc:"Key."`
			Topic      string     `json:"topic" maxLength:"40" doc:"Key."`
			Text       translated `json:"text" doc:"Without anybody's data."`
		}
	}
	write := deskCaseOp("writeLearning", http.MethodPost, "/desk/complaints/learnings", "Write a note \"what we changed\"", "A draft, until whoever leads the department publishes it.")
	write.status = http.StatusCreated
	writes(a, write, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *learnIn) (made, error) {
		id, err := a.Complaints.Within(tx).WriteLearning(ctx, actor, in.Body.Department, in.Body.Topic, in.Body.Text.text())
		return made{idText(id)}, ownFieldsOf(err, map[string]string{"text_" + i18n.German: "/text/de", "text_" + i18n.English: "/text/en"})
	})
	type publishIn struct {
		ThingParam
		OnceParam
		Body struct {
			On bool `json:"published"`
		}
	}
	writes(a, deskCaseOp("publishLearning", http.MethodPut, "/desk/complaints/learnings/{id}", "Publish a note, or take it back", "By whoever leads its department."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *publishIn) (nothing, error) {
			id, err := thing(in.ID, "learning")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Complaints.Within(tx).PublishLearning(ctx, actor, id, in.Body.On)
		})
}

// made names what was made.
type made struct {
	ID string `json:"id"`
}

// ownFieldsOf is ownFields with entries that lie deeper.
func ownFieldsOf(err error, deeper map[string]string) error {
	err = ownFields(err)
	if f := fault.As(err); f != nil {
		for i := range f.Fields {
			if at, ok := deeper[strings.TrimPrefix(f.Fields[i].Name, "/")]; ok {
				f.Fields[i].Name = at
			}
		}
	}
	return err
}

type complaintRule struct {
	Kind        string `json:"kind" enum:"complaint,praise,question,request"`
	InterimDays int    `json:"interim_days"`
	AnswerDays  int    `json:"answer_days"`
	ReviewDays  int    `json:"review_days"`
	KeepDays    int    `json:"keep_days"`
}

type complaintTopic struct {
	Key        string `json:"key"`
	Name       string `json:"name"`
	Department string `json:"department" doc:"Key; empty: the front desk."`
	FourEyes   bool   `json:"four_eyes"`
	Active     bool   `json:"active"`
}

type complaintSetup struct {
	Rules  []complaintRule  `json:"rules" nullable:"false" doc:"Working days, and days to keep, by kind."`
	Topics []complaintTopic `json:"topics" nullable:"false"`
}

// complaintsSetup is how admins set deadlines, topics and retention.
func (a *api) complaintsSetup() {
	o := adminOp("getComplaintSetup", http.MethodGet, "/complaints/setup", "Read deadlines, retention and topics of complaints", "For admins, who read no complaint.")
	o.tag = tagComplaintsDesk
	reads(a, o, func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (complaintSetup, error) {
		out := complaintSetup{Rules: []complaintRule{}, Topics: []complaintTopic{}}
		if err := complaints.MaySetUp(actor); err != nil {
			return out, err
		}
		rules, err := a.Complaints.Rules(ctx)
		if err != nil {
			return out, err
		}
		topics, err := a.Complaints.Topics(ctx)
		for _, r := range rules {
			out.Rules = append(out.Rules, complaintRule{string(r.Kind), r.InterimDays, r.AnswerDays, r.ReviewDays, r.KeepDays})
		}
		for _, t := range topics {
			out.Topics = append(out.Topics, complaintTopic{t.Key, t.Name.In(k.loc().Lang()), t.Department, t.FourEyes, t.Active})
		}
		return out, err
	})
	type ruleIn struct {
		Kind string `path:"kind" maxLength:"20" doc:"complaint, praise, question or request."`
		OnceParam
		Body struct {
			InterimDays int `json:"interim_days" minimum:"1" maximum:"60"`
			AnswerDays  int `json:"answer_days" minimum:"1" maximum:"120"`
			ReviewDays  int `json:"review_days" minimum:"1" maximum:"120"`
			KeepDays    int `json:"keep_days" minimum:"30" maximum:"3650"`
		}
	}
	rule := adminOp("setComplaintRule", http.MethodPut, "/complaints/setup/rules/{kind}", "Set deadlines and retention of a kind", "For what arrives from then on. For admins.")
	rule.tag = tagComplaintsDesk
	writes(a, rule, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *ruleIn) (nothing, error) {
		b := &in.Body
		err := a.Complaints.Within(tx).SetRule(ctx, actor, complaints.Rule{
			Kind: complaints.Kind(in.Kind), InterimDays: b.InterimDays, AnswerDays: b.AnswerDays, ReviewDays: b.ReviewDays, KeepDays: b.KeepDays,
		})
		return nothing{true}, ownFields(err)
	})
	type topicIn struct {
		Key string `path:"key" maxLength:"40" doc:"Of the topic."`
		OnceParam
		Body struct {
			Department string `json:"department" maxLength:"80" doc:"Key; empty: the front desk."`
			FourEyes   bool   `json:"four_eyes"`
			Active     bool   `json:"active"`
		}
	}
	topic := adminOp("setComplaintTopic", http.MethodPut, "/complaints/setup/topics/{key}", "Set where a topic goes, and whether its answers need two people", "For admins.")
	topic.tag = tagComplaintsDesk
	writes(a, topic, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *topicIn) (nothing, error) {
		err := a.Complaints.Within(tx).SetTopic(ctx, actor, complaints.Topic{
			Key: in.Key, Department: in.Body.Department, FourEyes: in.Body.FourEyes, Active: in.Body.Active,
		})
		return nothing{true}, ownFields(err)
	})
}
