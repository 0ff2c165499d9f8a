package moderation

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Stub is what the public reads in the place of what was hidden, or beside what
// has a label: date and ground, never whose it was.
type Stub struct {
	Part   subject.PartKind
	Of     uuid.UUID
	Action Action
	At     time.Time
	RuleNo int  // 0: a law
	Law    bool // not the site's rules but a law was the ground
	Label  string
	PUID   string // for the author only; "" for others
}

// Stubs lists what the page of a thing says about moderation, one per part. The
// author gets the way to the reasons along, also of what was never public.
func (s *Service) Stubs(ctx context.Context, actor accounts.Actor, ref subject.Ref) ([]Stub, error) {
	list, err := decisionsWhere(ctx, s.db, sqlInForce, ref.Kind, ref.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	t, err := s.target(ref.Kind)
	if err != nil {
		return nil, err
	}
	author := false
	if actor.Person != uuid.Nil {
		if author, err = t.IsAuthor(ctx, s.db, ref, actor.Person); err != nil {
			return nil, err
		}
	}
	var out []Stub
	seen := map[uuid.UUID]bool{}
	for _, d := range list {
		if seen[d.Item] || !author && (!d.WasPublic || d.Action == Redact) {
			continue
		}
		seen[d.Item] = true
		st := Stub{Part: d.Part.Part, Of: d.Part.Of, Action: d.Action, At: d.At, RuleNo: d.RuleNo, Law: d.Ground == "ILLEGAL", Label: d.Label}
		if author {
			st.PUID = d.PUID
		}
		out = append(out, st)
	}
	return out, nil
}

// Gone is the stub of a report that was public and is hidden as a whole;
// fault.NotFound for every other number.
func (s *Service) Gone(ctx context.Context, n subject.Number) (*Stub, error) {
	t, err := s.target(subject.Report)
	if err != nil {
		return nil, err
	}
	ref, err := t.ByNumber(ctx, s.db, n)
	if err != nil {
		return nil, err
	}
	c, err := t.Content(ctx, s.db, subject.PartOf(ref, subject.Whole, uuid.Nil), false)
	if err != nil {
		return nil, err
	}
	list, err := s.Stubs(ctx, accounts.Actor{}, ref)
	if err != nil {
		return nil, err
	}
	for _, st := range list {
		if st.Part == subject.Whole && st.Action == Hide && c.Hidden {
			return &st, nil
		}
	}
	return nil, fault.Missing("stub")
}

// Line is one decision in the public register: what, why and what came of it,
// by week, without a link and without anything personal.
type Line struct {
	Week     time.Time // its Monday
	Part     subject.PartKind
	Action   Action
	RuleNo   int
	Law      bool
	Source   string
	Detected bool
	Appealed bool
	Outcome  Outcome
}

// Register lists the decisions whose time for an appeal is over and about which
// no appeal waits, newest first, at most 500.
func (s *Service) Register(ctx context.Context) ([]Line, error) {
	cal, err := s.cal.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlRegister, cal.Zone().String())
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Line])
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	return list, nil
}

// The order inside a week is that of the words, so that it tells nothing of the days.
const sqlRegister = `
SELECT date_trunc('week', d.decided_at AT TIME ZONE $1) AS week, d.part, d.action, coalesce(d.rule_no, 0)::int, coalesce(d.ground = 'ILLEGAL', false), d.source,
       d.automated_detection, a.id IS NOT NULL, coalesce(a.outcome, '')
FROM decisions d
LEFT JOIN LATERAL (SELECT id, outcome FROM appeals WHERE decision_id = d.id ORDER BY (by_whom = 'author') DESC LIMIT 1) a ON true
WHERE d.action IN ('hide', 'redact', 'label', 'restrict')
  AND d.appeal_until < mitwirk_now()
  AND NOT EXISTS (SELECT FROM appeals o WHERE o.decision_id = d.id AND o.outcome IS NULL)
ORDER BY week DESC, d.part, d.action, d.rule_no, d.source, a.outcome
LIMIT 500`
