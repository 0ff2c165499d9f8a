package moderation

import (
	"cmp"
	"context"
	"crypto/sha256"
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
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// purposeWhy is the link in a statement of reasons: it opens the decision as its author.
const purposeWhy accounts.Purpose = "mod_why"

// whyTTL is how long that link holds: as long as the appeal, and a little more.
const whyTTL = 190 * 24 * time.Hour

// author is who gets a statement: one per author and act.
type author struct {
	key     uuid.UUID
	person  uuid.UUID
	contact uuid.UUID
	lang    string
	list    []judged
}

// state writes the statements of an act and queues their mails: to each author
// what restricts them or gives them something back, to each notifier what became of the notice.
func (s *Service) state(ctx context.Context, tx pgx.Tx, batch uuid.UUID, done []judged) error {
	var order []uuid.UUID
	authors := map[uuid.UUID]*author{}
	for _, j := range done {
		if !j.d.Action.restricts() && j.d.Action != Restore {
			continue
		}
		key := cmp.Or(j.content.Author, j.content.Contact, j.content.Ref.ID)
		a := authors[key]
		if a == nil {
			a = &author{key: key, person: j.content.Author, contact: j.content.Contact, lang: j.content.Lang}
			authors[key] = a
			order = append(order, key)
		}
		a.list = append(a.list, j)
	}
	for _, key := range order {
		if err := s.stateToAuthor(ctx, tx, batch, authors[key]); err != nil {
			return err
		}
	}
	for _, j := range done {
		for _, f := range j.flags {
			if err := s.stateToNotifier(ctx, tx, batch, j, f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) stateToAuthor(ctx context.Context, tx pgx.Tx, batch uuid.UUID, a *author) error {
	contact, known, err := reach(ctx, tx, a.person, a.contact)
	if err != nil {
		return err
	}
	loc := s.messages.For(a.lang)
	st := statement{
		ID: subject.NewID(), Batch: batch, To: "author", Key: a.key, Person: a.person, Contact: contact, Known: known, Lang: a.lang,
		Body: AuthorStatement(loc, a.list2()),
	}
	for _, j := range a.list {
		st.Decisions = append(st.Decisions, j.d.ID)
	}
	fresh, err := insertStatement(ctx, tx, st)
	if err != nil || !fresh || !known {
		return err
	}
	first := a.list[0]
	token, err := accounts.IssueToken(ctx, tx, purposeWhy, accounts.Target{Contact: contact, Ref: subject.Ref{Kind: KindDecision, ID: first.d.ID}}, whyTTL)
	if err != nil {
		return err
	}
	paragraphs := strings.Split(st.Body, "\n\n")
	return s.out.Queue(ctx, tx, mail.Message{
		ToContact: contact, Kind: "moderation.statement", About: first.content.Ref, Lang: a.lang,
		Subject: loc.T("mail.mod.statement.subject", "number", first.content.PublicNumber()), Lead: paragraphs[0], Paragraphs: paragraphs[1:],
		Button: mail.Button{Label: loc.T("mail.mod.statement.button"), URL: s.base + "/moderation/open/" + token},
		Reason: loc.T("mail.mod.statement.reason"),
	})
}

func (a *author) list2() []Stated {
	out := make([]Stated, len(a.list))
	for i, j := range a.list {
		out[i] = Stated{Content: j.content, Decision: j.d}
	}
	return out
}

// Stated is one content with the decision about it.
type Stated struct {
	Content  subject.Content
	Decision Decided
}

// AuthorStatement is the statement of reasons (Art. 17 DSA) in plain words; in
// German with a paragraph in Leichte Sprache. Paragraphs are parted by an empty line.
func AuthorStatement(loc *i18n.Localizer, list []Stated) string {
	d := list[0].Decision
	out := []string{loc.T("moderation.says." + string(d.Action))}
	for _, l := range list {
		out = append(out, loc.T("moderation.says.what", "number", l.Content.PublicNumber(), "part", loc.T("moderation.part."+string(l.Content.Part.Part)), "date", loc.Day(l.Content.At)))
	}
	if g := GroundText(loc, &d); g != "" {
		out = append(out, loc.T("moderation.says.ground", "ground", g))
	}
	out = append(out, d.Explanation)
	if d.Facts != "" {
		out = append(out, loc.T("moderation.says.facts", "facts", d.Facts))
	}
	found := loc.T("moderation.says.source." + d.Source)
	if d.Automated {
		found = loc.T("moderation.says.detected")
	}
	out = append(out, found+" "+loc.T("moderation.says.human"))
	if d.Action == Restore {
		return strings.Join(out, "\n\n")
	}
	scope := loc.T("moderation.says.scope", "date", loc.Day(d.At))
	if d.End != nil {
		scope = loc.T("moderation.says.scope_until", "from", loc.Day(d.At), "until", loc.Day(*d.End))
	}
	out = append(out, scope, loc.T("moderation.says.redress", "date", loc.Day(d.AppealUntil)), loc.T("moderation.says.elsewhere"))
	if loc.Has("moderation.says.easy") {
		out = append(out, loc.T("moderation.says.easy", "date", loc.Day(d.AppealUntil)))
	}
	return strings.Join(out, "\n\n")
}

// GroundText is the rule with its name, or the law; "" for a decision without.
func GroundText(loc *i18n.Localizer, d *Decided) string {
	switch d.Ground {
	case "INCOMPATIBLE":
		return RuleText(loc, d.RuleNo)
	case "ILLEGAL":
		return loc.T("moderation.law", "law", d.LegalGround)
	}
	return ""
}

// RuleText is "Regel 4, Werben Sie nicht".
func RuleText(loc *i18n.Localizer, n int) string {
	return loc.T("moderation.rule_no", "n", strconv.Itoa(n), "name", loc.T(fmt.Sprintf("moderation.rule.%d", n)))
}

func (s *Service) stateToNotifier(ctx context.Context, tx pgx.Tx, batch uuid.UUID, j judged, f Flagged) error {
	contact, known, err := reach(ctx, tx, uuid.Nil, f.contact)
	if err != nil {
		return err
	}
	loc, number := s.messages.For(f.lang), f.Number.Format(PrefixFlag)
	body := strings.Join([]string{
		loc.T("moderation.told."+string(j.d.Action), "number", number), j.d.Explanation, loc.T("moderation.says.human"),
		loc.T("moderation.told.redress", "date", loc.Day(j.d.AppealUntil)),
	}, "\n\n")
	fresh, err := insertStatement(ctx, tx, statement{
		ID: subject.NewID(), Batch: batch, To: "notifier", Key: f.ID, Flag: f.ID, Person: f.person, Contact: contact, Known: known, Lang: f.lang,
		Body: body, Decisions: []uuid.UUID{j.d.ID},
	})
	if err != nil || !fresh || !known {
		return err
	}
	paragraphs := strings.Split(body, "\n\n")
	return s.out.Queue(ctx, tx, mail.Message{
		ToContact: contact, Kind: "moderation.notice", About: subject.Ref{Kind: KindFlag, ID: f.ID}, Lang: f.lang,
		Subject: loc.T("mail.mod.outcome.subject", "number", number), Lead: paragraphs[0], Paragraphs: paragraphs[1:],
		Button: mail.Button{Label: loc.T("mail.mod.outcome.button"), URL: s.base + "/flag/" + number}, Reason: loc.T("mail.mod.receipt.reason"),
	})
}

// reach is the contact under which somebody can be written to now.
func reach(ctx context.Context, tx pgx.Tx, person, contact uuid.UUID) (uuid.UUID, bool, error) {
	if contact != uuid.Nil {
		c, err := accounts.ContactByID(ctx, tx, contact)
		if err == nil {
			return contact, c.Reachable(), nil
		}
		if !fault.Is(err, fault.NotFound) {
			return uuid.Nil, false, err
		}
	}
	if person == uuid.Nil {
		return uuid.Nil, false, nil
	}
	list, err := accounts.ContactsOf(ctx, tx, person)
	if err != nil {
		return uuid.Nil, false, err
	}
	for _, c := range list {
		if c.Reachable() {
			return c.ID, true, nil
		}
	}
	return uuid.Nil, false, nil
}

// statement is a row of statements.
type statement struct {
	ID, Batch       uuid.UUID
	To              string
	Key             uuid.UUID
	Flag            uuid.UUID
	Person, Contact uuid.UUID
	Known           bool
	Lang, Body      string
	Decisions       []uuid.UUID
}

// insertStatement tells whether the statement is new: sent once, however often
// the act is carried out.
func insertStatement(ctx context.Context, tx pgx.Tx, st statement) (bool, error) {
	sum := sha256.Sum256([]byte(st.Body))
	channel := "page"
	if st.Known {
		channel = "mail"
	}
	tag, err := tx.Exec(ctx, sqlInsertStatement, st.ID, st.Batch, st.To, st.Key, db.OrNull(st.Flag), db.OrNull(st.Person), db.OrNull(st.Contact), st.Known, st.Lang, st.Body, sum[:], channel)
	if err != nil {
		return false, fmt.Errorf("insert statement: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	for _, d := range st.Decisions {
		if _, err := tx.Exec(ctx, sqlStated, st.ID, d); err != nil {
			return false, fmt.Errorf("insert statement: %w", err)
		}
	}
	return true, nil
}

const (
	sqlInsertStatement = `
INSERT INTO statements (id, batch_id, recipient, recipient_key, flag_id, person_id, contact_id, contact_known, lang, body, rendered_hash, channel)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT ON CONSTRAINT statements_once DO NOTHING`
	sqlStated = `INSERT INTO statement_decisions (statement_id, decision_id) VALUES ($1, $2)`
	// What an author reads under "Warum?": the statement of the decision.
	sqlStatementOf = `
SELECT s.body, s.lang, s.sent_at, s.channel
FROM statements s
JOIN statement_decisions d ON d.statement_id = s.id
WHERE d.decision_id = $1 AND s.recipient = 'author'`
)
