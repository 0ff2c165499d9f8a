package api

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// complaintSaid is what the author adds or answers.
type complaintSaid struct {
	Text  string     `json:"text" minLength:"1" maxLength:"4000" doc:"Only you and the department in charge read it."`
	Files []sentFile `json:"files,omitempty" nullable:"false" maxItems:"10" doc:"PDF, JPEG or PNG; together up to 10 MB."`
}

type complaintAsk struct {
	Text string `json:"text" minLength:"1" maxLength:"4000" doc:"Why. Only you and the city read it."`
}

// sayIn is a message of the author. As whom they speak, and the bytes of files,
// are found out before the transaction.
type sayIn struct {
	AuthorParam
	OnceParam
	Body complaintSaid

	number subject.Number
	actor  accounts.Actor
	files  []complaints.NewFile
}

func (in *sayIn) before(ctx context.Context, a *api, k *call, _ accounts.Actor) (err error) {
	if in.number, in.actor, err = a.complainant(ctx, k, accounts.ScopeWrite, in.AuthorParam); err != nil || len(in.Body.Files) == 0 {
		return err
	}
	if _, err := a.ownComplaint(ctx, a.Complaints, in.actor, in.number); err != nil { // nobody else's bytes are even looked at
		return err
	}
	if err := a.limit(ctx, k, accounts.RuleUpload); err != nil {
		return err
	}
	in.files, err = a.readyFiles(ctx, in.Body.Files, "/files")
	return err
}

type askIn struct {
	AuthorParam
	OnceParam
	Body complaintAsk

	number subject.Number
	actor  accounts.Actor
}

func (in *askIn) before(ctx context.Context, a *api, k *call, _ accounts.Actor) (err error) {
	in.number, in.actor, err = a.complainant(ctx, k, accounts.ScopeWrite, in.AuthorParam)
	return err
}

// sayToComplaint holds what the author does with what was sent.
func (a *api) sayToComplaint() {
	for _, o := range []struct {
		id, path, summary, detail string
		do                        func(*complaints.Service) func(context.Context, accounts.Actor, subject.Number, string, []complaints.NewFile) error
	}{
		{
			"addToComplaint", "/additions", "Add to your complaint", "Words and files, by its access code or the token it was sent with, until it is closed.",
			func(s *complaints.Service) func(context.Context, accounts.Actor, subject.Number, string, []complaints.NewFile) error {
				return s.Add
			},
		},
		{
			"answerComplaintQuestion", "/answers", "Answer the department's question", "The clock runs again, and it is worked on.",
			func(s *complaints.Service) func(context.Context, accounts.Actor, subject.Number, string, []complaints.NewFile) error {
				return s.Answer
			},
		},
	} {
		op := ownerOp(o.id, http.MethodPost, "/complaints/{number}"+o.path, o.summary, o.detail)
		op.status, op.long = http.StatusCreated, talkBody
		writes(a, op, func(ctx context.Context, tx pgx.Tx, k *call, _ accounts.Actor, in *sayIn) (complaintView, error) {
			s := a.Complaints.Within(tx)
			if err := o.do(s)(ctx, in.actor, in.number, kit.Clean(in.Body.Text, true), in.files); err != nil {
				return complaintView{}, a.notTheirs(ctx, s, in.actor, in.number, err)
			}
			return a.complaintNow(ctx, s, k, in.actor, in.number)
		})
	}
	for _, o := range []struct {
		id, path, summary, detail string
		do                        func(*complaints.Service) func(context.Context, accounts.Actor, subject.Number, string) error
	}{
		{
			"askSecondReview", "/second-review", "Ask for a second review",
			"Once, within eight weeks after the answer: another department and another person look at it, by a date of its own.",
			func(s *complaints.Service) func(context.Context, accounts.Actor, subject.Number, string) error {
				return s.AskSecond
			},
		},
		{
			"reopenComplaint", "/reopening", "Say that it is not settled", "Once, within eight weeks after the answer.",
			func(s *complaints.Service) func(context.Context, accounts.Actor, subject.Number, string) error {
				return s.Reopen
			},
		},
	} {
		op := ownerOp(o.id, http.MethodPost, "/complaints/{number}"+o.path, o.summary, o.detail)
		op.status = http.StatusCreated
		writes(a, op, func(ctx context.Context, tx pgx.Tx, k *call, _ accounts.Actor, in *askIn) (complaintView, error) {
			s := a.Complaints.Within(tx)
			if err := o.do(s)(ctx, in.actor, in.number, kit.Clean(in.Body.Text, true)); err != nil {
				return complaintView{}, a.notTheirs(ctx, s, in.actor, in.number, err)
			}
			return a.complaintNow(ctx, s, k, in.actor, in.number)
		})
	}
	a.rateComplaint()
	a.withdrawComplaint()
}

// withdrawIn has no body.
type withdrawIn struct {
	AuthorParam
	OnceParam

	number subject.Number
	actor  accounts.Actor
}

func (in *withdrawIn) before(ctx context.Context, a *api, k *call, _ accounts.Actor) (err error) {
	in.number, in.actor, err = a.complainant(ctx, k, accounts.ScopeWrite, in.AuthorParam)
	return err
}

func (a *api) withdrawComplaint() {
	op := ownerOp("withdrawComplaint", http.MethodPost, "/complaints/{number}/withdrawal", "Withdraw your complaint",
		"While no answer was given. Nobody works on it any more, and it can't be opened again. Contact details are deleted at once, text and files after 30 days, "+
			"unless the law makes us keep them. Once more changes nothing. No body.")
	writes(a, op, func(ctx context.Context, tx pgx.Tx, k *call, _ accounts.Actor, in *withdrawIn) (complaintView, error) {
		s := a.Complaints.Within(tx)
		if err := s.Withdraw(ctx, in.actor, in.number); err != nil {
			return complaintView{}, a.notTheirs(ctx, s, in.actor, in.number, err)
		}
		return a.complaintNow(ctx, s, k, in.actor, in.number)
	})
}

type complaintRating struct {
	Value string `json:"value" enum:"unhappy,so_so,happy"`
	Text  string `json:"text,omitempty" maxLength:"1000"`
}

type rateComplaintIn struct {
	AuthorParam
	OnceParam
	Body complaintRating

	number subject.Number
	actor  accounts.Actor
}

func (in *rateComplaintIn) before(ctx context.Context, a *api, k *call, _ accounts.Actor) (err error) {
	in.number, in.actor, err = a.complainant(ctx, k, accounts.ScopeWrite, in.AuthorParam)
	return err
}

func (a *api) rateComplaint() {
	writes(a, ownerOp("rateComplaint", http.MethodPut, "/complaints/{number}/opinion", "Say whether the answer helped", "May be changed. Happy closes it."),
		func(ctx context.Context, tx pgx.Tx, k *call, _ accounts.Actor, in *rateComplaintIn) (complaintView, error) {
			s := a.Complaints.Within(tx)
			o := opinion{Value: in.Body.Value}
			if err := s.Rate(ctx, in.actor, in.number, complaints.Opinion{Value: o.value(), Text: kit.Clean(in.Body.Text, true)}); err != nil {
				return complaintView{}, a.notTheirs(ctx, s, in.actor, in.number, err)
			}
			return a.complaintNow(ctx, s, k, in.actor, in.number)
		})
}

func (a *api) complaintNow(ctx context.Context, s *complaints.Service, k *call, actor accounts.Actor, n subject.Number) (complaintView, error) {
	v, err := a.ownComplaint(ctx, s, actor, n)
	if err != nil {
		return complaintView{}, err
	}
	return a.complaintOf(k.loc(), v), nil
}

// notTheirs hides a complaint from staff where only its author acts: their own
// door is the desk's. Other errors stay.
func (a *api) notTheirs(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number, err error) error {
	if !fault.Is(err, fault.Forbidden) {
		return ownFields(err)
	}
	if _, hidden := a.ownComplaint(ctx, s, actor, n); hidden != nil {
		return hidden
	}
	return err
}
