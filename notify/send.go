package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// perRun is how many addresses one run takes: a job has 30 s, and there is one
// each minute.
const perRun = 1000

// perMail is how many lines a digest has; it says how many more there were.
const perMail = 20

// kindFollow and kindDigest name what a link to unsubscribe ends.
const (
	KindFollow subject.Kind = "follow"
	KindDigest subject.Kind = "digest"
)

// due is a delivery that is to be mailed now.
type due struct {
	id      uuid.UUID
	follow  uuid.UUID
	about   subject.Ref
	kind    Kind
	what    What
	detail  string
	lang    string
	digest  bool
	cadence string
	wanted  bool // the wish that made it still holds
	person  bool // made for the person, not for an address given with the thing
}

// SendDue hands what is due to the outbox, one address after the other. It may run
// many times at once.
func (s *Service) SendDue(ctx context.Context) error {
	for range perRun {
		var found bool
		err := db.Transact(ctx, s.cfg.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
			found, err = s.sendOne(ctx, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("send notices: %w", err)
		}
		if !found {
			return nil
		}
	}
	return nil
}

// sendOne mails one address everything that is due for it, in the order in which
// it happened; found is false when nothing is due.
func (s *Service) sendOne(ctx context.Context, tx pgx.Tx) (found bool, err error) {
	var contact uuid.UUID
	err = tx.QueryRow(ctx, sqlNextContact).Scan(&contact)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("next address: %w", err)
	}
	rows, err := tx.Query(ctx, sqlDue, contact)
	if err != nil {
		return false, fmt.Errorf("deliveries: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d due, err error) {
		var follow *uuid.UUID
		if err = row.Scan(&d.id, &follow, &d.about.Kind, &d.about.ID, &d.kind, &d.what, &d.detail, &d.lang, &d.cadence, &d.wanted, &d.person); follow != nil {
			d.follow = *follow
		}
		d.digest = d.cadence != "each"
		return d, err
	})
	if err != nil {
		return false, fmt.Errorf("deliveries: %w", err)
	}
	to, ok, err := s.readerOf(ctx, tx, contact)
	if err != nil {
		return false, err
	}
	if ok {
		if later, err := s.hushed(ctx, tx, to.Person, list); err != nil || later {
			return later, err
		}
	}
	mailed := map[uuid.UUID]bool{}
	if ok {
		if err := s.mail(ctx, tx, contact, to, list, mailed); err != nil {
			return false, err
		}
	}
	ids, states := make([]uuid.UUID, len(list)), make([]string, len(list))
	for i, d := range list {
		ids[i], states[i] = d.id, "dropped"
		if mailed[d.id] {
			states[i] = "mailed"
		}
	}
	if _, err := tx.Exec(ctx, sqlDone, ids, states); err != nil {
		return false, fmt.Errorf("note deliveries: %w", err)
	}
	return true, nil
}

// hushed puts off what would be mailed within quiet hours: they were set after it was
// queued, or nothing could be mailed before they began.
func (s *Service) hushed(ctx context.Context, tx pgx.Tx, person uuid.UUID, list []due) (bool, error) {
	var quiet Quiet
	err := tx.QueryRow(ctx, sqlQuiet, db.OrNull(person)).Scan(&quiet.From, &quiet.To)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("quiet hours: %w", err)
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return false, err
	}
	until := Due(now, follows.Each, quiet, s.cfg.Zone)
	if !until.After(now) {
		return false, nil
	}
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		ids[i] = list[i].id
	}
	if _, err := tx.Exec(ctx, sqlPutOff, ids, until); err != nil {
		return false, fmt.Errorf("put off deliveries: %w", err)
	}
	return true, nil
}

// readerOf is who reads the mails of a contact; ok is false where nothing may be
// sent to it any more.
func (s *Service) readerOf(ctx context.Context, tx pgx.Tx, contact uuid.UUID) (to Reader, ok bool, err error) {
	c, err := accounts.ContactByID(ctx, tx, contact)
	if fault.Is(err, fault.NotFound) {
		return to, false, nil
	}
	if err != nil || !c.Reachable() {
		return to, false, err
	}
	if c.Person != nil {
		to.Person = *c.Person // as a resident: what staff may see is no matter for a mail
	}
	to.Contacts, err = accounts.SameAddress(ctx, tx, contact)
	return to, err == nil, err
}

func (s *Service) mail(ctx context.Context, tx pgx.Tx, contact uuid.UUID, to Reader, list []due, mailed map[uuid.UUID]bool) error {
	digests := map[string][]entry{}
	for _, d := range list {
		e, ok, err := s.entry(ctx, tx, to, d)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		mailed[d.id] = true
		if d.digest {
			digests[d.cadence] = append(digests[d.cadence], e)
			continue
		}
		if err := s.single(ctx, tx, contact, e); err != nil {
			return err
		}
	}
	for _, cadence := range []string{"daily", "weekly"} {
		if err := s.digest(ctx, tx, contact, cadence, digests[cadence]); err != nil {
			return err
		}
	}
	return nil
}

// entry is a delivery with what may be said of its thing.
type entry struct {
	due
	card subject.Card
	says string
	path string // of the link
}

// entry asks again whether the reader may know of it and wants to; ok is false if
// not.
func (s *Service) entry(ctx context.Context, tx pgx.Tx, to Reader, d due) (e entry, ok bool, err error) {
	domain := s.cfg.Domains[d.about.Kind]
	if domain == nil {
		return e, false, nil
	}
	if wanted, err := s.wanted(ctx, tx, domain, to, d); err != nil || !wanted {
		return e, false, err
	}
	cards, err := domain.Cards(ctx, tx, to, d.lang, []uuid.UUID{d.about.ID})
	if err != nil || len(cards) != 1 || d.kind != Own && cards[0].Audience != subject.Public {
		return e, false, err
	}
	e = entry{due: d, card: cards[0], path: cards[0].Path}
	if d.kind == Own { // as the mail at once has it
		door, err := domain.Door(ctx, tx, d.about.ID, to.Contacts)
		if err != nil {
			return e, false, err
		}
		e.path = cmp.Or(door, e.path)
	}
	loc := s.cfg.Messages.For(d.lang)
	number := e.card.Number.Format(subject.PrefixOf(e.card.Kind))
	if e.card.Audience == subject.Public {
		e.says = domain.Says(loc, d.what, d.detail)
	} else { // theirs and private: only that there is news
		e.card.Title, e.says = number, loc.T(wordsFor("mail.notice.private", d.about.Kind))
	}
	return e, true, nil
}

// wordsFor is the key of words that have a form of their own for reports.
func wordsFor(key string, kind subject.Kind) string {
	if kind == subject.Report {
		return key
	}
	return key + ".other"
}

// MayMail tells whether a mail of this package about a thing that is no report may still
// go out to a contact (mail.Config.May): what was hidden since goes to nobody, what is
// not public to those whose it is. Mails of others are theirs to judge.
func (s *Service) MayMail(ctx context.Context, q db.Queryer, contact uuid.UUID, kind string, about subject.Ref) (bool, error) {
	d := s.cfg.Domains[about.Kind]
	if d == nil || !strings.HasPrefix(kind, kindMail) {
		return true, nil
	}
	var to Reader
	if private := kind == kindMail+string(Own) || kind == kindMail+string(follows.Daily) || kind == kindMail+string(follows.Weekly); private && contact != uuid.Nil {
		c, err := accounts.ContactByID(ctx, q, contact)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return false, err
		}
		if err == nil && c.Person != nil {
			to.Person = *c.Person
		}
	}
	cards, err := d.Cards(ctx, q, to, i18n.German, []uuid.UUID{about.ID})
	return err == nil && len(cards) == 1 && (cards[0].Audience == subject.Public || to.Person != uuid.Nil), err
}

// kindMail begins the kinds of all mails that tell of things.
const kindMail = "notice."

// wanted asks again whether the wish still holds that made a delivery: mails about a
// subject end with the follow of it.
func (s *Service) wanted(ctx context.Context, tx pgx.Tx, domain Domain, to Reader, d due) (bool, error) {
	if !d.wanted || d.kind == Area || d.kind == Search {
		return d.wanted, nil
	}
	if d.person {
		theirs, err := s.stillTheirs(ctx, tx, domain, to, d)
		if theirs || err != nil || d.kind == Own {
			return theirs, err
		}
	}
	var person uuid.UUID
	if d.person {
		person = to.Person
	}
	return follows.Reaches(ctx, tx, d.about, person, to.Contacts)
}

// stillTheirs tells whether a thing is still somebody's, and they have not ended the
// mails about it.
func (s *Service) stillTheirs(ctx context.Context, tx pgx.Tx, domain Domain, to Reader, d due) (bool, error) {
	if to.Person == uuid.Nil {
		return false, nil
	}
	theirs, err := domain.Owns(ctx, tx, d.about.ID, to.Person)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil || !theirs {
		return false, err
	}
	stop, err := s.stopAt(ctx, tx, d.about)
	if err != nil {
		return false, err
	}
	muted, err := follows.Muted(ctx, tx, stop, []uuid.UUID{to.Person})
	return len(muted) == 0, err
}

// replyTo is where an answer to news of one's own thing goes: into its dialogue.
// Nowhere for other news.
func (s *Service) replyTo(ctx context.Context, tx pgx.Tx, contact uuid.UUID, e entry) (string, error) {
	if s.cfg.ReplyTo == nil || e.kind != Own {
		return "", nil
	}
	return s.cfg.ReplyTo(ctx, tx, e.about, contact)
}

// single is the mail of one piece of news, in the thread of its thing.
func (s *Service) single(ctx context.Context, tx pgx.Tx, contact uuid.UUID, e entry) error {
	loc := s.cfg.Messages.For(e.lang)
	stop, err := s.stopAt(ctx, tx, e.about)
	if err != nil {
		return err
	}
	var thread subject.Ref
	if stop != e.about {
		thread = stop
	}
	reason := loc.T(wordsFor("mail.notice.reason", e.about.Kind))
	if e.person && e.kind == Own {
		reason = loc.T("mail.notice.reason.own")
	}
	if e.follow != uuid.Nil {
		stop, reason = subject.Ref{Kind: KindFollow, ID: e.follow}, loc.T("mail.alert.reason")
		if e.kind == Search {
			reason = loc.T("mail.alert.reason.search")
		}
	}
	reply, err := s.replyTo(ctx, tx, contact, e)
	if err != nil {
		return err
	}
	token, err := accounts.IssueToken(ctx, tx, accounts.PurposeUnsubscribe, accounts.Target{Contact: contact, Ref: stop}, 0)
	if err != nil {
		return err
	}
	return s.cfg.Outbox.Queue(ctx, tx, mail.Message{
		ToContact: contact, Kind: kindMail + string(e.kind), About: e.about, Lang: e.lang,
		Thread:  thread,
		Subject: e.subject(),
		Lead:    strings.TrimSuffix(e.says, ".") + ".",
		Next:    e.card.Title,
		Button:  mail.Button{Label: loc.T(wordsFor("mail.notice.button", e.about.Kind)), URL: s.base + e.path},
		Reason:  reason, StopURL: s.base + "/unsubscribe/" + token, ReplyTo: reply,
	})
}

// subject is the line that a mail is found by: the number of its thing, where that has
// one of its own.
func (e *entry) subject() string {
	says := strings.TrimSuffix(e.says, ".")
	if e.card.Kind == subject.Comment && e.card.Audience == subject.Public { // nobody knows a comment by its number
		return says + ": " + e.card.Title
	}
	if prefix := subject.PrefixOf(e.card.Kind); prefix != "" {
		return e.card.Number.Format(prefix) + ": " + says
	}
	return says
}

// digest is one mail of everything since the last one.
func (s *Service) digest(ctx context.Context, tx pgx.Tx, contact uuid.UUID, cadence string, list []entry) error {
	if len(list) == 0 {
		return nil
	}
	lang := list[len(list)-1].lang
	loc := s.cfg.Messages.For(lang)
	token, err := accounts.IssueToken(ctx, tx, accounts.PurposeUnsubscribe, accounts.Target{Contact: contact, Ref: subject.Ref{Kind: KindDigest, ID: contact}}, 0)
	if err != nil {
		return err
	}
	m := mail.Message{
		ToContact: contact, Kind: kindMail + cadence, Lang: lang,
		Subject: loc.T("mail.digest.subject." + cadence), // no numbers: a part may be hidden before it is sent
		Lead:    loc.T("mail.digest.lead"),
		Button:  mail.Button{Label: loc.T("mail.digest.button"), URL: s.base + "/account/notices"},
		Reason:  loc.T("mail.digest.reason"), StopURL: s.base + "/unsubscribe/" + token,
	}
	one := true // all of it is about one thing
	for i, e := range list {
		one = one && e.about == list[0].about
		if i == perMail {
			m.Parts = append(m.Parts, mail.Part{Text: loc.T("mail.digest.more", "n", len(list)-perMail)})
			break
		}
		m.Parts = append(m.Parts, mail.Part{About: e.about, Text: e.card.Title + "\n" + e.says + "\n" + s.base + e.path})
	}
	if one {
		if m.ReplyTo, err = s.replyTo(ctx, tx, contact, list[0]); err != nil {
			return err
		}
	}
	return s.cfg.Outbox.Queue(ctx, tx, m)
}

const (
	// One worker has an address at a time: its contact is locked.
	sqlNextContact = `
SELECT c.id
FROM contacts c
WHERE c.id IN (SELECT d.contact_id FROM deliveries d WHERE d.state = 'waiting' AND d.due_at <= mitwirk_now() ORDER BY d.due_at LIMIT 500)
LIMIT 1
FOR NO KEY UPDATE SKIP LOCKED`

	// wanted: a follow of an area or a search that has mails, or a wish that is not never
	sqlDue = `
SELECT d.id, d.follow_id, d.subject_kind, d.subject_id, d.kind, d.what, d.detail, d.lang, d.cadence,
       CASE WHEN d.kind IN ('area', 'search') THEN EXISTS (SELECT FROM follows f WHERE f.id = d.follow_id AND f.cadence <> 'never')
            ELSE NOT EXISTS (
              SELECT FROM contacts c
              JOIN notice_preferences p ON p.person_id = c.person_id AND p.cadence = 'never'
                AND p.kind = CASE WHEN d.subject_kind = 'comment' THEN 'comment' ELSE d.kind END
              WHERE c.id = d.contact_id) END,
       d.to_person
FROM deliveries d
WHERE d.contact_id = $1 AND d.state = 'waiting' AND d.due_at <= mitwirk_now()
ORDER BY d.at, d.id
LIMIT 200
FOR UPDATE OF d`

	sqlPutOff = `UPDATE deliveries SET due_at = $2 WHERE id = ANY ($1)`

	sqlDone = `
UPDATE deliveries d
SET state = t.state,
    done_at = mitwirk_now()
FROM unnest($1::uuid[], $2::text[]) AS t (id, state)
WHERE d.id = t.id`
)

// ConfirmArea asks an address without account whether it wants mails about an
// area. One that said yes before is not asked again.
func (s *Service) ConfirmArea(ctx context.Context, tx pgx.Tx, contact, follow uuid.UUID, label, lang string) error {
	return s.confirm(ctx, tx, contact, follow, "mail.alert.confirm.", label, lang)
}

// ConfirmSearch is ConfirmArea for a search.
func (s *Service) ConfirmSearch(ctx context.Context, tx pgx.Tx, contact, follow uuid.UUID, label, lang string) error {
	return s.confirm(ctx, tx, contact, follow, "mail.found.confirm.", label, lang)
}

func (s *Service) confirm(ctx context.Context, tx pgx.Tx, contact, follow uuid.UUID, words, label, lang string) error {
	c, err := accounts.ContactByID(ctx, tx, contact)
	if err != nil || c.Reachable() {
		return err
	}
	ref := subject.Ref{Kind: KindFollow, ID: follow}
	token, err := accounts.IssueToken(ctx, tx, accounts.PurposeConfirm, accounts.Target{Contact: contact, Ref: ref}, 0)
	if err != nil {
		return err
	}
	stop, err := accounts.IssueToken(ctx, tx, accounts.PurposeUnsubscribe, accounts.Target{Contact: contact, Ref: ref}, 0)
	if err != nil {
		return err
	}
	loc := s.cfg.Messages.For(lang)
	return s.cfg.Outbox.Queue(ctx, tx, mail.Message{
		ToContact: contact, Kind: "alert.confirm", Lang: lang,
		Subject: loc.T(words + "subject"),
		Lead:    loc.T(words + "lead"),
		Next:    loc.T(words + "next"),
		Paragraphs: []string{
			loc.T("mail.alert.confirm.what", "label", label), loc.T("mail.alert.confirm.ignore"),
		},
		Button: mail.Button{Label: loc.T("mail.report.confirm.button"), URL: s.base + "/confirm/" + token},
		Reason: loc.T("mail.alert.confirm.reason"), StopURL: s.base + "/unsubscribe/" + stop,
	})
}
