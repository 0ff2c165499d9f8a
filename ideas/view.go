package ideas

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
	"github.com/mitwirk/mitwirk/timeline"
	"github.com/mitwirk/mitwirk/votes"
)

// May is what the actor may do with an idea now.
type May struct {
	Support  bool
	Leave    bool // take a support back after a merge
	Discuss  bool
	Amend    bool
	Edit     bool
	Withdraw bool
	Work     bool
}

// View is an idea as its page shows it to somebody.
type View struct {
	Idea

	Call        *Call // nil: the open box
	TopicName   i18n.Text
	Team        i18n.Text // name of the department
	Authors     []string  // as shown; those without a name are counted in Unnamed
	Unnamed     int
	Photos      []Picture
	Files       []casework.Beside
	Answer      *Answer // the latest; nil: none yet
	Milestones  []Milestone
	Steps       []Step
	Merges      []MergeView // ideas that go on here
	Asked       []MergeView // merges that wait for authors' consent; those that can't come about for the team only
	Open        *MergeView  // the first of those that can
	Splits      []SplitView // what was split off, or what it was split off from
	OpenSplit   *SplitView  // a split that waits for authors' consent
	Other       *Item       // the idea that it goes on in
	Measures    []Measure   // that it is part of or proposed to
	Amendments  []Amendment
	Mine        bool // the actor supports it
	MineHeld    bool
	Follows     bool
	SayWhoBy    *time.Time // until when the city says who decides
	May         May
	WhyNot      string // why nobody supports it now, as a message key; "": they can
	Shape       string // GeoJSON of a line or area; "" for a point or none
	FreeUntil   time.Time
	Supportable bool
	NeedsProof  bool // the call asks an eID, and the actor has no yes of one
	Amendable   bool // another wording of theirs would be taken, but for the proof
}

// Picture is a photo of an idea.
type Picture struct {
	attachments.Attachment

	Held bool
}

// Step is one step of the public history.
type Step struct {
	ID         uuid.UUID
	At         time.Time
	Key        string
	Status     Status // "" for a step that is none
	Params     map[string]any
	Reason     string
	Department i18n.Text // nil: the system or the authors
}

// Answer is what the city says.
type Answer struct {
	ID         uuid.UUID
	Department i18n.Text
	Decision   Status
	Reasons    string
	CostCents  *int64
	Period     string
	Criteria   []int
	At         time.Time
}

// Milestone is a step on the way that the city has announced.
type Milestone struct {
	ID        uuid.UUID
	Title     string
	Note      string
	DueOn     time.Time
	ReachedOn *time.Time
	Photo     *attachments.Attachment
}

// Get is the page of an idea. NotFound for what the actor may not know of.
func (s *Service) Get(ctx context.Context, actor accounts.Actor, n subject.Number) (*View, error) {
	i, err := byNumber(ctx, s.db, n, actor.Person, false)
	if err != nil {
		return nil, err
	}
	return s.view(ctx, actor, i)
}

func (s *Service) view(ctx context.Context, actor accounts.Actor, i *Idea) (*View, error) {
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	v := &View{Idea: *i, FreeUntil: i.CreatedAt.Add(FreeFor)}
	if v.Call, err = s.callOf(ctx, s.db, i); err != nil {
		return nil, err
	}
	if err := Allowed(actor, ActView, i, v.Call, now, s.zone); err != nil {
		return nil, err
	}
	if err := s.about(ctx, actor, v); err != nil {
		return nil, err
	}
	if err := s.happened(ctx, v); err != nil {
		return nil, err
	}
	if v.Decides == "" && !i.Status.IsClosed() {
		cal, err := s.cal.Calendar(ctx)
		if err != nil {
			return nil, err
		}
		by := cal.AddWorkingDays(i.CreatedAt, sayWho)
		v.SayWhoBy = &by
	}
	can := func(a Action) bool { return Allowed(actor, a, i, v.Call, now, s.zone) == nil }
	v.May = May{Support: can(ActSupport), Discuss: can(ActDiscuss), Amend: can(ActAmend) && !i.IsAuthor, Edit: can(ActEdit), Withdraw: can(ActWithdraw), Work: can(ActWork)}
	v.Supportable, v.Amendable = Supportable(i, v.Call, now, s.zone), v.May.Amend
	err = Entitled(ctx, s.db, actor, ActSupport, v.Call, now)
	if v.NeedsProof = NeedsProof(err); err != nil && !v.NeedsProof {
		return nil, err
	}
	if !v.Mine && !v.May.Support && len(v.Splits) > 0 {
		if v.May.Support, err = mayChoose(ctx, s.db, actor, i, v.Call, now); err != nil {
			return nil, err
		}
	}
	if v.NeedsProof { // what was given once can be taken back
		v.May.Support, v.May.Amend = v.May.Support && v.Mine, false
	}
	if v.Mine && !v.May.Support {
		if v.May.Leave, err = mayLeave(ctx, s.db, i, now); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// about fills what belongs to the idea.
func (s *Service) about(ctx context.Context, actor accounts.Actor, v *View) error {
	var shown []string
	err := s.db.QueryRow(ctx, sqlAbout, v.ID, db.OrNull(actor.Person)).Scan(&v.TopicName, &v.Team, &shown, &v.Unnamed, &v.Follows, &v.Shape)
	if err != nil {
		return fmt.Errorf("idea: %w", err)
	}
	v.Authors = shown
	v.Unnamed -= len(shown)
	photos, err := attachments.ForSubject(ctx, s.db, v.Ref())
	if err != nil {
		return err
	}
	sees := seesHeld(actor, &v.Idea)
	for _, a := range photos {
		if a.State == attachments.Released || sees && a.State == attachments.Held {
			v.Photos = append(v.Photos, Picture{a, a.State != attachments.Released})
		}
	}
	if err := s.filesOf(ctx, v, sees); err != nil {
		return err
	}
	if actor.Person != uuid.Nil {
		mine, err := votes.Mine(ctx, s.db, actor.Person, Scope(v.Call), v.Ref(), votes.Support)
		if err != nil {
			return err
		}
		v.Mine = mine == 1
	}
	if v.MergedInto != uuid.Nil {
		other, err := byID(ctx, s.db, v.MergedInto, actor.Person, false)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil && mayKnow(actor, other) {
			v.Other = &Item{ID: other.ID, Number: other.Number, Title: other.Title, Status: other.Status}
		}
	}
	if v.Merges, v.Asked, err = mergesOf(ctx, s.db, v.ID, worksOn(actor, &v.Idea)); err != nil {
		return err
	}
	if k := slices.IndexFunc(v.Asked, func(m MergeView) bool { return !m.Unread }); k >= 0 {
		v.Open = &v.Asked[k]
	}
	if v.Splits, v.OpenSplit, err = splitsOf(ctx, s.db, v.ID); err != nil {
		return err
	}
	if v.Measures, err = s.measuresOf(ctx, v.ID); err != nil {
		return err
	}
	v.Amendments, err = amendmentsOf(ctx, s.db, v.ID, actor.Person)
	return err
}

const sqlAbout = `
SELECT t.name, d.name,
       ARRAY(SELECT a.shown_name FROM idea_authors a WHERE a.idea_id = i.id AND a.shown_name <> '' ORDER BY a.founder DESC, a.since),
       (SELECT count(*)::int FROM idea_authors a WHERE a.idea_id = i.id),
       EXISTS (SELECT FROM follows f WHERE f.owner_kind = 'person' AND f.owner_id = $2 AND f.target_kind = 'subject'
                 AND f.target = jsonb_build_object('kind', 'idea', 'id', i.id)),
       CASE WHEN ST_Dimension(i.geom) > 0 THEN ST_AsGeoJSON(i.geom, 6) ELSE '' END
FROM ideas i
JOIN idea_topics t ON t.key = i.topic
JOIN departments d ON d.id = i.department_id
WHERE i.id = $1`

// happened fills history, answer and milestones.
func (s *Service) happened(ctx context.Context, v *View) error {
	entries, err := timeline.List(ctx, s.db, v.Ref(), subject.Public)
	if err != nil {
		return err
	}
	if err := hideTitles(ctx, s.db, entries); err != nil {
		return err
	}
	names := map[uuid.UUID]i18n.Text{}
	for _, e := range entries {
		st := Step{ID: e.ID, At: e.At, Key: e.Key, Params: e.Params, Reason: e.Reason}
		if status := Status(trimKey(e.Key)); status.Known() {
			st.Status = status
		}
		if e.Department != uuid.Nil {
			if _, ok := names[e.Department]; !ok {
				d, err := accounts.DepartmentByID(ctx, s.db, e.Department)
				if err != nil {
					return err
				}
				names[e.Department] = d.Name
			}
			st.Department = names[e.Department]
		}
		v.Steps = append(v.Steps, st)
	}
	if v.Answer, err = latestAnswer(ctx, s.db, v.ID); err != nil {
		return err
	}
	v.Milestones, err = milestonesOf(ctx, s.db, v)
	return err
}

// hideTitles takes the titles of other ideas out of steps that name them (merges)
// where nobody reads those ideas any more.
func hideTitles(ctx context.Context, q db.Queryer, entries []timeline.Entry) error {
	named := map[int64][]timeline.Entry{}
	for _, e := range entries {
		text, _ := e.Params["number"].(string)
		if _, titled := e.Params["title"]; text == "" || !titled {
			continue
		}
		if prefix, n, err := subject.ParseNumber(text); err == nil && prefix == subject.PrefixIdea {
			named[int64(n)] = append(named[int64(n)], e)
		}
	}
	if len(named) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, sqlReadable, slices.Collect(maps.Keys(named)))
	if err != nil {
		return fmt.Errorf("ideas that are named: %w", err)
	}
	readable, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("ideas that are named: %w", err)
	}
	for n, list := range named {
		if slices.Contains(readable, n) {
			continue
		}
		for _, e := range list {
			e.Params["title"] = "…"
		}
	}
	return nil
}

const sqlReadable = `SELECT number FROM ideas WHERE number = ANY ($1) AND visibility = 'public'`

func trimKey(key string) string {
	const prefix = "idea."
	if len(key) > len(prefix) && key[:len(prefix)] == prefix {
		return key[len(prefix):]
	}
	return ""
}

func latestAnswer(ctx context.Context, q db.Queryer, id uuid.UUID) (*Answer, error) {
	rows, err := q.Query(ctx, sqlLatestAnswer, id)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Answer])
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // no answer yet is a fact
	}
	return &list[0], nil
}

const sqlLatestAnswer = `
SELECT a.id, d.name, a.decision, a.reasons, a.cost_cents, a.period, a.criteria, a.at
FROM idea_answers a
JOIN departments d ON d.id = a.department_id
WHERE a.idea_id = $1
ORDER BY a.at DESC, a.id DESC
LIMIT 1`

func milestonesOf(ctx context.Context, q db.Queryer, v *View) ([]Milestone, error) {
	rows, err := q.Query(ctx, sqlMilestones, v.ID)
	if err != nil {
		return nil, fmt.Errorf("milestones: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Milestone, error) {
		var m Milestone
		var photo *uuid.UUID
		if err := row.Scan(&m.ID, &m.Title, &m.Note, &m.DueOn, &m.ReachedOn, &photo); err != nil {
			return m, err
		}
		for i := range v.Photos {
			if photo != nil && v.Photos[i].ID == *photo {
				m.Photo = &v.Photos[i].Attachment
			}
		}
		return m, nil
	})
	if err != nil {
		return nil, fmt.Errorf("milestones: %w", err)
	}
	return list, nil
}

const sqlMilestones = `SELECT id, title, note, due_on, reached_on, photo_id FROM milestones WHERE idea_id = $1 ORDER BY due_on, id`

// Mine lists the ideas of the actor's person, newest first.
func (s *Service) Mine(ctx context.Context, actor accounts.Actor) ([]Item, error) {
	if actor.Person == uuid.Nil {
		return nil, nil
	}
	rows, err := s.db.Query(ctx, sqlMineIdeas, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("my ideas: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, fmt.Errorf("my ideas: %w", err)
	}
	return list, nil
}

const sqlMineIdeas = sqlPartItem + `JOIN (SELECT o.idea_id AS id, 0::float8 AS sort_key FROM idea_authors o WHERE o.person_id = $1) k ON k.id = i.id
` + sqlPartItemJoins + `WHERE i.visibility <> 'erased'
ORDER BY i.created_at DESC, i.id DESC
LIMIT 200`

// MaySeePhoto says whether a picture of an idea may be seen.
func (s *Service) MaySeePhoto(ctx context.Context, actor accounts.Actor, id uuid.UUID, released bool) error {
	i, err := byID(ctx, s.db, id, actor.Person, false)
	if err != nil {
		return err
	}
	if !mayKnow(actor, i) || !released && !seesHeld(actor, i) {
		return fault.Missing("photo")
	}
	return nil
}
