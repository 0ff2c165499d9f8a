package ideas

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

const sqlPartCallColumns = `
SELECT c.id, c.number, c.state, c.audience = 'staff', c.kind, c.department_id, d.name, c.title, c.lead, c.text, c.rules, c.criteria,
       c.districts, c.topics, c.participation, c.who, c.min_level, c.threshold, c.triggers, c.budget_cents, c.prize, c.need_place,
       c.answer_by, c.version, c.created_at, c.published_at, c.proof,
`

const sqlPartCall = sqlPartCallColumns + `
       (SELECT count(*)::int FROM ideas i WHERE i.call_id = c.id AND i.visibility = 'public' AND i.status <> 'merged')
FROM calls c
JOIN departments d ON d.id = c.department_id
`

// sqlPartCallPlain leaves the ideas uncounted: who asks for an idea does not need
// to know how many there are.
const sqlPartCallPlain = sqlPartCallColumns + `
       0
FROM calls c
JOIN departments d ON d.id = c.department_id
`

func scanCall(row pgx.CollectableRow) (Call, error) {
	var c Call
	var number int64
	err := row.Scan(&c.ID, &number, &c.State, &c.StaffOnly, &c.Kind, &c.Department, &c.DepartmentOf, &c.Title, &c.Lead, &c.Text, &c.Rules, &c.Criteria,
		&c.Districts, &c.Topics, &c.Participation, &c.Who, &c.MinLevel, &c.Threshold, &c.Triggers, &c.BudgetCents, &c.Prize, &c.NeedPlace,
		&c.AnswerBy, &c.Version, &c.CreatedAt, &c.PublishedAt, &c.Proof, &c.Ideas)
	c.Number = subject.Number(number)
	return c, err
}

func oneCall(ctx context.Context, q db.Queryer, sql string, key any) (*Call, error) {
	rows, err := q.Query(ctx, sql, key)
	if err != nil {
		return nil, fmt.Errorf("load call: %w", err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanCall)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("call")
	}
	if err != nil {
		return nil, fmt.Errorf("load call: %w", err)
	}
	return &c, loadSpans(ctx, q, []*Call{&c})
}

// lockCall holds a call and reads it then: what is joined to a row that had to be
// waited for is as it was before.
func lockCall(ctx context.Context, tx pgx.Tx, n subject.Number) (*Call, error) {
	if _, err := tx.Exec(ctx, sqlHoldCall, int64(n)); err != nil {
		return nil, fmt.Errorf("hold call: %w", err)
	}
	return oneCall(ctx, tx, sqlCallByNumber, int64(n))
}

func callByID(ctx context.Context, q db.Queryer, id uuid.UUID) (*Call, error) {
	return oneCall(ctx, q, sqlCallByID, id)
}

const (
	sqlCallByID       = sqlPartCallPlain + `WHERE c.id = $1`
	sqlCallPlain      = sqlPartCallPlain + `WHERE c.number = $1`
	sqlCallByNumber   = sqlPartCall + `WHERE c.number = $1`
	sqlHoldCall       = `SELECT FROM calls WHERE number = $1 FOR UPDATE`
	sqlCallsPublished = sqlPartCall + `WHERE c.state <> 'draft' AND ($1 OR c.audience = 'public') ORDER BY c.published_at DESC, c.id DESC LIMIT 100`
	sqlCallsAll       = sqlPartCall + `WHERE $1::boolean ORDER BY c.created_at DESC, c.id DESC LIMIT 200`
	sqlSpans          = `
SELECT call_id, phase, from_day, to_day FROM call_phases
WHERE call_id = ANY ($1)
ORDER BY call_id, from_day, phase`
)

func loadSpans(ctx context.Context, q db.Queryer, calls []*Call) error {
	by := map[uuid.UUID]*Call{}
	ids := make([]uuid.UUID, 0, len(calls))
	for _, c := range calls {
		by[c.ID] = c
		ids = append(ids, c.ID)
	}
	rows, err := q.Query(ctx, sqlSpans, ids)
	if err != nil {
		return fmt.Errorf("phases: %w", err)
	}
	var id uuid.UUID
	var s Span
	if _, err := pgx.ForEachRow(rows, []any{&id, &s.Phase, &s.From, &s.To}, func() error {
		by[id].Spans = append(by[id].Spans, s)
		return nil
	}); err != nil {
		return fmt.Errorf("phases: %w", err)
	}
	return nil
}

func manyCalls(ctx context.Context, q db.Queryer, sql string, arg any) ([]Call, error) {
	rows, err := q.Query(ctx, sql, arg)
	if err != nil {
		return nil, fmt.Errorf("calls: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanCall)
	if err != nil {
		return nil, fmt.Errorf("calls: %w", err)
	}
	all := make([]*Call, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return list, loadSpans(ctx, q, all)
}

// Call is the page of a call; NotFound for drafts of others and for what is for
// staff only.
func (s *Service) Call(ctx context.Context, actor accounts.Actor, n subject.Number) (*Call, error) {
	c, err := oneCall(ctx, s.db, sqlCallByNumber, int64(n))
	if err != nil {
		return nil, err
	}
	if !maySeeCall(actor, c) {
		return nil, fault.Missing("call")
	}
	return c, nil
}

// callFor is the key inside of a call that the actor may know of.
func (s *Service) callFor(ctx context.Context, actor accounts.Actor, n subject.Number) (uuid.UUID, error) {
	c, err := oneCall(ctx, s.db, sqlCallPlain, int64(n))
	if err != nil {
		return uuid.Nil, err
	}
	if !maySeeCall(actor, c) {
		return uuid.Nil, fault.Missing("call")
	}
	return c.ID, nil
}

// CallByID is Call by the key inside, its ideas uncounted.
func (s *Service) CallByID(ctx context.Context, actor accounts.Actor, id uuid.UUID) (*Call, error) {
	c, err := callByID(ctx, s.db, id)
	if err != nil {
		return nil, err
	}
	if !maySeeCall(actor, c) {
		return nil, fault.Missing("call")
	}
	return c, nil
}

// Calls lists the published ones, newest first.
func (s *Service) Calls(ctx context.Context, actor accounts.Actor) ([]Call, error) {
	return manyCalls(ctx, s.db, sqlCallsPublished, actor.System || actor.IsStaff())
}

// DeskCalls lists those that the actor may set up, drafts too.
func (s *Service) DeskCalls(ctx context.Context, actor accounts.Actor) ([]Call, error) {
	if err := MayDesk(actor); err != nil {
		return nil, err
	}
	all, err := manyCalls(ctx, s.db, sqlCallsAll, true)
	if err != nil {
		return nil, err
	}
	var out []Call
	for i := range all {
		if MayCall(actor, &all[i]) == nil {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// SaveCall writes a draft, a new one where it has no id. What is published keeps
// who counts, its threshold and its criteria: they were known before it began.
func (s *Service) SaveCall(ctx context.Context, actor accounts.Actor, c Call) (subject.Number, error) {
	if err := s.checkCall(ctx, &c); err != nil {
		return 0, err
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if actor, err = accounts.Renew(ctx, tx, actor); err != nil {
			return err
		}
		if err := MayCall(actor, &c); err != nil {
			return err
		}
		c.settleWho()
		if c.ID == uuid.Nil {
			c.ID, c.State = subject.NewID(), CallDraft
			return insertCall(ctx, tx, &c, now.In(s.zone))
		}
		was, err := lockCall(ctx, tx, c.Number)
		if err != nil {
			return err
		}
		if err := MayCall(actor, was); err != nil {
			return err
		}
		if c.Version != 0 && c.Version != was.Version {
			return fault.New(fault.Conflict, "idea.err.version")
		}
		if was.State != CallDraft {
			c.keepFixed(was)
			if err := c.Validate(true); err != nil {
				return err
			}
		}
		c.ID = was.ID
		return s.updateCall(ctx, tx, &c, was.State != CallDraft)
	})
	return c.Number, err
}

// checkCall says what is wrong with a call as it is to be saved. What is fixed was
// right when it was published: districts that it names may have been replaced since.
func (s *Service) checkCall(ctx context.Context, c *Call) error {
	if c.ID != uuid.Nil {
		was, err := oneCall(ctx, s.db, sqlCallPlain, int64(c.Number))
		if err != nil {
			return err
		}
		if was.State != CallDraft {
			c.keepFixed(was)
			return c.Validate(false)
		}
	}
	if err := c.Validate(false); err != nil {
		return err
	}
	return s.knownHomes(ctx, c)
}

// keepFixed puts back what holds from publication on.
func (c *Call) keepFixed(was *Call) {
	c.Who, c.MinLevel, c.Threshold, c.Criteria, c.Kind, c.Department = was.Who, was.MinLevel, was.Threshold, was.Criteria, was.Kind, was.Department
	c.StaffOnly, c.Proof = was.StaffOnly, was.Proof
}

// settleWho says from which level on supports count, and drops a question that is
// not asked.
func (c *Call) settleWho() {
	c.MinLevel = levelOf(c.Who)
	if c.Who != WhoProved {
		c.Proof = Proof{}
		return
	}
	c.Proof.tidy()
}

// PublishCall makes a draft public: from then on its rules are fixed. Once
// published, it does nothing.
func (s *Service) PublishCall(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.callState(ctx, actor, n, func(ctx context.Context, tx pgx.Tx, c *Call, now time.Time) error {
		if c.State != CallDraft {
			return nil
		}
		if err := c.Validate(true); err != nil {
			return err
		}
		if span, _ := c.Span(Collect); !dayIn(span.From, s.zone).After(now) && !actor.System { // criteria are published before it begins
			return fault.OnField("collect_from", "idea.err.phase_past")
		}
		if c.Who == WhoProved && len(s.accounts.Provers(c.Proof.Question(now, s.zone))) == 0 {
			return fault.OnField("who", "idea.err.proof_nobody")
		}
		if c.Who == WhoProved && c.Proof.City {
			if named, err := s.places.TownKnown(ctx); err != nil || !named {
				return firstOf(err, fault.OnField("who", "idea.err.proof_town"))
			}
		}
		if err := s.roomsReady(ctx, tx, c); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlPublishCall, c.ID); err != nil {
			return fmt.Errorf("publish call: %w", err)
		}
		if err := votes.SetFloor(ctx, tx, Scope(c), c.MinLevel); err != nil {
			return err
		}
		return s.bus.Append(ctx, tx, CallChanged{Call: c.ID})
	})
}

// EndCall closes a call for good: nobody proposes or supports any more, and what
// was counted can be counted again by anybody.
func (s *Service) EndCall(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.callState(ctx, actor, n, func(ctx context.Context, tx pgx.Tx, c *Call, _ time.Time) error {
		if c.State != CallPublished {
			return nil
		}
		if _, err := tx.Exec(ctx, sqlEndCall, c.ID); err != nil {
			return fmt.Errorf("end call: %w", err)
		}
		if err := votes.Close(ctx, tx, Scope(c)); err != nil {
			return err
		}
		if err := endProofs(ctx, tx, c.ID); err != nil {
			return err
		}
		return s.bus.Append(ctx, tx, CallChanged{Call: c.ID})
	})
}

func (s *Service) callState(ctx context.Context, actor accounts.Actor, n subject.Number, fn func(ctx context.Context, tx pgx.Tx, c *Call, now time.Time) error) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor) // first, as whoever proves something for the call
		if err != nil {
			return err
		}
		c, err := lockCall(ctx, tx, n)
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if err := MayCall(actor, c); err != nil {
			return err
		}
		return fn(ctx, tx, c, now)
	})
}

const (
	sqlPublishCall = `UPDATE calls SET state = 'published', published_at = mitwirk_now(), changed_at = mitwirk_now(), version = version + 1 WHERE id = $1`
	sqlEndCall     = `UPDATE calls SET state = 'ended', changed_at = mitwirk_now(), version = version + 1 WHERE id = $1`
)

func audienceOf(c *Call) string {
	if c.StaffOnly {
		return "staff"
	}
	return "public"
}

func orEmpty[T any](v []T) []T {
	if v == nil {
		return []T{}
	}
	return v
}

func textOr(t i18n.Text) i18n.Text {
	if t == nil {
		return i18n.Text{}
	}
	return t
}

func (c *Call) values() []any {
	return []any{
		audienceOf(c), c.Kind, c.Department, c.Title, textOr(c.Lead), textOr(c.Text), textOr(c.Rules), orEmpty(c.Criteria), orEmpty(c.Districts),
		orEmpty(c.Topics), c.Participation, c.Who, c.MinLevel, c.Threshold, textOr(c.Triggers), c.BudgetCents, textOr(c.Prize), c.NeedPlace, c.AnswerBy, c.Proof,
	}
}

func insertCall(ctx context.Context, tx pgx.Tx, c *Call, now time.Time) error {
	for range tries {
		c.Number = subject.NewNumber(now.Year())
		tag, err := tx.Exec(ctx, sqlInsertCall, append([]any{c.ID, int64(c.Number)}, c.values()...)...)
		if err != nil {
			return fmt.Errorf("insert call: %w", err)
		}
		if tag.RowsAffected() == 1 {
			return saveSpans(ctx, tx, c)
		}
	}
	return errors.New("insert call: no free number")
}

const sqlInsertCall = `
INSERT INTO calls (id, number, audience, kind, department_id, title, lead, text, rules, criteria, districts,
                   topics, participation, who, min_level, threshold, triggers, budget_cents, prize, need_place, answer_by, proof)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
ON CONFLICT (number) DO NOTHING`

func (s *Service) updateCall(ctx context.Context, tx pgx.Tx, c *Call, public bool) error {
	if _, err := tx.Exec(ctx, sqlUpdateCall, append([]any{c.ID}, c.values()...)...); err != nil {
		return fmt.Errorf("save call: %w", err)
	}
	if err := saveSpans(ctx, tx, c); err != nil {
		return err
	}
	if !public {
		return nil
	}
	var ends *time.Time
	if span, ok := c.supports(); ok {
		if end, ok := span.ends(s.zone); ok {
			end = end.Add(-time.Second)
			ends = &end
		}
	}
	if _, err := tx.Exec(ctx, sqlIdeasEnd, c.ID, ends); err != nil {
		return fmt.Errorf("save call: %w", err)
	}
	return s.bus.Append(ctx, tx, CallChanged{Call: c.ID})
}

const (
	sqlUpdateCall = `
UPDATE calls
SET audience = $2, kind = $3, department_id = $4, title = $5, lead = $6, text = $7, rules = $8, criteria = $9, districts = $10,
    topics = $11, participation = $12, who = $13, min_level = $14, threshold = $15, triggers = $16, budget_cents = $17, prize = $18,
    need_place = $19, answer_by = $20, proof = $21, changed_at = mitwirk_now(), version = version + 1
WHERE id = $1`
	sqlIdeasEnd  = `UPDATE ideas SET ends_at = $2 WHERE call_id = $1 AND ends_at IS DISTINCT FROM $2`
	sqlDropSpans = `DELETE FROM call_phases WHERE call_id = $1`
	sqlAddSpan   = `INSERT INTO call_phases (call_id, phase, from_day, to_day) VALUES ($1, $2, $3, $4)`
)

func saveSpans(ctx context.Context, tx pgx.Tx, c *Call) error {
	if _, err := tx.Exec(ctx, sqlDropSpans, c.ID); err != nil {
		return fmt.Errorf("save phases: %w", err)
	}
	for _, s := range c.Spans {
		if _, err := tx.Exec(ctx, sqlAddSpan, c.ID, string(s.Phase), s.From, s.To); err != nil {
			return fmt.Errorf("save phases: %w", err)
		}
	}
	return nil
}
