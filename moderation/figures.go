package moderation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/sheet"
)

// Figure is one number of the report: a part of the template, what it counts,
// and how many. Everything is counted from the rows, nothing is kept apart.
type Figure struct {
	Part string `json:"part"`
	Name string `json:"name"`
	Of   string `json:"of"` // "" for all
	N    int    `json:"n"`
}

// Figures is the report of a period (Art. 15 and 24 DSA).
type Figures struct {
	Period   string    `json:"period"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	List     []Figure  `json:"figures"`
	MedianH  *float64  `json:"median_hours_to_decision"` // of notices; nil: none was decided
	ComplH   *float64  `json:"median_hours_to_appeal"`
	Complete bool      `json:"complete"` // the period is over
	// Notes say by language what the active recipients are and are not.
	Notes map[string]string `json:"notes"`
}

// Period is the half year in which a moment lies: "2026-H1".
func Period(at time.Time) string {
	half := 1
	if at.Month() > time.June {
		half = 2
	}
	return fmt.Sprintf("%04d-H%d", at.Year(), half)
}

// span is from when to when a period goes, in the city's zone.
func span(period string, zone *time.Location) (from, to time.Time, err error) {
	var year, half int
	if _, err := fmt.Sscanf(period, "%d-H%d", &year, &half); err != nil || half < 1 || half > 2 || year < 2000 || year > 9999 || fmt.Sprintf("%04d-H%d", year, half) != period {
		return from, to, fault.Missing("period")
	}
	from = time.Date(year, time.Month(1+6*(half-1)), 1, 0, 0, 0, 0, zone)
	return from, from.AddDate(0, 6, 0), nil
}

// Figures counts a period anew.
func (s *Service) Figures(ctx context.Context, period string) (*Figures, error) {
	cal, err := s.cal.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	f := &Figures{Period: period}
	if f.From, f.To, err = span(period, cal.Zone()); err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	f.Complete = !now.Before(f.To)
	rows, err := s.db.Query(ctx, sqlFigures, f.From, f.To)
	if err != nil {
		return nil, fmt.Errorf("figures: %w", err)
	}
	if f.List, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Figure]); err != nil {
		return nil, fmt.Errorf("figures: %w", err)
	}
	if err := s.db.QueryRow(ctx, sqlMedians, f.From, f.To).Scan(&f.MedianH, &f.ComplH); err != nil {
		return nil, fmt.Errorf("figures: %w", err)
	}
	active, err := s.recipients(ctx, f.From, f.To, now)
	if err != nil {
		return nil, err
	}
	f.List = append(f.List, active...)
	f.Notes = make(map[string]string, len(noted))
	for _, lang := range noted {
		f.Notes[lang] = s.messages.For(lang).T(NoteRecipients)
	}
	return f, nil
}

// Names of the figures about active recipients (Art. 24(2) DSA).
const (
	PartRecipients = "recipients"
	InMonth        = "in_month" // of a month, "2026-01"
	MonthlyAverage = "monthly_average"
	NoteRecipients = "figures.recipients.note" // key of the words about them
)

// MonthForm is how a figure says its month.
const MonthForm = "2006-01"

// noted are the languages of the notes in the files.
var noted = []string{i18n.German, i18n.English}

// recipients counts who took part in each month of a period that is over, and
// the average of those months. A month that still runs would pull it down.
func (s *Service) recipients(ctx context.Context, from, to, now time.Time) ([]Figure, error) {
	edges := []time.Time{from}
	for at := from.AddDate(0, 1, 0); !at.After(to) && !at.After(now); at = at.AddDate(0, 1, 0) {
		edges = append(edges, at)
	}
	months := len(edges) - 1
	if months == 0 {
		return nil, nil // of no month there is no average, which is not zero
	}
	counts, err := s.active(ctx, s.db, edges)
	if err != nil {
		return nil, fmt.Errorf("active recipients: %w", err)
	}
	if len(counts) != months {
		return nil, fmt.Errorf("active recipients: %d numbers for %d months", len(counts), months)
	}
	list, sum := make([]Figure, 0, months+1), 0
	for i, n := range counts {
		sum += n
		list = append(list, Figure{Part: PartRecipients, Name: InMonth, Of: edges[i].Format(MonthForm), N: n})
	}
	return append(list, Figure{Part: PartRecipients, Name: MonthlyAverage, N: (2*sum + months) / (2 * months)}), nil // rounded
}

// CSV is the figures as a table.
func (f *Figures) CSV() (string, error) {
	var buf bytes.Buffer
	w := sheet.NewWriter(&buf)
	rows := [][]string{{"part", "indicator", "scope", "value"}}
	for _, l := range f.List {
		rows = append(rows, []string{sheet.Text(l.Part), sheet.Text(l.Name), sheet.Text(l.Of), strconv.Itoa(l.N)})
	}
	for _, m := range []struct {
		part, name string
		v          *float64
	}{{"notices", "median_hours", f.MedianH}, {"complaints", "median_hours", f.ComplH}} {
		if m.v != nil {
			rows = append(rows, []string{m.part, m.name, "", sheet.Number(*m.v, 1)})
		}
	}
	for _, lang := range noted {
		if f.Notes[lang] != "" {
			rows = append(rows, []string{PartRecipients, "note", lang, sheet.Text(f.Notes[lang])})
		}
	}
	for _, r := range rows {
		if err := w.Row(r...); err != nil {
			return "", fmt.Errorf("figures as csv: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return "", fmt.Errorf("figures as csv: %w", err)
	}
	return buf.String(), nil
}

// databaseRow is one decision as the Commission's transparency database takes it.
type databaseRow struct {
	PUID            string   `json:"puid"`
	Visibility      []string `json:"decision_visibility,omitempty"`
	Account         string   `json:"decision_account,omitempty"`
	Ground          string   `json:"decision_ground"`
	LegalGround     string   `json:"illegal_content_legal_ground,omitempty"`
	LegalExplained  string   `json:"illegal_content_explanation,omitempty"`
	Rule            string   `json:"incompatible_content_ground,omitempty"`
	RuleExplained   string   `json:"incompatible_content_explanation,omitempty"`
	Facts           string   `json:"decision_facts"`
	Category        string   `json:"category"`
	ContentType     []string `json:"content_type"`
	ContentLanguage string   `json:"content_language"`
	ContentDate     string   `json:"content_date"`
	ApplicationDate string   `json:"application_date"`
	EndDate         string   `json:"end_date_visibility_restriction,omitempty"`
	Territory       []string `json:"territorial_scope"`
	Source          string   `json:"source_type"`
	Detection       string   `json:"automated_detection"`
	Decision        string   `json:"automated_decision"`
}

// batchSize is how many statements the database takes at once.
const batchSize = 100

// export is what is published of a period.
type export struct {
	Figures *Figures        `json:"report"`
	Batches [][]databaseRow `json:"statements"`
}

// Publish freezes the report of a period that is over. What looks like a phone
// number or a mail address in it stops it (Conflict): somebody covers it first.
// Published once it stays as it is, and publishing it again changes nothing.
func (s *Service) Publish(ctx context.Context, actor accounts.Actor, period string) error {
	if !actor.System {
		if err := MayModerate(actor); err != nil {
			return err
		}
	}
	f, err := s.Figures(ctx, period)
	if err != nil {
		return err
	}
	if !f.Complete {
		return fault.New(fault.Conflict, "moderation.err.period")
	}
	e := export{Figures: f}
	rows, err := s.databaseRows(ctx, f.From, f.To)
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		n := min(batchSize, len(rows))
		e.Batches, rows = append(e.Batches, rows[:n]), rows[n:]
	}
	raw, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return fmt.Errorf("transparency report: %w", err)
	}
	table, err := f.CSV()
	if err != nil {
		return err
	}
	if puids := personal(e.Batches); len(puids) > 0 {
		return fault.New(fault.Conflict, "moderation.err.pii").With("list", strings.Join(puids, ", "))
	}
	sum := sha256.Sum256([]byte(table + string(raw)))
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if !actor.System {
			if actor, err = accounts.Renew(ctx, tx, actor); err != nil {
				return err
			}
			if err := MayModerate(actor); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, sqlPublish, period, table, string(raw), sum[:], uuid.New()); err != nil {
			return fmt.Errorf("publish report: %w", err)
		}
		return nil
	})
}

// personal names the statements whose words look like they hold somebody's
// phone number or mail address.
func personal(batches [][]databaseRow) []string {
	var out []string
	for _, b := range batches {
		for _, r := range b {
			words := strings.Join([]string{r.LegalGround, r.LegalExplained, r.RuleExplained, r.Facts}, "\n")
			if HasPhone(words) || reMail.MatchString(words) {
				out = append(out, r.PUID)
			}
		}
	}
	return out
}

func (s *Service) databaseRows(ctx context.Context, from, to time.Time) ([]databaseRow, error) {
	rows, err := s.db.Query(ctx, sqlDatabase, from, to)
	if err != nil {
		return nil, fmt.Errorf("statements for the database: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[databaseRow])
	if err != nil {
		return nil, fmt.Errorf("statements for the database: %w", err)
	}
	return list, nil
}

// Published is a report that is out.
type Published struct {
	Period string
	At     time.Time
	SHA256 []byte
	CSV    string
	JSON   string
}

// Reports lists what is published, newest first, without its content.
func (s *Service) Reports(ctx context.Context) ([]Published, error) {
	rows, err := s.db.Query(ctx, sqlPublished)
	if err != nil {
		return nil, fmt.Errorf("published reports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Published])
	if err != nil {
		return nil, fmt.Errorf("published reports: %w", err)
	}
	return list, nil
}

// Report is a published report, or fault.NotFound.
func (s *Service) Report(ctx context.Context, period string) (*Published, error) {
	p := Published{Period: period}
	err := s.db.QueryRow(ctx, sqlReport, period).Scan(&p.At, &p.SHA256, &p.CSV, &p.JSON)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("report of the period")
	}
	if err != nil {
		return nil, fmt.Errorf("published report: %w", err)
	}
	return &p, nil
}

const (
	sqlFigures = `
WITH n AS (SELECT * FROM flags WHERE received_at >= $1 AND received_at < $2),
     d AS (SELECT * FROM decisions WHERE decided_at >= $1 AND decided_at < $2 AND action <> 'restore'),
     a AS (SELECT * FROM appeals WHERE filed_at >= $1 AND filed_at < $2)
SELECT part, name, scope, n::int FROM (
  SELECT 1, 'notices', 'received', '', count(*) FROM n
  UNION ALL SELECT 2, 'notices', 'by_category', category, count(*) FROM n GROUP BY category
  UNION ALL SELECT 3, 'notices', 'by_ground', ground, count(*) FROM n GROUP BY ground
  UNION ALL SELECT 4, 'notices', 'trusted_flaggers', '', count(*) FROM n WHERE notifier_kind = 'trusted_flagger'
  UNION ALL SELECT 5, 'notices', 'authorities', '', count(*) FROM n WHERE notifier_kind = 'authority'
  UNION ALL SELECT 6, 'notices', 'life_threat', '', count(*) FROM n WHERE life_threat
  UNION ALL SELECT 7, 'notices', 'decided', '', count(*) FROM n WHERE decision_id IS NOT NULL
  UNION ALL SELECT 8, 'decisions', 'all', '', count(*) FROM d
  UNION ALL SELECT 9, 'decisions', 'by_action', action, count(*) FROM d GROUP BY action
  UNION ALL SELECT 10, 'decisions', 'by_ground', ground, count(*) FROM d WHERE ground IS NOT NULL GROUP BY ground
  UNION ALL SELECT 11, 'decisions', 'by_source', source, count(*) FROM d GROUP BY source
  UNION ALL SELECT 12, 'decisions', 'by_category', category, count(*) FROM d GROUP BY category
  UNION ALL SELECT 13, 'decisions', 'detected_by_rule', '', count(*) FROM d WHERE automated_detection
  UNION ALL SELECT 14, 'decisions', 'automated', '', count(*) FROM d WHERE automated_decision <> 'NOT'
  UNION ALL SELECT 15, 'complaints', 'received', '', count(*) FROM a
  UNION ALL SELECT 16, 'complaints', 'by_outcome', outcome, count(*) FROM a WHERE outcome IS NOT NULL GROUP BY outcome
  UNION ALL SELECT 17, 'complaints', 'reversed_decisions', '', count(*) FROM d WHERE reversed_by IS NOT NULL
  UNION ALL SELECT 18, 'suspensions', 'accounts', '', count(*) FROM d WHERE account IS NOT NULL
  UNION ALL SELECT 19, 'holds', 'by_rule', rule_kind, count(*) FROM holds WHERE held_at >= $1 AND held_at < $2 GROUP BY rule_kind
) f (ord, part, name, scope, n)
ORDER BY ord, scope`
	sqlMedians = `
SELECT (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM d.decided_at - f.received_at) / 3600)::float8
        FROM flags f JOIN decisions d ON d.id = f.decision_id WHERE f.received_at >= $1 AND f.received_at < $2),
       (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - filed_at) / 3600)::float8
        FROM appeals WHERE filed_at >= $1 AND filed_at < $2 AND decided_at IS NOT NULL)`
	sqlDatabase = `
SELECT puid, CASE WHEN visibility IS NULL THEN '{}' ELSE ARRAY['DECISION_VISIBILITY_CONTENT_' || visibility] END,
       coalesce('DECISION_ACCOUNT_' || account, ''),
       'DECISION_GROUND_' || CASE ground WHEN 'ILLEGAL' THEN 'ILLEGAL_CONTENT' ELSE 'INCOMPATIBLE_CONTENT' END,
       legal_ground, CASE ground WHEN 'ILLEGAL' THEN explanation ELSE '' END,
       coalesce('Regel ' || rule_no, ''), CASE ground WHEN 'INCOMPATIBLE' THEN explanation ELSE '' END,
       CASE WHEN facts = '' THEN explanation ELSE facts END, category, content_type, upper(content_language),
       to_char(content_date, 'YYYY-MM-DD'), to_char(application_date, 'YYYY-MM-DD'), coalesce(to_char(end_date, 'YYYY-MM-DD'), ''), territorial_scope,
       'SOURCE_' || source, CASE WHEN automated_detection THEN 'Yes' ELSE 'No' END, 'AUTOMATED_DECISION_NOT_AUTOMATED'
FROM decisions
WHERE decided_at >= $1 AND decided_at < $2 AND action IN ('hide', 'redact', 'label', 'restrict')
ORDER BY decided_at, id`
	sqlPublish = `
INSERT INTO mod_exports (period, csv, json, sha256, pii_scan, returned)
VALUES ($1, $2, $3, $4, 'clean', $5)
ON CONFLICT (period) DO NOTHING`
	sqlPublished = `SELECT period, published_at, sha256, '', '' FROM mod_exports ORDER BY period DESC LIMIT 40`
	sqlReport    = `SELECT published_at, sha256, csv, json FROM mod_exports WHERE period = $1`
)
