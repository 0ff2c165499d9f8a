package reports

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// MaxPurpose is how long the purpose of reading contact data may be, in
// characters.
const MaxPurpose = 300

// Reporter is how the person who reported can be reached.
type Reporter struct {
	Name      string // chosen; "" for none
	Mail      string // "" for none
	Confirmed bool   // the address is theirs; mails go to no other
	Channel   string // by which the report came
	At        time.Time
}

// ReporterOf reads contact data for somebody who works on the report. It takes a
// purpose (the field "purpose"), and each reading stands in the audit log with
// it. NotFound or Forbidden as for the case itself.
func (s *Service) ReporterOf(ctx context.Context, actor accounts.Actor, n subject.Number, purpose string) (Reporter, error) {
	var out Reporter
	err := s.onCase(ctx, actor, n, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report) error {
		purpose = strings.TrimSpace(purpose)
		var wrong fault.Fields
		if purpose == "" {
			wrong.Add("purpose", "case.err.purpose")
		}
		if over := utf8.RuneCountInString(purpose) - MaxPurpose; over > 0 {
			wrong.Add("purpose", "report.err.long", "n", over, "max", MaxPurpose)
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		if actor.Person == uuid.Nil { // a purpose without a person is none
			return fault.Missing("report")
		}
		err := tx.QueryRow(ctx, sqlReporter, r.ID).Scan(&out.Name, &out.Mail, &out.Confirmed, &out.Channel, &out.At)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("report")
		}
		if err != nil {
			return fmt.Errorf("reporter: %w", err)
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "contact.read", Ref: r.Ref(), Fields: []string{"name", "mail"}, Reason: purpose})
	})
	return out, err
}

const sqlReporter = `
SELECT coalesce(p.pseudonym, ''), coalesce(c.address, ''), c.confirmed_at IS NOT NULL, r.channel, r.created_at
FROM reports r
LEFT JOIN persons p ON p.id = r.person_id AND p.erased_at IS NULL
LEFT JOIN contacts c ON c.id = r.contact_id
WHERE r.id = $1`
