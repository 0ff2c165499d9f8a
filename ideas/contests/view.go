package contests

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// View is a contest as somebody sees it.
type View struct {
	Contest

	Now       time.Time
	Jury      []string // names that are shown
	Finalists []Final
	Voted     bool // there was a public vote and it is over
	Total     int  // votes that count, when it is over
	Mine      int  // the number of the finalist that has the reader's vote; 0: none
	May       May
}

// Final is a finalist in public.
type Final struct {
	Entry // without plan and needs

	Votes int // when the vote is over
	Pilot *Pilot
}

// May is what the reader may do now.
type May struct {
	Office bool
	Found  bool
	Team   bool // has one
	Jury   bool // is of it
	Vote   bool
	Remind bool // ask to be told of the next one
}

// Get is the page of a contest; NotFound for drafts of others and for what is for
// staff only.
func (s *Service) Get(ctx context.Context, actor accounts.Actor, n subject.Number) (*View, error) {
	r, err := s.open(ctx, s.db, actor, n, false)
	if err != nil {
		return nil, err
	}
	v := &View{Contest: *r.c, Now: r.now}
	may := func(a Action) bool { return Allowed(a, r.c, nil, r.s, r.now, s.zone) == nil }
	v.May = May{Office: r.s.Office, Found: may(ActFound), Team: r.team != uuid.Nil, Jury: r.s.isJuror(), Vote: may(ActVote), Remind: mayRemind(r.c)}
	rows, err := s.db.Query(ctx, sqlJurors, r.c.Call.ID)
	if err != nil {
		return nil, fmt.Errorf("jury: %w", err)
	}
	if v.Jury, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return nil, fmt.Errorf("jury: %w", err)
	}
	if r.c.NamedAt == nil {
		return v, nil
	}
	list, err := entriesOf(ctx, s.db, sqlFinalists, r.c.Call.ID)
	if err != nil {
		return nil, err
	}
	pilots, err := pilotsOf(ctx, s.db, r.c.Call.ID)
	if err != nil {
		return nil, err
	}
	by := map[int16]int{}
	if _, vote := r.c.Call.Span(ideas.Support); vote && r.c.voted(r.now, s.zone) {
		sum, err := votes.Totals(ctx, s.db, r.c.Call.Ref(), votes.Support, r.c.Call.MinLevel)
		if err != nil {
			return nil, err
		}
		v.Voted, v.Total, by = true, sum.N, sum.By
	}
	for i := range list {
		f := Final{Entry: list[i], Votes: by[int16(list[i].Ord)]}
		f.Plan, f.Needs = "", ""
		if p, ok := pilots[f.ID]; ok {
			f.Pilot = &p
		}
		v.Finalists = append(v.Finalists, f)
	}
	if actor.Person != uuid.Nil {
		mine, err := votes.Mine(ctx, s.db, actor.Person, ideas.Scope(r.c.Call), r.c.Call.Ref(), votes.Support)
		if err != nil {
			return nil, err
		}
		v.Mine = int(mine)
	}
	return v, nil
}

const sqlJurors = `SELECT shown_name FROM contest_jury WHERE call_id = $1 AND shown_name <> '' ORDER BY shown_name, id`

// Desk is what the office sees of a contest besides its entries.
type Desk struct {
	View

	Sealed   bool
	Teams    int
	Sent     int
	Members  []Member
	Invited  int // open links into the jury
	Missing  int // scores and declarations that the jury still owes
	Conflict []Conflict
	Can      Can
}

// Can is what the office may do now.
type Can struct{ Name, Win bool }

// Member is one of the jury as the office sees them.
type Member struct {
	ID   uuid.UUID
	Name string
}

// Conflict is one that was declared.
type Conflict struct{ Name, Title, Why string }

// Desk is the office's page of a contest; NotFound for everybody else. Who of the
// jury owes what is not said, only how much is missing.
func (s *Service) Desk(ctx context.Context, actor accounts.Actor, n subject.Number) (*Desk, error) {
	r, err := s.open(ctx, s.db, actor, n, false)
	if err != nil {
		return nil, err
	}
	if err := Allowed(ActSetUp, r.c, nil, r.s, r.now, s.zone); err != nil {
		return nil, err
	}
	v, err := s.Get(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	d := &Desk{View: *v, Sealed: r.c.sealed(r.now, s.zone)}
	id := r.c.Call.ID
	if err := s.db.QueryRow(ctx, sqlDeskCounts, id).Scan(&d.Teams, &d.Sent, &d.Invited, &d.Missing); err != nil {
		return nil, fmt.Errorf("contest on the desk: %w", err)
	}
	rows, err := s.db.Query(ctx, sqlMembers, id)
	if err != nil {
		return nil, fmt.Errorf("jury: %w", err)
	}
	if d.Members, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Member]); err != nil {
		return nil, fmt.Errorf("jury: %w", err)
	}
	if rows, err = s.db.Query(ctx, sqlConflicts, id); err != nil {
		return nil, fmt.Errorf("conflicts: %w", err)
	}
	if d.Conflict, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Conflict]); err != nil {
		return nil, fmt.Errorf("conflicts: %w", err)
	}
	d.Can.Name = r.c.NamedAt == nil && !d.Sealed && r.c.Call.State == ideas.CallPublished && d.Sent > 0
	d.Can.Win = r.c.NamedAt != nil && r.c.WonAt == nil && r.c.voted(r.now, s.zone)
	return d, nil
}

const (
	sqlDeskCounts = `
SELECT (SELECT count(*)::int FROM contest_teams WHERE call_id = $1),
       (SELECT count(*)::int FROM contest_entries WHERE call_id = $1 AND state = 'sent'),
       (SELECT count(*)::int FROM contest_invitations
        WHERE call_id = $1 AND team_id IS NULL AND used_at IS NULL AND expires_at > mitwirk_now()),
       (SELECT count(*)::int
        FROM contest_entries e
        CROSS JOIN contest_jury j
        LEFT JOIN contest_reviews v ON v.entry_id = e.id AND v.juror_id = j.id
        WHERE e.call_id = $1 AND e.state = 'sent' AND j.call_id = $1 AND j.person_id IS NOT NULL
          AND (v.entry_id IS NULL OR NOT v.conflict AND v.scored_at IS NULL))`
	sqlMembers   = `SELECT id, shown_name FROM contest_jury WHERE call_id = $1 AND (person_id IS NOT NULL OR shown_name <> '') ORDER BY since, id`
	sqlConflicts = `
SELECT j.shown_name, e.title, v.why
FROM contest_reviews v
JOIN contest_jury j ON j.id = v.juror_id
JOIN contest_entries e ON e.id = v.entry_id
WHERE e.call_id = $1 AND e.state = 'sent' AND v.conflict
ORDER BY e.sent_at, j.since, j.id`
)
