package ideas

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// KindContest is the kind of calls that ask teams for solutions: ideas/contests
// keeps what is theirs. Nobody proposes ideas in one.
const KindContest = "contest"

// ContestRooms are what a call of the kind contest needs before it is public
// (contests.Service).
type ContestRooms interface {
	// Ready tells what is missing, in the transaction that publishes the call.
	Ready(ctx context.Context, tx pgx.Tx, c *Call) error
}

// UseContests makes calls of the kind contest possible.
func (s *Service) UseContests(rooms ContestRooms) { s.contests = rooms }

// roomsReady asks what else a contest needs.
func (s *Service) roomsReady(ctx context.Context, tx pgx.Tx, c *Call) error {
	if c.Kind != KindContest {
		return nil
	}
	if s.contests == nil {
		return fault.OnField("kind", "idea.err.choice")
	}
	return s.contests.Ready(ctx, tx, c)
}

// MaySeeCall tells whether somebody may know of a call: drafts are for those who
// set them up, calls for the city's staff for nobody else.
func MaySeeCall(actor accounts.Actor, c *Call) bool { return maySeeCall(actor, c) }

// CallIn is the call with a number in the caller's transaction, as the actor may
// see it; NotFound otherwise.
func CallIn(ctx context.Context, q db.Queryer, actor accounts.Actor, n subject.Number) (*Call, error) {
	c, err := oneCall(ctx, q, sqlCallByNumber, int64(n))
	if err != nil {
		return nil, err
	}
	if !maySeeCall(actor, c) {
		return nil, fault.Missing("call")
	}
	return c, nil
}

// ContestsRunning lists the published contests, newest first: for what is done by time.
func ContestsRunning(ctx context.Context, q db.Queryer) ([]Call, error) {
	list, err := manyCalls(ctx, q, sqlCallsRunning, KindContest)
	if err != nil {
		return nil, fmt.Errorf("running contests: %w", err)
	}
	return list, nil
}

const sqlCallsRunning = sqlPartCall + `WHERE c.kind = $1 AND c.state = 'published' ORDER BY c.published_at DESC, c.id DESC LIMIT 200`

// jurySpan says what a contest's own phase needs.
func (c *Call) jurySpan(wrong *fault.Fields) {
	if s, ok := c.Span(Check); c.Kind == KindContest && (!ok || s.To == nil) {
		wrong.Add("check_from", "contest.err.phase_jury")
	}
}
