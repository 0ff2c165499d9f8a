package accounts

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// The pieces in which TeamAudit reads, and how many at most for one page.
const (
	teamPiece  = 200
	teamPieces = 10
)

// MayReadTeamAudit tells with a fault whether the actor may not read what the
// log says about the things of a team: its leads may. Admins read all of it, by
// AuditLines.
func MayReadTeamAudit(actor Actor) error {
	if actor.Has(subject.TeamLead) && len(leads(actor)) > 0 {
		return nil
	}
	return May(actor, ReadAudit)
}

// leads are the departments that the actor is the lead of as a whole.
func leads(actor Actor) []uuid.UUID {
	out := []uuid.UUID{}
	for _, d := range actor.Departments {
		if actor.Covers(Place{Department: d}, subject.TeamLead) {
			out = append(out, d)
		}
	}
	return out
}

// TeamAudit lists what the log says about the departments that the actor leads,
// and about reports that are theirs: covers tells of the ids of reports which
// are, by the rule for reports. It never says who acted and can't be asked for a
// person: a lead is to see what was done, not to count what somebody does. next
// is where the next page begins; 0: there is none.
func TeamAudit(ctx context.Context, q db.Queryer, actor Actor, f AuditFilter, covers func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error)) (list []AuditLine, next int64, err error) {
	if err := MayReadTeamAudit(actor); err != nil {
		return nil, 0, err
	}
	if f.Actor != uuid.Nil || f.System || f.Name != "" {
		return nil, 0, fault.New(fault.Forbidden, "err.403").With("why", "admin.audit.why.person")
	}
	if f.N < 1 || f.N > teamPiece {
		f.N = 50
	}
	own := leads(actor)
	for range teamPieces {
		w := f.where()
		w.And("(l.subject_kind = 'report' OR l.subject_kind = 'department' AND l.subject_id = ANY (?))", own)
		limit := w.Arg(teamPiece)
		rows, err := q.Query(ctx, sqlPartAudit+w.SQL()+"\nORDER BY l.seq DESC\nLIMIT "+limit, w.Args()...)
		if err != nil {
			return nil, 0, fmt.Errorf("list audit entries: %w", err)
		}
		piece, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AuditLine])
		if err != nil {
			return nil, 0, fmt.Errorf("list audit entries: %w", err)
		}
		ids := []uuid.UUID{}
		for _, l := range piece {
			if l.Kind == subject.Report && l.ID != nil {
				ids = append(ids, *l.ID)
			}
		}
		theirs, err := covers(ctx, ids)
		if err != nil {
			return nil, 0, err
		}
		for _, l := range piece {
			if l.Kind == subject.Report && (l.ID == nil || !theirs[*l.ID]) {
				continue
			}
			if len(list) == f.N {
				return list, list[len(list)-1].Seq, nil
			}
			l.Actor, l.Pseudonym = nil, ""
			list = append(list, l)
		}
		if len(piece) < teamPiece {
			return list, 0, nil
		}
		f.Before = piece[len(piece)-1].Seq
	}
	return list, f.Before, nil
}
