package categories

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

const (
	maxSignposts    = 200
	maxSignpostText = 600
	maxPostWords    = 60
	maxPostWord     = 80
)

// Fingerprint is short for everything that the signpost says.
func (s *Signpost) Fingerprint() string { return fingerprint(s) }

// isLink tells whether an address may be linked to: one outside, encrypted.
func isLink(s string) bool {
	return strings.HasPrefix(s, "https://") && !strings.ContainsAny(s, " \"<>") && len(s) >= len("https://a.b") && len(s) <= 500
}

// CheckSignpost names what is wrong with a signpost: what a file must say, it
// must say too.
func CheckSignpost(c *Catalogue, s *Signpost) error {
	var wrong fault.Fields
	n := 0
	for _, list := range s.Words {
		n += len(list)
		if slices.ContainsFunc(list, func(w string) bool { return w == "" || utf8.RuneCountInString(w) > maxPostWord }) {
			wrong.Add("words", "field.too_long", "n", maxPostWord)
		}
	}
	switch {
	case len(s.Words[i18n.German]) == 0:
		wrong.Add("words", "field.required")
	case n > maxPostWords:
		wrong.Add("words", "admin.err.words", "n", maxPostWords)
	}
	if s.Stop == "" {
		checkNames(&wrong, "text", s.Body, maxSignpostText)
	} else if _, ok := c.Stop(s.Stop); !ok {
		wrong.Add("stop", "field.choice")
	}
	if s.Link.URL != "" {
		if !isLink(s.Link.URL) {
			wrong.Add("link", "admin.err.link")
		}
		checkNames(&wrong, "link", s.Link.Label, maxName)
	}
	if s.Door.To != "" {
		if !slices.Contains([]string{"report", "complaint", "idea"}, s.Door.To) {
			wrong.Add("door", "field.choice")
		}
		checkNames(&wrong, "door", s.Door.Text, maxName)
	}
	return wrong.Err()
}

// tidied is a signpost without the words of what it does not have.
func (s *Signpost) tidied() Signpost {
	out := *s
	if out.Link.URL == "" {
		out.Link = Link{}
	}
	if out.Door.To == "" {
		out.Door = Door{}
	}
	return out
}

// AddSignpost puts a signpost behind the others. One that was removed comes back
// under its key. fault.Invalid when the key is taken. Only admins may, here and
// below.
func (s *Service) AddSignpost(ctx context.Context, actor accounts.Actor, post Signpost) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		c, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		if !isKey(post.Key) {
			return accounts.Entry{}, fault.OnField("key", "field.key")
		}
		if _, ok := c.Signpost(post.Key); ok {
			return accounts.Entry{}, fault.OnField("key", "admin.err.key_taken")
		}
		if len(c.Signposts) >= maxSignposts {
			return accounts.Entry{}, tooMany("admin.err.signposts", maxSignposts)
		}
		if err := CheckSignpost(c, &post); err != nil {
			return accounts.Entry{}, err
		}
		c.Signposts = append(slices.Clone(c.Signposts), post)
		return signpostEntry("signpost.add", post.Key), putSignposts(ctx, tx, c.Signposts)
	})
}

// ChangeSignpost changes a signpost; searches find it by its new words at once.
// was is as for ChangeGroup.
func (s *Service) ChangeSignpost(ctx context.Context, actor accounts.Actor, key, was string, change func(*Signpost) error) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		c, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		at := slices.IndexFunc(c.Signposts, func(p Signpost) bool { return p.Key == key })
		if at < 0 {
			return accounts.Entry{}, fault.Missing("signpost " + key)
		}
		now := c.Signposts[at]
		next := now
		if err := change(&next); err != nil {
			return accounts.Entry{}, err
		}
		next.ID, next.Key = now.ID, now.Key
		next = next.tidied()
		fields := signpostDiff(&now, &next)
		if len(fields) == 0 {
			return accounts.Entry{}, nil // sent twice
		}
		if was != "" && was != now.Fingerprint() {
			return accounts.Entry{}, fault.New(fault.Conflict, "err.409")
		}
		if err := CheckSignpost(c, &next); err != nil {
			return accounts.Entry{}, err
		}
		c.Signposts = slices.Clone(c.Signposts)
		c.Signposts[at] = next
		return signpostEntry("signpost.change", key, fields...), putSignposts(ctx, tx, c.Signposts)
	})
}

// RemoveSignpost takes a signpost away. fault.NotFound when it is gone already.
func (s *Service) RemoveSignpost(ctx context.Context, actor accounts.Actor, key string) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		tag, err := tx.Exec(ctx, sqlOffSignpost, key)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("remove signpost: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return accounts.Entry{}, fault.Missing("signpost " + key)
		}
		return signpostEntry("signpost.remove", key), nil
	})
}

// signpostDiff are the names of what differs, for the log.
func signpostDiff(a, b *Signpost) []string {
	var out []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"words", reflect.DeepEqual(a.Words, b.Words)},
		{"text", sameText(a.Body, b.Body)},
		{"stop", a.Stop == b.Stop},
		{"link", a.Link.URL == b.Link.URL && sameText(a.Link.Label, b.Link.Label)},
		{"door", a.Door.To == b.Door.To && sameText(a.Door.Text, b.Door.Text)},
	} {
		if !f.same {
			out = append(out, f.name)
		}
	}
	return out
}

// signpostEntry names the signpost by its key, as stopEntry does a page.
func signpostEntry(action, key string, fields ...string) accounts.Entry {
	return accounts.Entry{Action: action, Fields: append([]string{"signpost:" + key}, fields...)}
}

// putSignposts writes all of them in their order.
func putSignposts(ctx context.Context, tx pgx.Tx, list []Signpost) error {
	w := &writer{batch: &pgx.Batch{}}
	var err error
	if w.known, err = knownIDs(ctx, tx); err != nil {
		return err
	}
	for i := range list {
		w.signpost(list[i].tidied(), i)
	}
	return w.send(ctx, tx)
}

const sqlOffSignpost = `UPDATE signposts SET active = false WHERE key = $1 AND active`
