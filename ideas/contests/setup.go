package contests

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// maxChallenges is how many challenges a contest has at most.
const maxChallenges = 12

// Ready implements ideas.ContestRooms: without a challenge there is nothing to solve.
func (*Service) Ready(ctx context.Context, tx pgx.Tx, c *ideas.Call) error {
	there, err := db.Exists(ctx, tx, sqlHasChallenge, c.ID)
	if err != nil {
		return err
	}
	if !there {
		return fault.OnField("title", "contest.err.challenge")
	}
	return nil
}

const sqlHasChallenge = `SELECT EXISTS (SELECT FROM contest_challenges WHERE call_id = $1)`

// SaveChallenge writes a challenge, a new one where it has no id. From the
// beginning of the contest on its words can be mended, and none is added. The
// office may.
func (s *Service) SaveChallenge(ctx context.Context, actor accounts.Actor, n subject.Number, ch Challenge) error {
	ch.Contact = strings.TrimSpace(ch.Contact)
	var wrong fault.Fields
	check(&wrong, "title", ch.Title[i18n.German], MaxTitle, true)
	check(&wrong, "title_en", ch.Title[i18n.English], MaxTitle, false)
	for name, t := range map[string]i18n.Text{"text": ch.Text, "data": ch.Data} {
		check(&wrong, name, t[i18n.German], MaxPlan, name == "text")
		check(&wrong, name+"_en", t[i18n.English], MaxPlan, false)
	}
	check(&wrong, "contact", ch.Contact, 200, false)
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		if err := Allowed(ActSetUp, r.c, nil, r.s, r.now, s.zone); err != nil {
			return err
		}
		if ch.ID == uuid.Nil {
			if len(r.c.Challenges) >= maxChallenges || r.c.Call.State != ideas.CallDraft {
				return fault.OnField("title", "contest.err.challenges")
			}
			return exec(ctx, r.tx, "add challenge", sqlAddChallenge, subject.NewID(), r.c.Call.ID, len(r.c.Challenges), ch.Title, textOr(ch.Text), textOr(ch.Data), ch.Contact)
		}
		tag, err := r.tx.Exec(ctx, sqlSaveChallenge, ch.ID, r.c.Call.ID, ch.Title, textOr(ch.Text), textOr(ch.Data), ch.Contact)
		if err != nil {
			return fmt.Errorf("save challenge: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.Missing("challenge")
		}
		return nil
	})
}

// DropChallenge takes a challenge of a draft away. The office may.
func (s *Service) DropChallenge(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) error {
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		if err := Allowed(ActSetUp, r.c, nil, r.s, r.now, s.zone); err != nil {
			return err
		}
		if r.c.Call.State != ideas.CallDraft {
			return fault.New(fault.Conflict, "contest.err.published")
		}
		return exec(ctx, r.tx, "drop challenge", sqlDropChallenge, id, r.c.Call.ID)
	})
}

const (
	sqlAddChallenge = `
INSERT INTO contest_challenges (id, call_id, ord, title, text, data, contact)
VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlSaveChallenge = `
UPDATE contest_challenges SET title = $3, text = $4, data = $5, contact = $6
WHERE id = $1 AND call_id = $2`
	sqlDropChallenge = `DELETE FROM contest_challenges WHERE id = $1 AND call_id = $2`
)

var seriesName = regexp.MustCompile(`^[a-z0-9-]{0,40}$`)

// SetSeries says which contests follow each other: those of one name. Whoever
// asked for it in one of them is told when the next one begins. The office may.
func (s *Service) SetSeries(ctx context.Context, actor accounts.Actor, n subject.Number, name string) error {
	name = strings.ToLower(strings.TrimSpace(name))
	if !seriesName.MatchString(name) {
		return fault.OnField("series", "contest.err.series")
	}
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		if err := Allowed(ActSetUp, r.c, nil, r.s, r.now, s.zone); err != nil {
			return err
		}
		return exec(ctx, r.tx, "series", sqlSetSeries, r.c.Call.ID, name)
	})
}

const sqlSetSeries = `UPDATE contests SET series = $2 WHERE call_id = $1`

// DropJuror takes somebody out of the jury, with what they said, as long as the
// scores are sealed. The office may.
func (s *Service) DropJuror(ctx context.Context, actor accounts.Actor, n subject.Number, juror uuid.UUID) error {
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		if err := Allowed(ActSetUp, r.c, nil, r.s, r.now, s.zone); err != nil {
			return err
		}
		if !r.c.sealed(r.now, s.zone) {
			return fault.New(fault.Conflict, "contest.why.opened")
		}
		if err := exec(ctx, r.tx, "drop juror", sqlDropJuror, juror, r.c.Call.ID); err != nil {
			return err
		}
		if err := accounts.Audit(ctx, r.tx, r.actor, accounts.Entry{Action: "contest.jury_drop", Ref: r.c.Call.Ref()}); err != nil {
			return err
		}
		return s.openIfAllIn(ctx, r)
	})
}

const sqlDropJuror = `DELETE FROM contest_jury WHERE id = $1 AND call_id = $2`
