package site

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// MaxText is the longest text of the site, in bytes.
const MaxText = 100_000

// maxVersions is how many versions of a text are listed.
const maxVersions = 50

var reLang = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// TextVersion is one state of a text.
type TextVersion struct {
	Version int // 0: nobody has written it
	Body    string
	By      *uuid.UUID // nil: the command line
	At      time.Time
}

// Text is a text of the site in a language; in Leichte Sprache and in languages
// that have none it is the German one. False: nobody has written it, so the
// page shows its own.
func (s *Service) Text(ctx context.Context, key, lang string) (string, bool, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return "", false, err
	}
	for _, l := range []string{lang, i18n.German} {
		if body, ok := snap.texts[textKey{key, l}]; ok {
			return body, true, nil
		}
	}
	return "", false, nil
}

// OwnText is a text as it was written for this very language; false: nobody has.
func (s *Service) OwnText(ctx context.Context, key, lang string) (string, bool, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return "", false, err
	}
	body, ok := snap.texts[textKey{key, lang}]
	return body, ok, nil
}

// SetText changes a text of the site, whoever changed it before; an empty one
// takes it away. Only editors, admins and the product itself may.
func (s *Service) SetText(ctx context.Context, actor accounts.Actor, key, lang, body string) error {
	if err := checkText(actor, key, lang, body); err != nil {
		return err
	}
	return s.change(ctx, actor, MayEdit, key, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
		if _, err := tx.Exec(ctx, sqlLockText, key+" "+lang); err != nil {
			return fmt.Errorf("lock text %s: %w", key, err)
		}
		last, err := lastVersion(ctx, tx, key, lang)
		if err != nil {
			return err
		}
		return putText(ctx, tx, actor, key, lang, body, last.Version)
	})
}

// SaveText is SetText from the version that the editor has read: Conflict with
// "site.err.version" when there is a newer one. An empty body is the text that
// the program brings.
func (s *Service) SaveText(ctx context.Context, actor accounts.Actor, key, lang, body string, version int) error {
	if err := checkText(actor, key, lang, body); err != nil {
		return err
	}
	return s.change(ctx, actor, MayEdit, key, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
		return putText(ctx, tx, actor, key, lang, body, version)
	})
}

func checkText(actor accounts.Actor, key, lang, body string) error {
	if err := MayEdit(actor); err != nil {
		return err
	}
	var wrong fault.Fields
	if !reKey.MatchString(key) {
		wrong.Add("key", "site.err.key")
	}
	if !reLang.MatchString(lang) {
		wrong.Add("lang", "site.err.languages")
	}
	if len(body) > MaxText {
		wrong.Add("body", "site.err.long")
	}
	if !utf8.ValidString(body) || strings.ContainsRune(body, 0) {
		wrong.Add("body", "site.err.signs")
	}
	return wrong.Err()
}

func putText(ctx context.Context, tx pgx.Tx, actor accounts.Actor, key, lang, body string, version int) error {
	if strings.TrimSpace(body) == "" {
		body = ""
	}
	done, err := tx.Exec(ctx, sqlAddVersion, key, lang, version, body, changedBy(actor.Person))
	if err != nil {
		return fmt.Errorf("add version of text %s: %w", key, err)
	}
	if done.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "site.err.version")
	}
	if body == "" {
		_, err = tx.Exec(ctx, sqlDropText, key, lang)
	} else {
		_, err = tx.Exec(ctx, sqlPutText, key, lang, body, changedBy(actor.Person))
	}
	if err != nil {
		return fmt.Errorf("put text %s: %w", key, err)
	}
	return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "site.text", Fields: []string{key, lang}})
}

// LastText is the newest version of a text, of number 0 when there is none; an
// empty body means that the program's own text is shown.
func (s *Service) LastText(ctx context.Context, actor accounts.Actor, key, lang string) (TextVersion, error) {
	if err := MayEdit(actor); err != nil {
		return TextVersion{}, err
	}
	return lastVersion(ctx, s.db, key, lang)
}

// TextVersions lists the versions of a text, the newest first, at most 50.
func (s *Service) TextVersions(ctx context.Context, actor accounts.Actor, key, lang string) ([]TextVersion, error) {
	if err := MayEdit(actor); err != nil {
		return nil, err
	}
	return versions(ctx, s.db, key, lang, maxVersions)
}
