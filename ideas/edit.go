package ideas

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Edit is a new wording by an author. After the first day it needs a reason,
// which supporters read.
type Edit struct {
	Title   string
	Text    string
	Why     string
	Edition int // as it was read; 0: do not compare
}

// SetText changes the words. Within 24 hours that is a correction; later a
// change, which is explained and which supporters are told of.
func (s *Service) SetText(ctx context.Context, actor accounts.Actor, n subject.Number, e Edit) error {
	e.Title, e.Text, e.Why = oneLine(e.Title), strings.TrimSpace(e.Text), strings.TrimSpace(e.Why)
	var wrong fault.Fields
	checkWords(&wrong, e.Title, e.Text)
	if over := utf8.RuneCountInString(e.Why) - MaxWhy; over > 0 {
		wrong.Add("why", "idea.err.long", "over", over, "max", MaxWhy)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.change(ctx, actor, n, ActEdit, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, _ *Call, now time.Time) error {
		if e.Edition != 0 && e.Edition != i.Edition {
			return fault.New(fault.Conflict, "idea.err.version")
		}
		if e.Title == i.Title && e.Text == i.Text {
			return nil
		}
		kind := "correction"
		if now.Sub(i.CreatedAt) > FreeFor {
			kind = "change"
			if e.Why == "" {
				return fault.OnField("why", "idea.err.why")
			}
		}
		return s.reword(ctx, tx, actor, i, e.Title, e.Text, kind, e.Why, now)
	})
}

// reword writes a new edition.
func (s *Service) reword(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, title, text, kind, why string, now time.Time) error {
	i.Title, i.Text, i.Edition = title, text, i.Edition+1
	if err := insertVersion(ctx, tx, i, kind, why); err != nil {
		return err
	}
	if i.Visibility == VisHeld { // nobody else has read the words that waited, and nobody will
		if _, err := tx.Exec(ctx, sqlDropHeldWords, i.ID, i.Edition-1, title, text); err != nil {
			return fmt.Errorf("drop held words: %w", err)
		}
	}
	if err := save(ctx, tx, i); err != nil {
		return err
	}
	if _, err := s.arrived(ctx, tx, actor, i, title+"\n"+text, now); err != nil {
		return err
	}
	if kind == "correction" {
		return s.bus.Append(ctx, tx, Changed{Idea: i.ID})
	}
	if err := s.step(ctx, tx, i, "idea.step."+kind, map[string]any{"n": i.Edition}, why, uuid.Nil); err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, Changed{Idea: i.ID})
}

const sqlDropHeldWords = `UPDATE idea_versions SET title = $3, text = $4 WHERE idea_id = $1 AND n = $2`

// Version is one edition of an idea's words.
type Version struct {
	N     int
	Title string
	Text  string
	Kind  string
	Why   string
	At    time.Time
}

// Versions lists the editions, the latest first.
func (s *Service) Versions(ctx context.Context, actor accounts.Actor, n subject.Number) (*Idea, []Version, error) {
	i, err := byNumber(ctx, s.db, n, actor.Person, false)
	if err != nil {
		return nil, nil, err
	}
	if !mayKnow(actor, i) {
		return nil, nil, fault.Missing("idea")
	}
	rows, err := s.db.Query(ctx, sqlVersions, i.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("versions: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Version])
	if err != nil {
		return nil, nil, fmt.Errorf("versions: %w", err)
	}
	return i, list, nil
}

const sqlVersions = `SELECT n, title, text, kind, why, at FROM idea_versions WHERE idea_id = $1 ORDER BY n DESC LIMIT 200`

// Details is what an author adds after sending.
type Details struct {
	Topic     string
	CostCents *int64
	Name      string // shown with the idea; "": none
	Address   string
	Place     string // GeoJSON geometry: point, line or area; "": none
	SetPlace  bool   // Place and Address count
}

// SetDetails changes what is beside the words.
func (s *Service) SetDetails(ctx context.Context, actor accounts.Actor, n subject.Number, d Details) error {
	d.Name, d.Address = oneLine(d.Name), oneLine(d.Address)
	topics, err := s.Topics(ctx)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	if !slices.ContainsFunc(topics, func(t Topic) bool { return t.Key == d.Topic }) {
		wrong.Add("topic", "idea.err.choice")
	}
	if d.CostCents != nil && (*d.CostCents < 0 || *d.CostCents > maxCost) {
		wrong.Add("cost", "idea.err.cost")
	}
	if utf8.RuneCountInString(d.Address) > maxAddress {
		wrong.Add("place", "idea.err.place")
	}
	if over := utf8.RuneCountInString(d.Name) - MaxName; over > 0 {
		wrong.Add("name", "idea.err.long", "over", over, "max", MaxName)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	shape, middle, err := readShape(d.Place)
	if err != nil {
		return fault.OnField("place", "idea.err.place").Because(err)
	}
	district := ""
	if d.SetPlace {
		if district, err = s.districtOf(ctx, middle); err != nil {
			return err
		}
	}
	return s.change(ctx, actor, n, ActEdit, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, c *Call, _ time.Time) error {
		if c != nil && len(c.Topics) > 0 && d.Topic != i.Topic && !slices.Contains(c.Topics, d.Topic) {
			return fault.OnField("topic", "idea.err.choice")
		}
		if i.Call == uuid.Nil && d.Topic != i.Topic && i.Decides == "" { // nobody has looked yet: it goes to who reads such ideas
			to, err := departmentOf(ctx, tx, topics, d.Topic)
			if err != nil {
				return err
			}
			i.Department = to
		}
		i.Topic, i.CostCents = d.Topic, d.CostCents
		if err := save(ctx, tx, i); err != nil {
			return err
		}
		if d.SetPlace {
			if c != nil && c.NeedPlace && shape == "" {
				return fault.OnField("place", "idea.err.place_needed")
			}
			if c != nil && len(c.Districts) > 0 && shape != "" && !slices.Contains(c.Districts, district) {
				return fault.OnField("place", "idea.err.place_area")
			}
			i.Address, i.District = d.Address, district
			if err := savePlace(ctx, tx, i, shape); err != nil {
				return err
			}
		}
		if s.gate != nil && d.Name != "" {
			if err := s.gate.Name(ctx, tx, d.Name); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, sqlSetName, i.ID, actor.Person, d.Name); err != nil {
			return fmt.Errorf("save name: %w", err)
		}
		return s.bus.Append(ctx, tx, Changed{Idea: i.ID})
	})
}

const sqlSetName = `UPDATE idea_authors SET shown_name = $3 WHERE idea_id = $1 AND person_id = $2`

// NameOf is the name that a person shows with an idea.
func (s *Service) NameOf(ctx context.Context, actor accounts.Actor, id uuid.UUID) (string, error) {
	var name string
	err := s.db.QueryRow(ctx, sqlNameOf, id, actor.Person).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("name of author: %w", err)
	}
	return name, nil
}

const sqlNameOf = `SELECT shown_name FROM idea_authors WHERE idea_id = $1 AND person_id = $2`

// AddPhoto adds an author's picture; it becomes public when somebody of the city
// has looked at it.
func (s *Service) AddPhoto(ctx context.Context, actor accounts.Actor, n subject.Number, up Upload) error {
	return s.change(ctx, actor, n, ActEdit, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, _ *Call, _ time.Time) error {
		if strings.TrimSpace(up.Alt) == "" {
			return fault.OnField("alt", "idea.err.alt")
		}
		if _, err := attach(ctx, tx, actor, i, up, attachments.Held); err != nil {
			return err
		}
		return s.bus.Append(ctx, tx, Changed{Idea: i.ID})
	})
}

// RemovePhoto takes an author's picture away for good.
func (s *Service) RemovePhoto(ctx context.Context, actor accounts.Actor, n subject.Number, photo uuid.UUID) error {
	return s.change(ctx, actor, n, ActEdit, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, _ *Call, _ time.Time) error {
		a, err := attachments.ByID(ctx, tx, photo)
		if err != nil || a.Subject != i.Ref() {
			return fault.Missing("photo")
		}
		if err := s.photos.Remove(ctx, tx, actor, photo); err != nil {
			return err
		}
		return s.bus.Append(ctx, tx, Changed{Idea: i.ID})
	})
}

// Withdraw takes an idea back. It stays readable, with its label.
func (s *Service) Withdraw(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.change(ctx, actor, n, ActWithdraw, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, i *Idea, _ *Call, _ time.Time) error {
		for _, sql := range []string{sqlDropAsked, sqlDropSplit} {
			if _, err := tx.Exec(ctx, sql, i.ID); err != nil {
				return fmt.Errorf("withdraw: %w", err)
			}
		}
		return s.setStatus(ctx, tx, i, Change{To: Withdrawn}, uuid.Nil)
	})
}

const sqlDropAsked = `UPDATE idea_merges SET state = 'declined' WHERE (from_id = $1 OR into_id = $1) AND state = 'asked'`

// inviteFor is how long a link to become an author works.
const inviteFor = 14 * 24 * time.Hour

// maxAuthors is how many people can be authors of one idea.
const maxAuthors = 10

// Invite makes a link by which one person becomes an author. It is shown once.
func (s *Service) Invite(ctx context.Context, actor accounts.Actor, n subject.Number) (token string, err error) {
	raw := make([]byte, 24)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	token = base64.RawURLEncoding.EncodeToString(raw)
	err = s.change(ctx, actor, n, ActEdit, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, _ *Call, now time.Time) error {
		full, err := db.Exists(ctx, tx, sqlInvitesFull, i.ID, maxAuthors)
		if err != nil {
			return err
		}
		if full {
			return fault.New(fault.Conflict, "idea.err.authors")
		}
		if _, err := tx.Exec(ctx, sqlInvite, tokenHash(token), i.ID, actor.Person, now.Add(inviteFor)); err != nil {
			return fmt.Errorf("invite: %w", err)
		}
		return nil
	})
	return token, err
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte("mitwirk invitation of an author\x00" + token))
	return sum[:]
}

const (
	sqlInvitesFull = `
SELECT (SELECT count(*) FROM idea_authors WHERE idea_id = $1)
     + (SELECT count(*) FROM idea_invitations WHERE idea_id = $1 AND used_at IS NULL AND expires_at > mitwirk_now()) >= $2`
	sqlInvite = `INSERT INTO idea_invitations (token_hash, idea_id, made_by, expires_at) VALUES ($1, $2, $3, $4)`
	sqlPeek   = `
SELECT i.number FROM idea_invitations v JOIN ideas i ON i.id = v.idea_id
WHERE v.token_hash = $1 AND v.used_at IS NULL AND v.expires_at > mitwirk_now() AND i.visibility IN ('public', 'held')`
	sqlUseInvite = `
UPDATE idea_invitations SET used_at = mitwirk_now(), used_by = $2
WHERE token_hash = $1 AND used_at IS NULL AND expires_at > mitwirk_now()
RETURNING idea_id`
)

// Invited is the idea that a link invites to; NotFound when it was used or is over.
func (s *Service) Invited(ctx context.Context, token string) (*Idea, error) {
	var n int64
	err := s.db.QueryRow(ctx, sqlPeek, tokenHash(token)).Scan(&n)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("invitation")
	}
	if err != nil {
		return nil, fmt.Errorf("invitation: %w", err)
	}
	return byNumber(ctx, s.db, subject.Number(n), uuid.Nil, false)
}

// Join makes the actor's person an author by a link, which works once.
func (s *Service) Join(ctx context.Context, actor accounts.Actor, token, name string) (n subject.Number, err error) {
	name = oneLine(name)
	if actor.Person == uuid.Nil {
		return 0, fault.New(fault.Unauthenticated, "err.session")
	}
	if utf8.RuneCountInString(name) > MaxName {
		var f fault.Fields
		f.Add("name", "idea.err.long", "over", utf8.RuneCountInString(name)-MaxName, "max", MaxName)
		return 0, f.Err()
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		var id uuid.UUID
		err := tx.QueryRow(ctx, sqlUseInvite, tokenHash(token), actor.Person).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("invitation")
		}
		if err != nil {
			return fmt.Errorf("join: %w", err)
		}
		i, err := byID(ctx, tx, id, actor.Person, true)
		if err != nil {
			return err
		}
		if i.Visibility != VisPublic && i.Visibility != VisHeld { // hidden or erased since
			return fault.Missing("invitation")
		}
		n = i.Number
		if _, err := tx.Exec(ctx, sqlAddAuthor, id, actor.Person, false); err != nil {
			return fmt.Errorf("join: %w", err)
		}
		if _, err := tx.Exec(ctx, sqlSetName, id, actor.Person, name); err != nil {
			return fmt.Errorf("join: %w", err)
		}
		return s.step(ctx, tx, i, "idea.step.author", nil, "", uuid.Nil)
	})
	return n, err
}
