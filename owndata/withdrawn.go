package owndata

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
)

// kindWithdrawn is a line about a report that its author took back: after a restore
// it must not be open and public again.
const kindWithdrawn = "withdrawn"

// Replayed is what a list has done again.
type Replayed struct{ People, Withdrawn int }

// NoteWithdrawn appends a withdrawn report to the list of erasures; again is a second
// line, which does no harm. "" is no file.
func NoteWithdrawn(ctx context.Context, q db.Queryer, path string, report uuid.UUID) error {
	list, err := withdrawn(ctx, q, report)
	if err != nil {
		return err
	}
	return appendList(path, list)
}

// withdrawn lists withdrawn reports; uuid.Nil: all of them.
func withdrawn(ctx context.Context, q db.Queryer, report uuid.UUID) ([]accounts.Erased, error) {
	all, err := reports.WithdrawnReports(ctx, q, report)
	if err != nil {
		return nil, err
	}
	list := make([]accounts.Erased, 0, len(all))
	for _, w := range all {
		list = append(list, accounts.Erased{Kind: kindWithdrawn, ID: w.Report, At: w.At})
	}
	return list, nil
}

// withdrawAgain does the lines about withdrawn reports and gives the others back.
func (s *Service) withdrawAgain(ctx context.Context, list []accounts.Erased) (rest []accounts.Erased, n int, err error) {
	for _, e := range list {
		if e.Kind != kindWithdrawn {
			rest = append(rest, e)
			continue
		}
		err := s.tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			done, err := s.cfg.Reports.WithdrawAgain(ctx, tx, e.ID)
			if done {
				n++
			}
			return err
		})
		if err != nil {
			return nil, 0, fmt.Errorf("withdraw again: %w", err)
		}
	}
	return rest, n, nil
}
