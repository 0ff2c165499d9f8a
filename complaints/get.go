package complaints

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

// View is one complaint with exactly what the actor may see of it.
type View struct {
	Complaint
	Team      i18n.Text // who has it now
	TeamKey   string
	TopicName i18n.Text
	FourEyes  bool // an answer needs a second person
	Steps     []Step
	Talk      []casework.Message
	Files     map[uuid.UUID][]File // by message; zero: came with it
	Answers   []Answer             // released ones; for the team those that wait, too
	Review    *Review
	Reads     []Read // of the contact details
	Opinion   Opinion
	Held      string // legal hold: the reason, for the team
	Linked    []subject.Ref
	May       May
	Staff     bool // looks as the team
}

// May says what the actor may do.
type May struct{ Add, Answer, Second, Reopen, Rate, Withdraw, Work, Reply, Release, Move, Close, Hold bool }

// Step is a line of the history.
type Step struct {
	At     time.Time
	Key    string // message key
	Params map[string]any
	Team   i18n.Text
}

// Answer is what the city answered.
type Answer struct {
	ID        uuid.UUID
	Stage     string // first, second
	Text      string
	Outcome   Outcome
	ForwardTo string
	State     string // waiting, released, returned, replaced
	FourEyes  bool
	By        uuid.UUID // for the policy, never shown to the person
	Note      string    // why it was returned
	Team      i18n.Text
	At        time.Time // released or written
}

// Review is the second look.
type Review struct {
	Text    string
	AskedAt time.Time
	Due     time.Time
	Decided *time.Time
	Team    i18n.Text
}

// Read is one time that staff looked at the contact details.
type Read struct {
	At     time.Time
	Team   i18n.Text
	Reason string
}

// Opinion is whether the answer helped.
type Opinion struct {
	Value int // casework.Unhappy to casework.Happy; 0: not said
	Text  string
}

// see loads what the actor may know of, else NotFound: after the same two
// statements, whether there is such a number or not.
func (s *Service) see(ctx context.Context, actor accounts.Actor, n subject.Number) (*Complaint, error) {
	c, _, err := allowed(ctx, s.db, actor, ActView, n)
	return c, err
}

// allowed loads a complaint for somebody who may do something with it.
func allowed(ctx context.Context, q db.Queryer, actor accounts.Actor, action Action, n subject.Number) (*Complaint, time.Time, error) {
	now, err := db.Now(ctx, q)
	if err != nil {
		return nil, now, err
	}
	c, err := byNumber(ctx, q, n, actor.Person)
	if err != nil {
		return nil, now, err
	}
	return c, now, Allowed(actor, action, c, now)
}

// Get is one complaint. Whoever may not know of it gets NotFound. The contact
// details are empty for the team: see Contact.
func (s *Service) Get(ctx context.Context, actor accounts.Actor, n subject.Number) (*View, error) {
	c, err := s.see(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	v := &View{Complaint: *c, Files: map[uuid.UUID][]File{}}
	can := func(a Action) bool { return Allowed(actor, a, c, now) == nil }
	v.May = May{
		Add: can(ActAdd), Answer: can(ActAnswer), Second: can(ActSecond), Reopen: can(ActReopen), Rate: can(ActRate), Work: can(ActWork),
		Withdraw: c.Status.IsOpen() && can(ActWithdraw),
		Reply:    can(ActReply), Release: can(ActRelease), Move: can(ActMove), Close: can(ActClose), Hold: can(ActHold),
	}
	v.Staff = v.May.Work
	if !c.IsOwner {
		v.Postal, v.Phone, v.Contact = "", "", uuid.Nil
		if c.NameKind == Named {
			v.Name = ""
		}
	}
	if err := s.fill(ctx, v); err != nil {
		return nil, err
	}
	if c.IsOwner { // who works on it stays with the team
		v.Assignee, v.Reviewer, v.FirstBy = uuid.Nil, uuid.Nil, uuid.Nil
		for i := range v.Answers {
			v.Answers[i].By = uuid.Nil
		}
	}
	return v, nil
}

func (s *Service) fill(ctx context.Context, v *View) error {
	names, err := departmentNames(ctx, s.db)
	if err != nil {
		return err
	}
	v.Team, v.TeamKey = names[v.Department].Name, names[v.Department].Key
	topics, err := Topics(ctx, s.db)
	if err != nil {
		return err
	}
	if t, ok := topics.find(v.Topic); ok {
		v.TopicName = t.Name
	}
	v.FourEyes = needsTwo(&v.Complaint, topics)
	entries, err := timeline.List(ctx, s.db, v.Ref(), subject.Owner)
	if err != nil {
		return err
	}
	for _, e := range entries {
		v.Steps = append(v.Steps, Step{At: e.At, Key: e.Key, Params: e.Params, Team: names[e.Department].Name})
	}
	if v.Talk, err = casework.Dialogue(ctx, s.db, v.Ref()); err != nil {
		return err
	}
	list, err := listFiles(ctx, s.db, sqlFilesOf, v.ID)
	if err != nil {
		return err
	}
	for _, f := range list {
		v.Files[f.Message] = append(v.Files[f.Message], f)
	}
	return s.fillAnswers(ctx, v, names)
}

func (s *Service) fillAnswers(ctx context.Context, v *View, names map[uuid.UUID]accounts.Department) error {
	rows, err := s.db.Query(ctx, sqlAnswers, v.ID)
	if err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Answer, err error) {
		var dep uuid.UUID
		err = row.Scan(&a.ID, &a.Stage, &a.Text, &a.Outcome, &a.ForwardTo, &a.State, &a.FourEyes, &a.By, &a.Note, &dep, &a.At)
		a.Team = names[dep].Name
		return a, err
	})
	if err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	for _, a := range all {
		if a.State == "released" || v.Staff && a.State != "replaced" {
			v.Answers = append(v.Answers, a)
		}
	}
	var r Review
	var dep uuid.UUID
	err = s.db.QueryRow(ctx, sqlReview, v.ID).Scan(&r.Text, &r.AskedAt, &r.Due, &r.Decided, &dep)
	if err == nil {
		r.Team = names[dep].Name
		v.Review = &r
	} else if !noRows(err) {
		return fmt.Errorf("second review: %w", err)
	}
	rows, err = s.db.Query(ctx, sqlReads, v.ID)
	if err != nil {
		return fmt.Errorf("reads: %w", err)
	}
	if v.Reads, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Read, err error) {
		err = row.Scan(&r.At, &dep, &r.Reason)
		r.Team = names[dep].Name
		return r, err
	}); err != nil {
		return fmt.Errorf("reads: %w", err)
	}
	if err := s.db.QueryRow(ctx, sqlOpinion, v.ID).Scan(&v.Opinion.Value, &v.Opinion.Text); err != nil && !noRows(err) {
		return fmt.Errorf("opinion: %w", err)
	}
	if !v.Staff {
		return nil
	}
	if err := s.db.QueryRow(ctx, sqlHeld, v.ID).Scan(&v.Held); err != nil && !noRows(err) {
		return fmt.Errorf("legal hold: %w", err)
	}
	rows, err = s.db.Query(ctx, sqlLinked, v.ID)
	if err != nil {
		return fmt.Errorf("links: %w", err)
	}
	v.Linked, err = pgx.CollectRows(rows, pgx.RowToStructByPos[subject.Ref])
	if err != nil {
		return fmt.Errorf("links: %w", err)
	}
	return nil
}

const (
	sqlAnswers = `
SELECT id, stage, text, outcome, forwarded_to, state, four_eyes, coalesce(written_by, '00000000-0000-0000-0000-000000000000'), note, department_id,
       coalesce(released_at, at)
FROM complaint_answers
WHERE complaint_id = $1
ORDER BY at, id`
	sqlReview  = `SELECT text, asked_at, due_at, decided_at, department_id FROM complaint_reviews WHERE complaint_id = $1`
	sqlReads   = `SELECT at, department_id, reason FROM complaint_reads WHERE complaint_id = $1 ORDER BY at, id LIMIT 200`
	sqlOpinion = `SELECT value, text FROM complaint_opinions WHERE complaint_id = $1`
	sqlHeld    = `SELECT reason FROM complaint_holds WHERE complaint_id = $1`
	sqlLinked  = `SELECT to_kind, to_id FROM links WHERE from_kind = 'complaint' AND from_id = $1 AND relation = 'belongs_to' ORDER BY at`
)

// departmentNames are all departments by id.
func departmentNames(ctx context.Context, q db.Queryer) (map[uuid.UUID]accounts.Department, error) {
	all, err := accounts.Departments(ctx, q)
	if err != nil {
		return nil, err
	}
	names := make(map[uuid.UUID]accounts.Department, len(all))
	for _, d := range all {
		names[d.ID] = d
	}
	return names, nil
}

// needsTwo tells whether an answer has to be released by a second person.
func needsTwo(c *Complaint, topics TopicList) bool {
	t, _ := topics.find(c.Topic)
	return t.FourEyes || c.AboutHuman || c.Status == Second
}

// Mine lists what the actor's person sent or opened, newest first.
func (s *Service) Mine(ctx context.Context, actor accounts.Actor) ([]Complaint, error) {
	if actor.Person == uuid.Nil {
		return nil, nil
	}
	rows, err := s.db.Query(ctx, sqlMine, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("my complaints: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanRow)
	if err != nil {
		return nil, fmt.Errorf("my complaints: %w", err)
	}
	return list, nil
}

// Proof is the signed receipt and the content that it is about, for whoever
// wrote it.
func (s *Service) Proof(ctx context.Context, actor accounts.Actor, n subject.Number) (receipt, content []byte, err error) {
	c, err := s.see(ctx, actor, n)
	if err != nil {
		return nil, nil, err
	}
	if !c.IsOwner {
		return nil, nil, fault.Missing("receipt")
	}
	if err := s.db.QueryRow(ctx, sqlProof, c.ID).Scan(&receipt, &content); err != nil {
		return nil, nil, fmt.Errorf("receipt: %w", err)
	}
	return receipt, content, nil
}

const sqlProof = `SELECT receipt, content FROM complaints WHERE id = $1`

// Describe introduces complaints to whoever holds a link to one: never what
// somebody wrote.
func (s *Service) Describe(ctx context.Context, ids []uuid.UUID) ([]subject.Card, error) {
	rows, err := s.db.Query(ctx, sqlCards, ids)
	if err != nil {
		return nil, fmt.Errorf("describe complaints: %w", err)
	}
	cards, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (subject.Card, error) {
		c := subject.Card{Ref: subject.Ref{Kind: subject.Complaint}, Audience: subject.Department}
		var number int64
		err := row.Scan(&c.ID, &number, &c.Status, &c.At)
		c.Number = subject.Number(number)
		c.Title, c.Path = c.Number.Format(subject.PrefixComplaint), Path(c.Number)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("describe complaints: %w", err)
	}
	return cards, nil
}

const sqlCards = `SELECT id, number, status, created_at FROM complaints WHERE id = ANY ($1) AND visibility <> 'erased'`
