package complaints

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Topic is what something can be about.
type Topic struct {
	Key        string    `json:"key"`
	Name       i18n.Text `json:"name"`
	Department string    `json:"department"` // key; "": the front desk
	FourEyes   bool      `json:"four_eyes"`  // a second person releases the answer
	Words      string    `json:"words"`      // by which it is guessed
	Active     bool      `json:"active"`
}

// OtherTopic is where what fits nowhere goes.
const OtherTopic = "other"

// TopicList is the topics in their order.
type TopicList []Topic

// Topics lists all of them, inactive ones included.
func Topics(ctx context.Context, q db.Queryer) (TopicList, error) {
	rows, err := q.Query(ctx, sqlTopics)
	if err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Topic, err error) {
		return t, row.Scan(&t.Key, &t.Name, &t.Department, &t.FourEyes, &t.Words, &t.Active)
	})
	if err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	return list, nil
}

const sqlTopics = `SELECT key, name, department_key, four_eyes, words, active FROM complaint_topics ORDER BY ord, key`

// Topics lists all of them.
func (s *Service) Topics(ctx context.Context) (TopicList, error) { return Topics(ctx, s.db) }

func (l TopicList) find(key string) (Topic, bool) {
	i := slices.IndexFunc(l, func(t Topic) bool { return t.Key == key })
	if i < 0 {
		return Topic{}, false
	}
	return l[i], true
}

// Has tells whether a topic can be chosen.
func (l TopicList) Has(key string) bool {
	t, ok := l.find(key)
	return ok && t.Active
}

// Department is the key of the department of a topic, or "".
func (l TopicList) Department(key string) string {
	t, _ := l.find(key)
	return t.Department
}

// Name is a topic in words.
func (l TopicList) Name(key, lang string) string {
	t, ok := l.find(key)
	if !ok {
		return key
	}
	return t.Name.In(lang)
}

// Rule is deadlines and retention of a kind.
type Rule struct {
	Kind        Kind `json:"kind"`
	InterimDays int  `json:"interim_days"`
	AnswerDays  int  `json:"answer_days"`
	ReviewDays  int  `json:"review_days"`
	KeepDays    int  `json:"keep_days"`
}

// Rules lists those of all kinds.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) {
	rows, err := s.db.Query(ctx, sqlRules)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Rule])
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return list, nil
}

func ruleOf(ctx context.Context, q db.Queryer, kind Kind) (Rule, error) {
	var r Rule
	if err := q.QueryRow(ctx, sqlRuleOf, string(kind)).Scan(&r.Kind, &r.InterimDays, &r.AnswerDays, &r.ReviewDays, &r.KeepDays); err != nil {
		return r, fmt.Errorf("rule of %s: %w", kind, err)
	}
	return r, nil
}

const (
	sqlRules  = `SELECT kind, interim_days, answer_days, review_days, keep_days FROM complaint_rules ORDER BY kind`
	sqlRuleOf = `SELECT kind, interim_days, answer_days, review_days, keep_days FROM complaint_rules WHERE kind = $1`
)

// MaySetUp tells whether the actor sets deadlines, topics and retention.
func MaySetUp(actor accounts.Actor) error {
	if actor.System || actor.Has(subject.Admin) {
		return nil
	}
	return fault.Missing("setup of complaints")
}

// SetRule changes deadlines and retention of a kind, for what arrives from then on.
func (s *Service) SetRule(ctx context.Context, actor accounts.Actor, r Rule) error {
	var wrong fault.Fields
	for _, f := range []struct {
		name        string
		n, min, max int
	}{
		{"interim_days", r.InterimDays, 1, 60},
		{"answer_days", r.AnswerDays, max(1, r.InterimDays), 120},
		{"review_days", r.ReviewDays, 1, 120},
		{"keep_days", r.KeepDays, 30, 3650},
	} {
		if f.n < f.min || f.n > f.max {
			wrong.Add(f.name, "complaint.err.days", "min", f.min, "max", f.max)
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.setUp(ctx, actor, "complaint.rule", []string{string(r.Kind)}, sqlSetRule, string(r.Kind), r.InterimDays, r.AnswerDays, r.ReviewDays, r.KeepDays)
}

// SetTopic changes where a topic goes, whether its answers need two people, and
// whether it can be chosen.
func (s *Service) SetTopic(ctx context.Context, actor accounts.Actor, t Topic) error {
	if t.Key == OtherTopic {
		t.Active = true
	}
	if t.Department != "" {
		if _, err := accounts.DepartmentByKey(ctx, s.db, t.Department); err != nil {
			return fault.OnField("department", "complaint.err.department").Because(err)
		}
	}
	return s.setUp(ctx, actor, "complaint.topic", []string{t.Key}, sqlSetTopic, t.Key, t.Department, t.FourEyes, t.Active)
}

func (s *Service) setUp(ctx context.Context, actor accounts.Actor, action string, fields []string, sql string, args ...any) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MaySetUp(actor); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sql, args...)
		if err != nil {
			return fmt.Errorf("set up complaints: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.Missing("setting")
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: action, Fields: fields})
	})
}

const (
	sqlSetRule  = `UPDATE complaint_rules SET interim_days = $2, answer_days = $3, review_days = $4, keep_days = $5 WHERE kind = $1`
	sqlSetTopic = `UPDATE complaint_topics SET department_key = $2, four_eyes = $3, active = $4 WHERE key = $1`
)

// office is the first independent office that is none of those that must not
// have it.
func office(ctx context.Context, q db.Queryer, not ...uuid.UUID) (uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlOffices)
	if err != nil {
		return uuid.Nil, fmt.Errorf("independent offices: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return uuid.Nil, fmt.Errorf("independent offices: %w", err)
	}
	for _, id := range ids {
		if !slices.Contains(not, id) {
			return id, nil
		}
	}
	return uuid.Nil, fault.New(fault.Unavailable, "complaint.err.office")
}

// Offices first, in their order; behind them any other department with a desk,
// so that nothing is ever nobody's.
const sqlOffices = `
SELECT d.id
FROM departments d
LEFT JOIN complaint_offices o ON o.department_key = d.key
WHERE d.active AND d.door = 'desk'
ORDER BY o.ord NULLS LAST, d.key
LIMIT 50`

// GuessKind proposes a kind by the words of a text. People can correct it.
func GuessKind(text string) Kind {
	low := " " + strings.ToLower(text) + " "
	score := map[Kind]int{}
	for kind, words := range kindWords() {
		for _, w := range words {
			if strings.Contains(low, w) {
				score[kind]++
			}
		}
	}
	if strings.HasSuffix(strings.TrimSpace(text), "?") {
		score[Question] += 2
	}
	best := Complaining
	for _, k := range []Kind{Praise, Request, Question} {
		if score[k] > score[best] {
			best = k
		}
	}
	return best
}

func kindWords() map[Kind][]string {
	return map[Kind][]string{
		Complaining: {
			"beschwer", "ärger", "unfreundlich", "unzufrieden", "schlecht", "unverschämt", "leider", "nicht erreich", "stundenlang", "immer noch nicht", "warte seit",
			"complain", "annoyed", "rude", "unhappy", "terrible", "still not",
		},
		Praise:   {"danke", "dank ", "lob", "toll", "super ", "großartig", "sehr freundlich", "hat mich gefreut", "thank", "great", "praise", "wonderful"},
		Question: {"wie kann ich", "warum", "wieso", "weshalb", "wann ", "wer ist", "frage", "können sie mir sagen", "how can i", "why ", "when ", "question"},
		Request:  {"bitte um", "ich bitte", "könnten sie bitte", "ich möchte, dass", "beantrage", "wünsche mir", "request", "could you please", "i would like"},
	}
}

// Guess proposes a topic by the words of a text.
func (l TopicList) Guess(text string) string {
	low := strings.ToLower(text)
	best, most := OtherTopic, 0
	for _, t := range l {
		n := 0
		for w := range strings.FieldsSeq(t.Words) {
			if strings.Contains(low, w) {
				n++
			}
		}
		if t.Active && n > most {
			best, most = t.Key, n
		}
	}
	return best
}

// LooksLikeTip tells whether a text may be a tip about corruption or the like,
// which is signposted to those who may take it, and never taken in as one.
func LooksLikeTip(text string) bool {
	low := strings.ToLower(text)
	return slices.ContainsFunc([]string{"korrupt", "bestech", "bestochen", "schmiergeld", "veruntreu", "vetternwirtschaft", "whistle", "hinweisgeb", "bribe", "corrupt", "embezzl"},
		func(w string) bool { return strings.Contains(low, w) })
}
