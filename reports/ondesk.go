package reports

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// The desk's page of a case and its operations of the API show the same: what
// is below says it once for both.

// OnDesk is Get for somebody who works on the report; Forbidden with the reason
// for others who know of it, NotFound for the rest.
func (s *Service) OnDesk(ctx context.Context, actor accounts.Actor, n subject.Number) (*View, error) {
	v, err := s.Get(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	if !v.Actor.Staff {
		return nil, fault.New(fault.Forbidden, "err.403").With("why", v.Why[ActSetStatus])
	}
	return v, nil
}

// NeverPublic tells whether text and photos of this kind stay with the team.
func (v *View) NeverPublic() bool {
	return v.Publish == categories.PublishPlace || v.Publish == categories.PublishNever
}

// WaitsForRelease tells whether a clerk has to look at text or photos before the
// public may.
func (v *View) WaitsForRelease() bool {
	if v.NeverPublic() || v.Status == Withdrawn {
		return false
	}
	return v.Visibility == VisHeld || v.TextState == TextHeld && v.Text != "" || slices.ContainsFunc(v.Photos, func(p Photo) bool { return p.Held })
}

// LikelyNext is the status that comes next in a plain case; ok is false where
// none is likely or the actor may not set it.
func (v *View) LikelyNext() (to Status, ok bool) {
	switch v.Status {
	case Received, InReview, Reopened, Planned:
		to = InProgress
	case Waiting:
		to = InReview
	case InProgress, Commissioned, Forwarded:
		to = Resolved
	case Resolved, NotResponsible, NoAction, Duplicate, Withdrawn:
	}
	return to, slices.Contains(v.Actor.Next, to)
}

// MayJoin tells whether the actor may join the report to another one now: then
// possible duplicates are suggested.
func (v *View) MayJoin() bool { return slices.Contains(v.Actor.Next, Duplicate) }

// OpenObjection tells whether an objection waits for its decision: it is newer
// than the answer to it and than the status it was about. open tells also that
// the actor may decide.
func (v *View) OpenObjection() (at time.Time, open bool) {
	for _, s := range v.Steps { // newest first
		switch {
		case s.Key == "step.objected":
			return s.At, v.Actor.DecideObjection
		case s.Key == "step.objection_kept", s.Status == Reopened:
			return time.Time{}, false
		}
	}
	return time.Time{}, false
}

// Blanks are what templates are filled with on this report, in the language of
// loc. now is the database's time.
func (v *View) Blanks(loc *i18n.Localizer, now time.Time) casework.Blanks {
	lang := loc.Lang()
	b := casework.Blanks{Place: v.Address, Team: v.Department.Name.In(lang), Number: v.Number.Format(subject.PrefixReport)}
	if v.Target.Due != nil && v.Target.Due.After(now) {
		b.Date = loc.NearDate(*v.Target.Due, now)
	}
	if v.Category != nil {
		b.Kind = v.Category.Name.In(lang)
	}
	return b
}

// Texts lists the templates for a status of a report, with their blanks filled
// in, the closest first. The actor works on the report (v.Actor.Staff).
func (s *Service) Texts(ctx context.Context, v *View, to Status, words *i18n.Catalogue, now time.Time) ([]casework.Template, error) {
	if !v.Actor.Staff {
		return nil, nil
	}
	var category uuid.UUID
	if v.Category != nil {
		category = v.Category.ID
	}
	list, err := casework.Fitting(ctx, s.db, v.Department.ID, category, string(to))
	for i := range list {
		list[i].Text = casework.Fill(list[i].Text, v.Blanks(words.For(list[i].Lang), now))
	}
	return list, err
}

// Cover covers parts of a photo of a report for good: the rectangles are all of
// them, none takes them back. It asks for the right to release, as it decides
// what the public sees. NotFound for a photo that is not the report's.
func (s *Service) Cover(ctx context.Context, actor accounts.Actor, n subject.Number, photo uuid.UUID, rects []attachments.Rect) error {
	return s.change(ctx, actor, n, ActRelease, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		a, err := attachments.ByID(ctx, tx, photo)
		if err != nil {
			return err
		}
		if a.Subject != r.Ref() {
			return fault.Missing("photo")
		}
		// no second form of what is covered so already: the report is held, nobody else is at it
		if was, err := attachments.Covered(ctx, tx, photo); err != nil || len(rects) > 0 && slices.Equal(was, rects) {
			return err
		}
		_, err = s.photos.Redact(ctx, tx, actor, photo, rects)
		return err
	})
}
