package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/sheet"
	"github.com/mitwirk/mitwirk/subject"
)

// CasesExport is the open cases of a department with what people wrote, and with
// their addresses when that was asked for: a source of accounts.Exports. What is
// hidden or erased is not in it.
type CasesExport struct{}

// Key implements accounts.ExportSource.
func (CasesExport) Key() string { return "cases" }

// MayExport lets those take it out who lead the department, all of it.
func (CasesExport) MayExport(actor accounts.Actor, s accounts.ExportScope) error {
	if actor.Covers(accounts.Place{Department: s.Department}, subject.TeamLead) {
		return nil
	}
	if !actor.IsStaff() {
		return fault.Missing("export")
	}
	return fault.New(fault.Forbidden, "err.403").With("why", "admin.why.lead")
}

// CountExport implements accounts.ExportSource.
func (CasesExport) CountExport(ctx context.Context, q db.Queryer, s accounts.ExportScope) (int, error) {
	var n int
	if err := q.QueryRow(ctx, sqlCountCases, s.Department, s.Before).Scan(&n); err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return n, nil
}

// Export implements accounts.ExportSource.
func (CasesExport) Export(ctx context.Context, q db.Queryer, s accounts.ExportScope, limit int, row func([]string) error) error {
	head := []string{"number", "category", "status", "received", "place", "text"}
	if s.Contacts {
		head = append(head, "mail")
	}
	if err := row(head); err != nil {
		return err
	}
	rows, err := q.Query(ctx, sqlExportCases, s.Department, s.Before, s.Contacts, limit)
	if err != nil {
		return fmt.Errorf("export cases: %w", err)
	}
	var number subject.Number
	var category i18n.Text
	var status, address, text, mail string
	var at time.Time
	if _, err := pgx.ForEachRow(rows, []any{&number, &category, &status, &at, &address, &text, &mail}, func() error {
		cells := []string{
			number.Format(subject.PrefixReport), sheet.Text(category.In(i18n.German)), status, at.UTC().Format(time.RFC3339), sheet.Text(address), sheet.Text(text),
		}
		if s.Contacts {
			cells = append(cells, sheet.Text(mail))
		}
		return row(cells)
	}); err != nil {
		return fmt.Errorf("export cases: %w", err)
	}
	return nil
}

const (
	sqlCountCases = `
SELECT count(*)::int
FROM cases c
JOIN reports r ON r.id = c.subject_id
WHERE c.department_id = $1
  AND c.state = 'open'
  AND c.subject_kind = 'report'
  AND r.created_at < $2
  AND r.visibility NOT IN ('draft', 'hidden', 'erased')`

	sqlExportCases = `
SELECT r.number, k.name, r.status, r.created_at, r.address, r.text,
       CASE WHEN $3 THEN coalesce((SELECT m.address FROM confirmed_contacts m WHERE m.id = r.contact_id), '') ELSE '' END
FROM cases c
JOIN reports r ON r.id = c.subject_id
JOIN categories k ON k.id = r.category_id
WHERE c.department_id = $1
  AND c.state = 'open'
  AND c.subject_kind = 'report'
  AND r.created_at < $2
  AND r.visibility NOT IN ('draft', 'hidden', 'erased')
ORDER BY r.created_at, r.id
LIMIT $4`
)
