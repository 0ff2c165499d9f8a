package radar

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Inquire asks departments about measures of a programme, and tells them. Its id
// is the form's: sent again, it is the same inquiry.
func (s *Service) Inquire(ctx context.Context, actor accounts.Actor, p *Programme, q *Inquiry, asks []Ask) error {
	if q.ID == uuid.Nil {
		q.ID = subject.NewID()
	}
	for i := range asks {
		if err := asks[i].tidy(); err != nil {
			return err
		}
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, ActRelease, inProgramme(p.ID))
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if err := q.validate(s.day(now), asks); err != nil {
			return err
		}
		if err := s.askable(ctx, tx, p, asks); err != nil {
			return err
		}
		q.Programme, q.Open, q.Created = p.ID, true, now
		tag, err := tx.Exec(ctx, sqlNewInquiry, q.ID, p.ID, q.Title, q.Note, q.Year, string(q.Due), append([]string{}, q.Fields...), append([]string{}, q.Questions...), db.OrNull(actor.Person))
		if err != nil {
			return fmt.Errorf("new inquiry: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil // sent again
		}
		for _, ask := range asks {
			a := InquiryAnswer{ID: subject.NewID(), Inquiry: q.ID, Measure: ask.Measure, Department: ask.Department, Mail: ask.Mail, HeadMail: ask.HeadMail, State: AnswerAsked}
			if _, err := tx.Exec(ctx, sqlNewAnswer, a.ID, q.ID, ask.Measure, db.OrNull(ask.Department), ask.Mail, ask.HeadMail); err != nil {
				return fmt.Errorf("new inquiry answer: %w", err)
			}
			if err := s.tell(ctx, tx, q, &a, letterAsk); err != nil {
				return err
			}
		}
		return nil
	})
}

// tidy reads the addresses.
func (a *Ask) tidy() error {
	for _, mail := range []*string{&a.Mail, &a.HeadMail} {
		if *mail = strings.TrimSpace(*mail); *mail == "" {
			continue
		}
		address, err := accounts.ParseAddress(*mail)
		if err != nil {
			return fault.OnField("measures", "inquiry.err.mail")
		}
		*mail = address
	}
	if a.Mail != "" && a.Mail == a.HeadMail { // nobody releases what they wrote
		return fault.OnField("measures", "inquiry.err.same_mail")
	}
	if a.Department == uuid.Nil && a.Mail == "" {
		return fault.OnField("measures", "inquiry.err.whom")
	}
	return nil
}

// askable tells whether all measures are the programme's, each once, and whether
// the departments are in use.
func (s *Service) askable(ctx context.Context, tx pgx.Tx, p *Programme, asks []Ask) error {
	ids := make([]uuid.UUID, len(asks))
	for i := range asks {
		ids[i] = asks[i].Measure
	}
	list, err := many(ctx, tx, sqlByIDs, ids)
	if err != nil {
		return err
	}
	if len(list) != len(asks) || slices.ContainsFunc(list, func(m Measure) bool { return m.Programme != p.ID }) {
		return fault.OnField("measures", "inquiry.err.measures")
	}
	departments, err := accounts.Departments(ctx, tx)
	if err != nil {
		return err
	}
	for _, a := range asks {
		if a.Department != uuid.Nil && !slices.ContainsFunc(departments, func(d accounts.Department) bool { return d.ID == a.Department && d.Active }) {
			return fault.OnField("measures", "inquiry.err.whom")
		}
	}
	return nil
}

// Inquiries are those of a programme with their counts, the latest first.
func (s *Service) Inquiries(ctx context.Context, actor accounts.Actor, p *Programme) ([]Inquiry, error) {
	if err := May(actor, ActRelease, uuid.Nil); err != nil {
		return nil, err
	}
	return rowsOf(ctx, s.db, scanInquiry, sqlInquiries, p.ID)
}

// Board is an inquiry with its answers, by number in the chart: for editors.
func (s *Service) Board(ctx context.Context, actor accounts.Actor, id uuid.UUID) (*Inquiry, []InquiryAnswer, error) {
	if err := May(actor, ActRelease, uuid.Nil); err != nil {
		return nil, nil, err
	}
	q, err := inquiryByID(ctx, s.db, id)
	if err != nil {
		return nil, nil, err
	}
	list, err := rowsOf(ctx, s.db, scanAnswer, sqlAnswersOf, id)
	return q, list, err
}

// AskedOf is what the actor's departments are asked and have not finished, the
// first due first.
func (s *Service) AskedOf(ctx context.Context, actor accounts.Actor) ([]Asked, error) {
	var departments []uuid.UUID
	for _, d := range actor.Departments {
		if actor.Covers(accounts.Place{Department: d}, subject.Caseworker, subject.TeamLead) {
			departments = append(departments, d)
		}
	}
	if len(departments) == 0 {
		return nil, nil
	}
	list, err := rowsOf(ctx, s.db, scanAnswer, sqlAnswersFor, departments)
	if err != nil {
		return nil, err
	}
	out := make([]Asked, len(list))
	for i := range list {
		if err := s.fillAsked(ctx, s.db, &out[i], &list[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Asked is what is asked about one measure, with all that a form needs.
type Asked struct {
	Inquiry   *Inquiry
	Answer    *InquiryAnswer
	Measure   *Measure
	Programme *Programme
	Head      bool // it was opened by the link to release it
}

func (s *Service) fillAsked(ctx context.Context, q db.Queryer, to *Asked, a *InquiryAnswer) (err error) {
	to.Answer = a
	if to.Inquiry, err = inquiryByID(ctx, q, a.Inquiry); err != nil {
		return err
	}
	if to.Measure, err = byID(ctx, q, a.Measure); err != nil {
		return err
	}
	to.Programme, err = s.programmeByID(ctx, q, to.Measure.Programme)
	return err
}

// Asked is one by its id, for those whom it concerns; others find nothing.
func (s *Service) Asked(ctx context.Context, actor accounts.Actor, id uuid.UUID) (*Asked, error) {
	a, err := answerByID(ctx, s.db, sqlAnswer, id)
	if err != nil {
		return nil, err
	}
	if err := MayAnswer(actor, a); err != nil {
		return nil, err
	}
	var out Asked
	return &out, s.fillAsked(ctx, s.db, &out, a)
}

// AskedByToken is one by a link. Gone for a link that is unknown, too old, or of
// an inquiry that is closed.
func (s *Service) AskedByToken(ctx context.Context, token string) (*Asked, error) {
	return s.byToken(ctx, s.db, sqlAnswer, token)
}

func (s *Service) byToken(ctx context.Context, q db.Queryer, sql, token string) (*Asked, error) {
	for _, purpose := range []accounts.Purpose{PurposeAnswer, PurposeHead} {
		t, err := accounts.PeekToken(ctx, q, purpose, token)
		if fault.Is(err, fault.Gone) || err == nil && t.Target.Ref.Kind != InquiryKind {
			continue
		}
		if err != nil {
			return nil, err
		}
		a, err := answerByID(ctx, q, sql, t.Target.Ref.ID)
		if err != nil {
			return nil, err
		}
		out := Asked{Head: purpose == PurposeHead}
		if err := s.fillAsked(ctx, q, &out, a); err != nil {
			return nil, err
		}
		if !out.Inquiry.Open {
			break
		}
		return &out, nil
	}
	return nil, fault.New(fault.Gone, "talk.err.link")
}

// Writer is who answers: somebody of the desk, or whoever has a link.
type Writer struct {
	Actor accounts.Actor
	Token string // "": Actor
	ID    uuid.UUID
}

// held finds and locks what a writer writes, with the rights of now.
func (s *Service) held(ctx context.Context, tx pgx.Tx, w *Writer) (*Asked, error) {
	if w.Token != "" {
		return s.byToken(ctx, tx, sqlHoldAnswer, w.Token)
	}
	actor, err := accounts.Renew(ctx, tx, w.Actor)
	if err != nil {
		return nil, err
	}
	w.Actor = actor
	a, err := answerByID(ctx, tx, sqlHoldAnswer, w.ID)
	if err != nil {
		return nil, err
	}
	if err := MayAnswer(actor, a); err != nil {
		return nil, err
	}
	var out Asked
	return &out, s.fillAsked(ctx, tx, &out, a)
}

// WriteAnswer stores what a department says, and hands it in to its head when it
// is complete. version is that of the answer the writer saw.
func (s *Service) WriteAnswer(ctx context.Context, w Writer, version int, body map[string]string, handIn bool) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		at, err := s.held(ctx, tx, &w)
		if err != nil {
			return err
		}
		a, q := at.Answer, at.Inquiry
		switch {
		case at.Head:
			return fault.New(fault.Forbidden, "inquiry.err.head_link")
		case a.Version != version:
			return fault.New(fault.Conflict, "radar.err.changed")
		case !a.State.writable() || !q.Open:
			return fault.New(fault.Conflict, "inquiry.err.state")
		}
		clean := map[string]string{}
		for _, key := range q.keys() {
			clean[key] = strings.TrimSpace(body[key])
		}
		if err := q.check(at.Programme, &at.Measure.Content, clean); err != nil {
			return err
		}
		to := AnswerDraft
		if a.State == AnswerReturned {
			to = AnswerReturned // until it is handed in again
		}
		if handIn {
			to = AnswerHandedIn
		}
		if _, err := tx.Exec(ctx, sqlSaveAnswer, a.ID, clean, to, db.OrNull(w.Actor.Person)); err != nil {
			return fmt.Errorf("save inquiry answer: %w", err)
		}
		if !handIn {
			return nil
		}
		a.State = to
		return s.tell(ctx, tx, q, a, letterHead)
	})
}

// JudgeAnswer releases what was handed in, or returns it with a remark.
func (s *Service) JudgeAnswer(ctx context.Context, w Writer, version int, release bool, remark string) error {
	remark = strings.TrimSpace(remark)
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		at, err := s.held(ctx, tx, &w)
		if err != nil {
			return err
		}
		a := at.Answer
		if w.Token != "" && !at.Head {
			return fault.New(fault.Forbidden, "inquiry.err.head")
		}
		if w.Token == "" {
			if err := MayReleaseAnswer(w.Actor, a); err != nil {
				return err
			}
		}
		switch {
		case a.Version != version:
			return fault.New(fault.Conflict, "radar.err.changed")
		case a.State != AnswerHandedIn || !at.Inquiry.Open:
			return fault.New(fault.Conflict, "inquiry.err.state")
		case !release && remark == "":
			return fault.OnField("remark", "field.required")
		case len(remark) > 4*MaxInquiryNote:
			return fault.OnField("remark", "field.too_long").With("n", MaxInquiryNote)
		}
		to, kind := AnswerReleased, letterNone
		if !release {
			to, kind = AnswerReturned, letterBack
		}
		if _, err := tx.Exec(ctx, sqlMoveAnswer, a.ID, to, remark, db.OrNull(w.Actor.Person)); err != nil {
			return fmt.Errorf("judge inquiry answer: %w", err)
		}
		a.State, a.Remark = to, remark
		return s.tell(ctx, tx, at.Inquiry, a, kind)
	})
}

// TakeAnswer takes fields of a released answer over into the change of its
// measure: a new one, or the draft that there is. edit is the version of the
// change that the editor saw, 0 for none. It goes on as any change does: review
// by a second person, then publication.
func (s *Service) TakeAnswer(ctx context.Context, actor accounts.Actor, id uuid.UUID, version, edit int, fields []string, remark string) error {
	at, err := s.Asked(ctx, actor, id)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, at.Measure.ID, edit, ActEdit, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, m *Measure, p *Programme, e *Edit) error {
		a, err := answerByID(ctx, tx, sqlHoldAnswer, id)
		if err != nil {
			return err
		}
		if a.Version != version {
			return fault.New(fault.Conflict, "radar.err.changed")
		}
		if a.State != AnswerReleased || e != nil && e.State != EditDraft {
			return fault.New(fault.Conflict, "inquiry.err.state")
		}
		base := &m.Content
		if e != nil {
			base = &e.Content
		}
		if len(fields) > 0 {
			c, err := at.Inquiry.With(base, a.Body, fields)
			if err != nil {
				return err
			}
			if err := s.putEdit(ctx, tx, actor, m, p, e, c, remark); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, sqlMoveAnswer, a.ID, AnswerTaken, a.Remark, nil); err != nil {
			return fmt.Errorf("take inquiry answer: %w", err)
		}
		return nil
	})
}

// CloseInquiry ends it: nobody is reminded, links are worthless. What was
// released can still be taken over.
func (s *Service) CloseInquiry(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := s.renewed(ctx, tx, actor, ActRelease, ofInquiry(id)); err != nil {
			return err
		}
		if _, err := inquiryByID(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sqlCloseIt, id)
		return err
	})
}

// How often and when departments are reminded.
const (
	remindBefore = 5 // days before the day
	remindMost   = 5 // times in all
	remindHour   = time.Hour
)

// RemindInquiries writes to those whose answer is missing: before the day, after
// it, and weekly from then on. It may run twice; it tells how many it reminded.
func (s *Service) RemindInquiries(ctx context.Context) (n int, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		list, err := rowsOf(ctx, tx, scanAnswer, sqlRemindable, string(s.day(now)), remindBefore, remindMost)
		if err != nil {
			return err
		}
		for i := range list {
			if err := s.remind(ctx, tx, &list[i]); err != nil {
				return err
			}
		}
		n = len(list)
		return nil
	})
	return n, err
}

// RemindNow reminds about one answer at an editor's wish: once an hour at most.
func (s *Service) RemindNow(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := s.renewed(ctx, tx, actor, ActRelease, ofAnswer(id)); err != nil {
			return err
		}
		a, err := answerByID(ctx, tx, sqlHoldAnswer, id)
		if err != nil {
			return err
		}
		q, err := inquiryByID(ctx, tx, a.Inquiry)
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if !q.Open || !a.State.Missing() || a.RemindedAt != nil && now.Sub(*a.RemindedAt) < remindHour {
			return fault.New(fault.Conflict, "inquiry.err.reminded")
		}
		return s.remind(ctx, tx, a)
	})
}

func (s *Service) remind(ctx context.Context, tx pgx.Tx, a *InquiryAnswer) error {
	q, err := inquiryByID(ctx, tx, a.Inquiry)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlReminded, a.ID); err != nil {
		return fmt.Errorf("remind: %w", err)
	}
	kind := letterRemind
	if a.State == AnswerHandedIn {
		kind = letterHead
	}
	return s.tell(ctx, tx, q, a, kind)
}
