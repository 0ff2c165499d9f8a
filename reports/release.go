package reports

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Release is a decision about what the public sees of a text and its photos.
type Release struct {
	TextState  TextState          // released or withheld; "": as it is
	TextPublic string             // what is shown, with names covered; "": the text as it was typed
	Photos     map[uuid.UUID]bool // true: released, false: held
	Version    int                // of the report as it was read; 0: do not compare
	Reason     string             // why something is withheld, for the audit log

	Withhold bool                 // all of it stays with the team, whatever else is said; needs a Reason
	Alts     map[uuid.UUID]string // what photos show, in words, where that changes
}

// Release makes text and photos public, or takes them back. It is the clerk's
// first key on a case; a report that waited for it (B) becomes public.
func (s *Service) Release(ctx context.Context, actor accounts.Actor, n subject.Number, in Release) error {
	return s.change(ctx, actor, n, ActRelease, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if in.Version != 0 && in.Version != r.Version {
			return fault.New(fault.Conflict, "report.err.version")
		}
		if in.Withhold {
			if err := in.withhold(ctx, tx, r); err != nil {
				return err
			}
		}
		if err := s.mayLeave(ctx, tx, actor, r, in, now); err != nil {
			return err
		}
		before := r.TextPublic
		covered, err := r.applyText(in)
		if err != nil {
			return err
		}
		list, err := attachments.ForSubject(ctx, tx, r.Ref())
		if err != nil {
			return err
		}
		if err := in.describe(ctx, tx, actor, list); err != nil {
			return err
		}
		shown, news := r.TextState == TextReleased, r.TextState == TextReleased && before != r.TextPublic
		for _, a := range list {
			want, asked := in.Photos[a.ID]
			if !asked {
				shown = shown || a.State == attachments.Released
				continue
			}
			state := attachments.Held
			if want {
				state, shown = attachments.Released, true
				news = news || a.State != attachments.Released
			}
			if state != a.State {
				if err := attachments.SetState(ctx, tx, actor, state, a.ID); err != nil {
					return err
				}
			}
			if want {
				if err := s.photos.Settle(ctx, tx, a.ID); err != nil {
					return err
				}
			}
			delete(in.Photos, a.ID)
		}
		if len(in.Photos) > 0 {
			return fault.OnField("photos", "report.err.photo")
		}
		// all withheld: a report that waited for its release stays with the team
		if r.Visibility == VisHeld && (shown || in.TextState != TextWithheld) {
			r.Visibility, news = VisPublic, true
		}
		if err := saveRelease(ctx, tx, r); err != nil {
			return err
		}
		if err := readName(ctx, tx, r); err != nil {
			return err
		}
		if err := s.bus.Append(ctx, tx, Released{Report: r.ID}); err != nil {
			return err
		}
		if news && covered {
			if err := s.appendStep(ctx, tx, r, "step.redacted", nil, "", subject.Public, r.DepartmentID); err != nil {
				return err
			}
		}
		if news {
			if err := s.appendStep(ctx, tx, r, "step.released", nil, "", subject.Public, r.DepartmentID); err != nil {
				return err
			}
		}
		action := "report.release"
		if !shown {
			action = "report.withhold"
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: action, Ref: r.Ref(), Fields: []string{"text", "photos"}, Reason: in.Reason})
	})
}

// withhold makes the decision one about everything.
func (in *Release) withhold(ctx context.Context, tx pgx.Tx, r *Report) error {
	if strings.TrimSpace(in.Reason) == "" {
		return fault.OnField("reason", "desk.err.withhold_reason")
	}
	list, err := attachments.ForSubject(ctx, tx, r.Ref())
	if err != nil {
		return err
	}
	in.TextState, in.TextPublic, in.Photos = TextWithheld, "", map[uuid.UUID]bool{}
	for _, a := range list {
		in.Photos[a.ID] = false
	}
	return nil
}

// describe gives photos the words that were changed. The fault of a description
// is on the field "alt-" with the photo's id.
func (in *Release) describe(ctx context.Context, tx pgx.Tx, actor accounts.Actor, list []attachments.Attachment) error {
	for _, a := range list {
		alt, ok := in.Alts[a.ID]
		if !ok || alt == a.Alt {
			continue
		}
		if err := attachments.SetAlt(ctx, tx, actor, a.ID, alt); err != nil {
			f := fault.As(err)
			if f.Kind != fault.Invalid {
				return err
			}
			f.Fields[0].Name = "alt-" + a.ID.String()
			return f
		}
	}
	return nil
}

// applyText sets the text's state and tells whether something was covered.
func (r *Report) applyText(in Release) (covered bool, err error) {
	if r.Text == "" && in.TextState != TextWithheld { // nothing to read: what was chosen is released
		r.TextState = TextReleased
		return false, nil
	}
	switch in.TextState {
	case "":
		return false, nil
	case TextReleased:
		public := strings.TrimSpace(in.TextPublic)
		if public == "" {
			public = r.Text
		}
		if over := utf8.RuneCountInString(public) - MaxText; over > 0 {
			return false, fault.OnField("text_public", "report.err.long")
		}
		r.TextState, r.TextPublic = TextReleased, public
		return public != r.Text, nil
	case TextWithheld:
		r.TextState, r.TextPublic = TextWithheld, ""
		return false, nil
	case TextHeld: // a text that was decided on is not undecided again
	}
	return false, fault.OnField("text_state", "report.err.text")
}
