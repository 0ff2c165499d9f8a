package reports

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
	"github.com/mitwirk/mitwirk/votes"
)

// Get is one report as the actor may see it. What the actor may not know of is
// NotFound, as a number that does not exist.
func (s *Service) Get(ctx context.Context, actor accounts.Actor, n subject.Number) (*View, error) {
	r, err := byNumber(ctx, s.db, n, actor.Person)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	if err := Allowed(actor, ActView, r, now); err != nil {
		return nil, err
	}
	return s.viewOf(ctx, actor, r, now)
}

// viewOf fills a View with exactly what the actor may see.
func (s *Service) viewOf(ctx context.Context, actor accounts.Actor, r *Report, now time.Time) (*View, error) {
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	may := mayOf(actor, r, now)
	v := &View{
		ID: r.ID, Number: r.Number, Title: r.Title, Category: cat.ByID(r.Category), Status: r.Status, StatusAt: r.StatusAt, Params: r.Params,
		Version: r.Version, TextState: r.TextState, Point: r.Point, Address: r.Address, DistrictRef: r.DistrictRef, OutsideBody: r.OutsideBody,
		Wish: r.Wish, Quiet: r.Quiet, Visibility: r.Visibility, Publish: r.Publish, CreatedAt: r.CreatedAt, ChangedAt: r.ChangedAt, ClosedAt: r.ClosedAt,
		Lang: r.Lang, Actor: may, Why: Why(actor, r, now),
	}
	if body, ok := cat.Body(r.OutsideBody); ok {
		v.OutsideName = body.Name
	}
	switch {
	case may.SeeHeld:
		v.Text, v.TextPublic, v.PlaceNote = r.Text, r.TextPublic, r.PlaceNote
		if r.TextState == TextReleased && !may.Staff {
			v.Text = r.TextPublic
		}
	case r.TextState == TextReleased: // the place in the reporter's own words stays with the team
		v.Text = r.TextPublic
	}
	if !may.SeeHeld {
		v.Params.Question = ""
	}
	if l, ok, err := s.places.DistrictByRef(ctx, r.DistrictRef); err != nil {
		return nil, err
	} else if ok {
		v.DistrictName = l.Name
	}
	if v.Object, err = objectOf(ctx, s.db, r.ID); err != nil {
		return nil, err
	}
	if err := fillOrganisation(ctx, s.db, v, r, may.SeeHeld); err != nil {
		return nil, err
	}
	if err := s.fillPhotos(ctx, v, r, may.SeeHeld); err != nil {
		return nil, err
	}
	if err := s.fillAnswers(ctx, v, may); err != nil {
		return nil, err
	}
	if err := s.fillCase(ctx, v, r, now); err != nil {
		return nil, err
	}
	if err := s.fillTimeline(ctx, v, cat, may); err != nil {
		return nil, err
	}
	if err := s.fillVotes(ctx, v, actor, may); err != nil {
		return nil, err
	}
	if err := s.fillBeside(ctx, v, r, now); err != nil {
		return nil, err
	}
	return v, s.fillLinks(ctx, v, r)
}

func mayOf(actor accounts.Actor, r *Report, now time.Time) May {
	can := func(a Action) bool { return Allowed(actor, a, r, now) == nil }
	m := May{
		Owner: r.IsOwner, Staff: worksOn(actor, r), SeeHeld: can(ActSeeHeld), MeToo: can(ActMeToo), Hint: can(ActHint),
		Follow: r.Visibility == VisPublic && r.Status != Withdrawn, Add: can(ActAdd), Answer: can(ActAnswer), Withdraw: can(ActWithdraw),
		WithdrawHint: can(ActWithdrawHint), Reopen: can(ActReopen), Object: can(ActObject), Release: can(ActRelease),
		SetStatus: can(ActSetStatus), AddStep: can(ActStep), Move: can(ActMove), DecideObjection: can(ActDecide) && r.Objected,
		TeamLeadOnlyReopened: r.ReopenedN >= leadFrom,
	}
	if m.SetStatus {
		m.Next = slices.DeleteFunc(slices.Clone(r.Status.Mechanics().Next), func(s Status) bool { return s == Reopened && !m.Reopen })
	}
	if r.ClosedAt != nil {
		until := r.ClosedAt.Add(reopenFor)
		m.ReopenUntil = &until
	}
	return m
}

func (s *Service) fillPhotos(ctx context.Context, v *View, r *Report, held bool) error {
	list, err := attachments.ForSubject(ctx, s.db, r.Ref())
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.State == attachments.Released && (held || publicPhotos(r)) || a.State == attachments.Held && held {
			v.Photos = append(v.Photos, Photo{ID: a.ID, Alt: a.Alt, Held: a.State == attachments.Held, Width: a.Width, Height: a.Height})
		}
	}
	return nil
}

// publicPhotos: a released photo is public only where text and photos may ever be.
func publicPhotos(r *Report) bool {
	return r.Visibility == VisPublic && (r.Publish == categories.PublishAtOnce || r.Publish == categories.PublishChecked)
}

// MaySeePhoto tells whether an actor may see a photo of a report: a released
// one of a public report, else what the policy says of held things.
func (s *Service) MaySeePhoto(ctx context.Context, actor accounts.Actor, report uuid.UUID, released bool) error {
	r, err := byID(ctx, s.db, report, actor.Person)
	if err != nil {
		return err
	}
	if released && publicPhotos(r) {
		return nil
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return err
	}
	return Allowed(actor, ActSeeHeld, r, now)
}

func (s *Service) fillAnswers(ctx context.Context, v *View, may May) error {
	list, err := answersOf(ctx, s.db, v.ID)
	if err != nil {
		return err
	}
	for _, a := range list {
		switch {
		case may.SeeHeld:
		case a.TeamOnly, a.typed, v.TextState != TextReleased:
			continue // chosen answers come with the release, typed ones stay with the team
		}
		v.Answers = append(v.Answers, a)
	}
	return nil
}

func (s *Service) fillCase(ctx context.Context, v *View, r *Report, now time.Time) error {
	c, err := casework.Get(ctx, s.db, r.Ref())
	if err != nil {
		return err
	}
	v.Department = Department{ID: c.Department, Key: c.DepartmentKey, Name: c.DepartmentName}
	days, err := s.cat.Calendar(ctx)
	if err != nil {
		return err
	}
	v.Target = targetOf(r, c, days, now)
	if v.Target.State == TargetSet || v.Target.State == TargetNone {
		v.Target.History, err = history(ctx, s.db, r.Category, now, days)
	}
	return err
}

func (s *Service) fillTimeline(ctx context.Context, v *View, cat *categories.Catalogue, may May) error {
	audiences := []subject.Audience{subject.Public}
	if may.SeeHeld {
		audiences = append(audiences, subject.Owner)
	}
	if may.Staff {
		audiences = append(audiences, subject.Department)
	}
	ref := subject.Ref{Kind: subject.Report, ID: v.ID}
	entries, err := timeline.List(ctx, s.db, ref, audiences...)
	if err != nil {
		return err
	}
	for _, e := range entries {
		step := stepOf(e, cat, v.Photos)
		if v.Quiet && step.Status == Resolved { // the result may not be told
			step.Key, step.Params = "status.closed_quiet", nil
		}
		v.Steps = append(v.Steps, step)
	}
	if !may.Owner && !may.Staff {
		return nil
	}
	messages, err := casework.Dialogue(ctx, s.db, ref)
	if err != nil {
		return err
	}
	for _, m := range messages {
		v.Dialogue = append(v.Dialogue, Message{Direction: m.Direction, Kind: m.Kind, Text: m.Text, Deadline: m.Deadline, At: m.At})
	}
	return nil
}

func stepOf(e timeline.Entry, cat *categories.Catalogue, photos []Photo) TimelineStep {
	t := TimelineStep{ID: e.ID, At: e.At, Key: e.Key, Params: e.Params, Reason: e.Reason, Audience: e.Audience}
	if s, ok := statusOfKey(e.Key); ok {
		t.Status = s
	}
	if d, ok := cat.DepartmentByID(e.Department); ok {
		t.Department = &Department{ID: d.ID, Key: d.Key, Name: d.Name}
	}
	if id, ok := e.Params["photo"].(string); ok {
		for i := range photos { // only one that this actor may see
			if photos[i].ID.String() == id {
				t.Photo = &photos[i]
			}
		}
	}
	return t
}

func statusOfKey(key string) (Status, bool) {
	if len(key) < 8 || key[:7] != "status." {
		return "", false
	}
	s := Status(key[7:])
	return s, s.Known()
}

func (s *Service) fillVotes(ctx context.Context, v *View, actor accounts.Actor, may May) (err error) {
	ref := subject.Ref{Kind: subject.Report, ID: v.ID}
	if v.MeToo, err = votes.Count(ctx, s.db, ref, votes.MeToo, 1); err != nil {
		return err
	}
	if may.Staff {
		if v.FixedYes, err = votes.Count(ctx, s.db, ref, votes.Fixed, 1); err != nil {
			return err
		}
		if v.FixedNo, err = votes.Count(ctx, s.db, ref, votes.Fixed, -1); err != nil {
			return err
		}
	}
	if actor.Person == uuid.Nil {
		return nil
	}
	mine, err := votes.Mine(ctx, s.db, actor.Person, scope, ref, votes.MeToo)
	if err != nil {
		return err
	}
	v.MyMeToo = mine == 1
	fixed, err := votes.Mine(ctx, s.db, actor.Person, scope, ref, votes.Fixed)
	v.MyFixed = int(fixed)
	return err
}

func (s *Service) fillLinks(ctx context.Context, v *View, r *Report) error {
	ids, err := links.Sources(ctx, s.db, r.Ref(), links.DuplicateOf, subject.Report)
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		if v.Merged, err = numbersOf(ctx, s.db, ids); err != nil {
			return err
		}
	}
	if r.Status != Duplicate {
		return nil
	}
	to, ok, err := links.Target(ctx, s.db, r.Ref(), links.DuplicateOf)
	if err != nil || !ok {
		return err
	}
	list, err := numbersOf(ctx, s.db, []uuid.UUID{to.ID})
	if err == nil && len(list) == 1 {
		v.DuplicateOf = &list[0]
	}
	return err
}
