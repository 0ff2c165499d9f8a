package reports

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Offices without a desk get a case by mail and answer on a page behind a link.
// What they see is what everybody may see, and what the team wrote to them.

// ProposedPartners lists the partners for a report, those of its category first.
func (s *Service) ProposedPartners(ctx context.Context, v *View) ([]casework.Partner, error) {
	list, err := casework.Partners(ctx, s.db, false)
	if err != nil || v.Category == nil {
		return list, err
	}
	ours := func(p casework.Partner) bool { return slices.Contains(p.Categories, v.Category.ID) }
	slices.SortStableFunc(list, func(a, b casework.Partner) int {
		switch {
		case ours(a) == ours(b):
			return 0
		case ours(a):
			return -1
		}
		return 1
	})
	return list, nil
}

// HandOver gives a report to the partner or department with this id by mail. The
// public history says so; the report stays with its team.
func (s *Service) HandOver(ctx context.Context, actor accounts.Actor, n subject.Number, to uuid.UUID, need string) error {
	days, err := s.cat.Calendar(ctx)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, n, ActStep, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if s.talk.Post == nil {
			return errors.New("hand over: no post")
		}
		list, err := casework.Partners(ctx, tx, false)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(p casework.Partner) bool { return to != uuid.Nil && (p.ID == to || p.Department == to) })
		if i < 0 {
			return fault.OnField("partner", "talk.err.partner")
		}
		p := list[i]
		_, token, err := casework.HandTo(ctx, tx, r.Ref(), p, need, days.AddWorkingDays(now, p.RemindDays))
		if err != nil {
			return err
		}
		if err := s.talk.Post.handed(ctx, tx, partnerLetter{kind: "ask", mail: p.Mail, token: token, text: strings.TrimSpace(need), report: r}); err != nil {
			return err
		}
		if err := touch(ctx, tx, r.ID); err != nil {
			return err
		}
		return s.appendStep(ctx, tx, r, "step.handed", map[string]any{"partner": p.Name}, "", subject.Public, r.DepartmentID)
	})
}

// ReplyPartner answers a partner's question; the mail has a link of its own. The
// same words again, while nobody has said anything since, change nothing.
func (s *Service) ReplyPartner(ctx context.Context, actor accounts.Actor, n subject.Number, handover uuid.UUID, text string) error {
	days, err := s.cat.Calendar(ctx)
	if err != nil {
		return err
	}
	return s.change(ctx, actor, n, ActView, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if err := s.teamOnly(ctx, tx, actor, r); err != nil {
			return err
		}
		text, err := words4("reply", text)
		if err != nil {
			return err
		}
		h, err := casework.HandoverByID(ctx, tx, handover, true)
		if err != nil {
			return err
		}
		if h.Ref != r.Ref() || h.State.Over() {
			return fault.New(fault.Conflict, "talk.err.handover_over")
		}
		if err := h.WithAnswers(ctx, tx); err != nil {
			return err
		}
		if n := len(h.Answers); n > 0 && h.Answers[n-1].Direction == casework.Out && h.Answers[n-1].Text == text {
			return nil // pressed twice
		}
		remind := days.AddWorkingDays(now, h.RemindDays)
		if err := casework.NoteHandover(ctx, tx, &h, casework.HandoverSent, casework.HandoverAnswer{Direction: casework.Out, Kind: "reply", Text: text}, &remind); err != nil {
			return err
		}
		token, err := casework.PartnerToken(ctx, tx, h.ID, h.ExpiresAt.Sub(now))
		if err != nil {
			return err
		}
		return s.talk.Post.handed(ctx, tx, partnerLetter{kind: "reply", mail: h.Mail, token: token, text: text, report: r})
	})
}

// RevokeHandover takes a report back from a partner; its links open nothing more.
func (s *Service) RevokeHandover(ctx context.Context, actor accounts.Actor, n subject.Number, handover uuid.UUID) error {
	return s.change(ctx, actor, n, ActView, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		if err := s.teamOnly(ctx, tx, actor, r); err != nil {
			return err
		}
		h, err := casework.Revoke(ctx, tx, r.Ref(), handover)
		if err != nil || h.State != casework.HandoverRevoked {
			return err
		}
		return s.appendStep(ctx, tx, r, "step.handed_back", map[string]any{"partner": h.Name}, "", subject.Public, r.DepartmentID)
	})
}

// PartnerCase is what a partner or a crew sees.
type PartnerCase struct {
	View     *View // as everybody sees it
	Handover casework.Handover
	Order    casework.Order
}

// PartnerCase is the page behind a partner's link; Gone for one that opens
// nothing.
func (s *Service) PartnerCase(ctx context.Context, token string) (*PartnerCase, error) {
	h, err := casework.HandoverByToken(ctx, s.db, token, false)
	if err != nil {
		return nil, err
	}
	if err := h.WithAnswers(ctx, s.db); err != nil {
		return nil, err
	}
	v, err := s.strangersView(ctx, h.Ref.ID)
	return &PartnerCase{View: v, Handover: h}, err
}

// strangersView is a report with what is public in it, also of one whose page is
// not: the team gave it away, without text, photos and contact.
func (s *Service) strangersView(ctx context.Context, id uuid.UUID) (*View, error) {
	r, err := byID(ctx, s.db, id, uuid.Nil)
	if err == nil && (r.Visibility == VisErased || r.Visibility == VisHidden) {
		err = fault.New(fault.Gone, "talk.err.link")
	}
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	return s.viewOf(ctx, accounts.Actor{}, r, now)
}

// The answers of a partner.
const (
	PartnerTaken   = "taken"
	PartnerDone    = "done"
	PartnerNotOurs = "not_ours"
	PartnerAsks    = "question"
)

// PartnerAnswer is what a partner says.
type PartnerAnswer struct {
	Kind  string
	Text  string // done: what; not_ours: who; question: what
	Photo *Upload
}

func (a *PartnerAnswer) validate() error {
	a.Text = strings.TrimSpace(a.Text)
	var wrong fault.Fields
	switch a.Kind {
	case PartnerTaken:
	case PartnerDone, PartnerNotOurs, PartnerAsks:
		if a.Text == "" {
			wrong.Add("text", "talk.err.partner_"+a.Kind)
		}
	default:
		wrong.Add("kind", "talk.err.kind")
	}
	if tooLong(a.Text, MaxReason) {
		wrong.Add("text", "talk.err.long")
	}
	return wrong.Err()
}

// AnswerAsPartner takes a partner's answer. The same one said again changes
// nothing; after a last word (done, not ours) others are Conflict.
func (s *Service) AnswerAsPartner(ctx context.Context, token string, a PartnerAnswer) error {
	if err := a.validate(); err != nil {
		return err
	}
	days, err := s.cat.Calendar(ctx)
	if err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		h, err := casework.HandoverByToken(ctx, tx, token, false)
		if err != nil {
			return err
		}
		r, err := lockByID(ctx, tx, h.Ref.ID, uuid.Nil) // the report first, as the team's actions lock
		if err != nil {
			return err
		}
		if h, err = casework.HandoverByID(ctx, tx, h.ID, true); err != nil {
			return err
		}
		to := casework.HandoverState(a.Kind)
		if h.State == to && to != casework.HandoverQuestion {
			return nil // pressed twice
		}
		if h.State.Over() {
			return fault.New(fault.Conflict, "talk.err.handover_over")
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		var remind *time.Time
		if a.Kind == PartnerTaken { // ask once more when it should be done
			at := days.AddWorkingDays(now, 2*h.RemindDays)
			remind = &at
		}
		if a.Kind == PartnerAsks {
			if err := h.WithAnswers(ctx, tx); err != nil {
				return err
			}
			if n := len(h.Answers); n > 0 && h.Answers[n-1].Direction == casework.In && h.Answers[n-1].Text == a.Text {
				return nil // pressed twice
			}
		}
		if err := casework.NoteHandover(ctx, tx, &h, to, casework.HandoverAnswer{Direction: casework.In, Kind: a.Kind, Text: a.Text}, remind); err != nil {
			return err
		}
		return s.followPartner(ctx, tx, r, h, a, now)
	})
}

// followPartner does to the report what a partner's answer means.
func (s *Service) followPartner(ctx context.Context, tx pgx.Tx, r *Report, h casework.Handover, a PartnerAnswer, now time.Time) error {
	params := map[string]any{"partner": h.Name}
	switch a.Kind {
	case PartnerTaken:
		if err := s.appendStep(ctx, tx, r, "step.partner_taken", params, "", subject.Public, r.DepartmentID); err != nil {
			return err
		}
		if r.Status != Waiting && r.Status.MayBecome(InProgress) { // a question to the reporter stays open
			return s.setStatus(ctx, tx, accounts.System, r, now, Change{To: InProgress})
		}
		return touch(ctx, tx, r.ID)
	case PartnerDone:
		photo, err := s.attachHeld(ctx, tx, r, a.Photo)
		if err != nil {
			return err
		}
		if ok, err := s.mayResolve(ctx, tx, r); err != nil {
			return err
		} else if ok {
			return s.setStatus(ctx, tx, accounts.System, r, now, Change{To: Resolved, StatusParams: StatusParams{Done: a.Text, SeenBy: "partner"}, Photo: photo})
		}
		if photo != uuid.Nil {
			params["photo"] = photo.String()
		}
		return s.forTheTeam(ctx, tx, r, "step.partner_done", params, a.Text)
	case PartnerNotOurs:
		return s.forTheTeam(ctx, tx, r, "step.partner_not_ours", params, a.Text)
	}
	return s.forTheTeam(ctx, tx, r, "step.partner_question", params, a.Text)
}

// mayResolve: staff could, and nobody else decides first.
func (s *Service) mayResolve(ctx context.Context, tx pgx.Tx, r *Report) (bool, error) {
	_, open, err := openObjection(ctx, tx, r.ID)
	return err == nil && !open && r.Status.MayBecome(Resolved), err
}

// forTheTeam is a step that only the team sees, and that puts the case on its
// list of what came in.
func (s *Service) forTheTeam(ctx context.Context, tx pgx.Tx, r *Report, key string, params map[string]any, reason string) error {
	if err := casework.Answered(ctx, tx, r.Ref()); err != nil {
		return err
	}
	if err := touch(ctx, tx, r.ID); err != nil {
		return err
	}
	if err := putFacts(ctx, tx, r.ID); err != nil {
		return err
	}
	return s.appendStep(ctx, tx, r, key, params, reason, subject.Department, r.DepartmentID)
}

// attachHeld adds a photo of somebody outside: the team releases it.
func (s *Service) attachHeld(ctx context.Context, tx pgx.Tx, r *Report, up *Upload) (uuid.UUID, error) {
	if up == nil {
		return uuid.Nil, nil
	}
	before, err := attachments.ForSubject(ctx, tx, r.Ref())
	if err != nil {
		return uuid.Nil, err
	}
	ord := 0
	for _, a := range before {
		ord = max(ord, a.Ord+1)
	}
	if err := attachments.Attach(ctx, tx, []attachments.Copy{{Prepared: up.Prepared, Subject: r.Ref(), Alt: up.Alt, Ord: ord, State: attachments.Held}}); err != nil {
		return uuid.Nil, err
	}
	after, err := attachments.ForSubject(ctx, tx, r.Ref())
	if err != nil {
		return uuid.Nil, err
	}
	for _, a := range after {
		if !slices.ContainsFunc(before, func(b attachments.Attachment) bool { return b.ID == a.ID }) {
			return a.ID, nil
		}
	}
	return uuid.Nil, errors.New("a photo that was attached is not there")
}

// RemindPartners writes once more to partners who have not answered; it may run
// twice.
func (s *Service) RemindPartners(ctx context.Context) error {
	days, err := s.cat.Calendar(ctx)
	if err != nil || s.talk.Post == nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		list, err := casework.Remindable(ctx, tx, subject.Report, batch)
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		for _, h := range list {
			r, err := byID(ctx, tx, h.Ref.ID, uuid.Nil)
			if err != nil {
				return err
			}
			if err := casework.Reminded(ctx, tx, h, days.AddWorkingDays(now, h.RemindDays)); err != nil {
				return err
			}
			if r.Visibility == VisErased || r.Visibility == VisHidden || !r.Status.IsOpen() && r.Status != Forwarded {
				continue // over without the partner
			}
			token, err := casework.PartnerToken(ctx, tx, h.ID, h.ExpiresAt.Sub(now))
			if err != nil {
				return err
			}
			if err := s.talk.Post.handed(ctx, tx, partnerLetter{kind: "remind", mail: h.Mail, token: token, text: h.Need, report: r}); err != nil {
				return err
			}
		}
		return nil
	})
}

// readyWords is what is said of a solved report where nobody typed anything.
func (s *Service) readyWords(ctx context.Context, r *Report) (i18n.Text, error) {
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	if c := cat.ByID(r.Category); c != nil && c.Ready[i18n.German] != "" {
		return c.Ready, nil
	}
	if s.talk.Post == nil {
		return nil, errors.New("words for a solved report: no post")
	}
	words := i18n.Text{}
	for _, lang := range []string{i18n.German, i18n.English} {
		words[lang] = s.talk.Post.messages.For(lang).T("talk.crew.done_words")
	}
	return words, nil
}

// Partners lists the partners in use, for those who work on cases.
func (s *Service) Partners(ctx context.Context, actor accounts.Actor) ([]casework.Partner, error) {
	if err := MayCapture(actor); err != nil {
		return nil, err
	}
	return casework.Partners(ctx, s.db, false)
}
