package categories

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

const groupKind subject.Kind = "category_group"

const maxGroups = 40

// fingerprint is short for everything that something says.
func fingerprint(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return "" // can't be: no channels, no cycles
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12])
}

// Fingerprint is short for everything that the group says.
func (g *Group) Fingerprint() string { return fingerprint(g) }

func tooMany(key string, most int) error {
	var wrong fault.Fields
	wrong.Add("key", key, "n", most)
	return wrong.Err()
}

// CheckGroup names what is wrong with a group, by the fields of its form.
func CheckGroup(g *Group) error {
	var wrong fault.Fields
	checkNames(&wrong, "name", g.Name, maxName)
	return wrong.Err()
}

// AddGroup puts a group behind the others. One that was removed comes back under
// its key. fault.Invalid when the key is taken. Only admins may, here and below.
func (s *Service) AddGroup(ctx context.Context, actor accounts.Actor, g Group) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		c, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		if !isKey(g.Key) {
			return accounts.Entry{}, fault.OnField("key", "field.key")
		}
		if _, ok := c.Group(g.Key); ok {
			return accounts.Entry{}, fault.OnField("key", "admin.err.key_taken")
		}
		if len(c.Groups) >= maxGroups {
			return accounts.Entry{}, tooMany("admin.err.groups", maxGroups)
		}
		if err := CheckGroup(&g); err != nil {
			return accounts.Entry{}, err
		}
		id, err := writeGroups(ctx, tx, append(slices.Clone(c.Groups), g), g.Key)
		return groupEntry("category_group.add", id, "name"), err
	})
}

// ChangeGroup gives a group other words. was is the fingerprint of what the
// editor saw: fault.Conflict when it is another one by now ("" does not ask).
func (s *Service) ChangeGroup(ctx context.Context, actor accounts.Actor, key, was string, change func(*Group) error) error {
	return s.editGroups(ctx, actor, key, func(c *Catalogue, at int) (accounts.Entry, error) {
		now := c.Groups[at]
		next := now
		if err := change(&next); err != nil {
			return accounts.Entry{}, err
		}
		next.ID, next.Key = now.ID, now.Key
		if sameText(now.Name, next.Name) {
			return accounts.Entry{}, nil // sent twice
		}
		if was != "" && was != now.Fingerprint() {
			return accounts.Entry{}, fault.New(fault.Conflict, "err.409")
		}
		if err := CheckGroup(&next); err != nil {
			return accounts.Entry{}, err
		}
		c.Groups[at] = next
		return groupEntry("category_group.change", now.ID, "name"), nil
	})
}

// MoveGroup puts a group one place up or down; at the end nothing changes.
func (s *Service) MoveGroup(ctx context.Context, actor accounts.Actor, key string, up bool) error {
	return s.editGroups(ctx, actor, key, func(c *Catalogue, at int) (accounts.Entry, error) {
		to := at + 1
		if up {
			to = at - 1
		}
		if to < 0 || to >= len(c.Groups) {
			return accounts.Entry{}, nil
		}
		c.Groups[at], c.Groups[to] = c.Groups[to], c.Groups[at]
		return groupEntry("category_group.change", c.Groups[to].ID, "order"), nil
	})
}

// RemoveGroup takes a group away that no category is in which is offered:
// fault.Conflict where one is.
func (s *Service) RemoveGroup(ctx context.Context, actor accounts.Actor, key string) error {
	return s.editGroups(ctx, actor, key, func(c *Catalogue, at int) (accounts.Entry, error) {
		if slices.ContainsFunc(c.Categories, func(k Category) bool { return k.Group == key }) {
			return accounts.Entry{}, fault.New(fault.Conflict, "admin.err.group_used")
		}
		id := c.Groups[at].ID
		c.Groups = slices.Delete(c.Groups, at, at+1)
		return groupEntry("category_group.remove", id), nil
	})
}

func groupEntry(action string, id uuid.UUID, fields ...string) accounts.Entry {
	return accounts.Entry{Action: action, Ref: subject.Ref{Kind: groupKind, ID: id}, Fields: fields}
}

// editGroups lets change work on the groups; those that it leaves out are off.
func (s *Service) editGroups(ctx context.Context, actor accounts.Actor, key string, change func(c *Catalogue, at int) (accounts.Entry, error)) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		c, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		at := slices.IndexFunc(c.Groups, func(g Group) bool { return g.Key == key })
		if at < 0 {
			return accounts.Entry{}, fault.Missing("group " + key)
		}
		c.Groups = slices.Clone(c.Groups)
		entry, err := change(c, at)
		if err != nil || entry.Action == "" {
			return entry, err
		}
		_, err = writeGroups(ctx, tx, c.Groups, key)
		return entry, err
	})
}

// writeGroups writes all groups in their order, switches the others off, and
// returns the id of one of them.
func writeGroups(ctx context.Context, tx pgx.Tx, list []Group, key string) (uuid.UUID, error) {
	w := &writer{batch: &pgx.Batch{}}
	var err error
	if w.known, err = knownIDs(ctx, tx); err != nil {
		return uuid.Nil, err
	}
	w.batch.Queue(sqlOffGroups)
	for i, g := range list {
		w.group(g, i)
	}
	return w.known["group/"+key], w.send(ctx, tx)
}

const sqlOffGroups = `UPDATE category_groups SET active = false WHERE active`
