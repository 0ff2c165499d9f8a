package search

import (
	"context"
	"errors"
)

// Wake makes the server be asked again at once.
func (m *Meili) Wake() { m.resting.Store(0) }

// Continue goes on making the index, as the job does.
func (m *Meili) Continue(ctx context.Context) error {
	_, err := m.build(ctx, func() bool { return false })
	return err
}

// GiveUp is the end of the last attempt of a change.
func (m *Meili) GiveUp(ctx context.Context) error {
	return m.noted(ctx, &serverError{"gone", nil}, true)
}

// Remove deletes the server's indexes.
func (m *Meili) Remove(ctx context.Context) error {
	return errors.Join(m.remove(ctx, m.name), m.remove(ctx, nextOf(m.name)))
}
