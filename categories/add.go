package categories

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// Add puts departments, groups and categories beside those that are there: what
// has a key that is taken is left as it is. It returns the keys of the
// categories that it made. Only admins and the product itself may.
func (s *Service) Add(ctx context.Context, actor accounts.Actor, c *Catalogue) ([]string, error) {
	if s.bus == nil {
		return nil, errors.New("categories: a change needs a bus")
	}
	if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
		return nil, err
	}
	var made []string
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		if made, err = addCatalogue(ctx, tx, actor, c); err != nil || len(made) == 0 {
			return err
		}
		if err := s.bus.Append(ctx, tx, CatalogueChanged{}); err != nil {
			return err
		}
		db.AfterCommit(ctx, s.forget)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("add categories: %w", err)
	}
	return made, nil
}

// addCatalogue writes what is new; two changes of the catalogue wait for each
// other.
func addCatalogue(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c *Catalogue) ([]string, error) {
	if _, err := tx.Exec(ctx, sqlLock); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	w := &writer{batch: &pgx.Batch{}, departments: map[string]uuid.UUID{}}
	var err error
	if w.known, err = knownIDs(ctx, tx); err != nil {
		return nil, err
	}
	var groups, categories int
	if err := tx.QueryRow(ctx, sqlLastPositions).Scan(&groups, &categories); err != nil {
		return nil, fmt.Errorf("last positions: %w", err)
	}
	fresh := slices.DeleteFunc(slices.Clone(c.Categories), func(k Category) bool {
		_, taken := w.known["category/"+k.Key]
		return taken
	})
	var made []string
	for i := range fresh {
		k := &fresh[i]
		if err := w.department(ctx, tx, actor, c, k.Department); err != nil {
			return nil, err
		}
		if _, there := w.known["group/"+k.Group]; !there {
			g, ok := c.Group(k.Group)
			if !ok {
				return nil, fmt.Errorf("category %s: no such group: %s", k.Key, k.Group)
			}
			groups++
			w.group(g, groups)
		}
		categories++
		w.category(k, categories)
		made = append(made, k.Key)
	}
	return made, w.send(ctx, tx)
}

// department finds the row of a department, or makes the one that c describes.
func (w *writer) department(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c *Catalogue, key string) error {
	if _, ok := w.departments[key]; ok {
		return nil
	}
	row, err := accounts.DepartmentByKey(ctx, tx, key)
	if err == nil {
		w.departments[key] = row.ID
		return nil
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	d, ok := c.Department(key)
	if !ok {
		return fmt.Errorf("no such department: %s", key)
	}
	w.departments[key], err = putDepartment(ctx, tx, actor, d)
	return err
}

const sqlLastPositions = `
SELECT (SELECT coalesce(max(position), 0) FROM category_groups),
       (SELECT coalesce(max(position), 0) FROM categories)`
