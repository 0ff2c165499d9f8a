package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// OrderKind is the kind of thing that a crew's link is about.
const OrderKind subject.Kind = "order"

// PurposeCrew is that of the link behind a QR code.
const PurposeCrew accounts.Purpose = "crew"

// OrderTTL is how long such a link is good for.
const OrderTTL = 24 * time.Hour

// OrderState says what became of an order.
type OrderState string

// The states of an order.
const (
	OrderOpen    OrderState = "open"
	OrderDone    OrderState = "done"
	OrderRevoked OrderState = "revoked"
)

// Order is one case for a firm or crew without an account.
type Order struct {
	ID        uuid.UUID
	Ref       subject.Ref
	Sheet     uuid.UUID
	Position  int
	Crew      string
	State     OrderState
	CreatedAt time.Time
	ExpiresAt time.Time
	DoneAt    *time.Time
}

// CrewName cleans the name of a firm or crew; a fault on the field "crew".
func CrewName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > 100 {
		return "", fault.OnField("crew", "talk.err.crew")
	}
	return name, nil
}

// PlaceOrder makes an order and returns what goes into the path behind its QR
// code; only a hash is stored. Older open orders of the case are taken back, so
// that only the newest sheet works.
func PlaceOrder(ctx context.Context, tx pgx.Tx, ref subject.Ref, sheet uuid.UUID, position int, crew string) (Order, string, error) {
	if _, err := tx.Exec(ctx, sqlRevokeOrders, string(ref.Kind), ref.ID); err != nil {
		return Order{}, "", fmt.Errorf("place order: %w", err)
	}
	o := Order{ID: subject.NewID(), Ref: ref, Sheet: sheet, Position: position, Crew: crew, State: OrderOpen}
	if err := tx.QueryRow(ctx, sqlPlaceOrder, o.ID, string(ref.Kind), ref.ID, sheet, position, crew, OrderTTL.Seconds()).Scan(&o.CreatedAt, &o.ExpiresAt); err != nil {
		return Order{}, "", fmt.Errorf("place order: %w", err)
	}
	token, err := accounts.IssueToken(ctx, tx, PurposeCrew, accounts.Target{Ref: subject.Ref{Kind: OrderKind, ID: o.ID}}, OrderTTL)
	return o, token, err
}

const (
	sqlRevokeOrders = `UPDATE outside_orders SET state = 'revoked' WHERE subject_kind = $1 AND subject_id = $2 AND state = 'open'`
	sqlPlaceOrder   = `
INSERT INTO outside_orders (id, subject_kind, subject_id, sheet_id, position, crew, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, mitwirk_now() + make_interval(secs => $7))
RETURNING created_at, expires_at`
	sqlPartOrder   = `SELECT id, subject_kind, subject_id, sheet_id, position, crew, state, created_at, expires_at, done_at FROM outside_orders`
	sqlOrder       = sqlPartOrder + ` WHERE id = $1`
	sqlOrderLock   = sqlPartOrder + ` WHERE id = $1 FOR UPDATE`
	sqlOrdersOf    = sqlPartOrder + ` WHERE subject_kind = $1 AND subject_id = $2 ORDER BY created_at DESC, id DESC LIMIT 20`
	sqlFinishOrder = `UPDATE outside_orders SET state = 'done', done_at = mitwirk_now() WHERE id = $1 AND state = 'open'`
)

func scanOrder(row pgx.CollectableRow) (Order, error) {
	var o Order
	return o, row.Scan(&o.ID, &o.Ref.Kind, &o.Ref.ID, &o.Sheet, &o.Position, &o.Crew, &o.State, &o.CreatedAt, &o.ExpiresAt, &o.DoneAt)
}

// OrderByToken finds what a crew's link is about, and locks it where it is to be
// answered: of many taps at once one has an effect. Gone for a link that is
// unknown, over or replaced by a newer sheet.
func OrderByToken(ctx context.Context, q db.Queryer, token string, lock bool) (Order, error) {
	gone := fault.New(fault.Gone, "talk.err.order")
	t, err := accounts.PeekToken(ctx, q, PurposeCrew, token)
	if fault.Is(err, fault.Gone) || err == nil && t.Target.Ref.Kind != OrderKind {
		return Order{}, gone.Because(err)
	}
	if err != nil {
		return Order{}, err
	}
	sql := sqlOrder
	if lock {
		sql = sqlOrderLock
	}
	rows, err := q.Query(ctx, sql, t.Target.Ref.ID)
	if err != nil {
		return Order{}, fmt.Errorf("order: %w", err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, scanOrder)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && o.State == OrderRevoked {
		return Order{}, gone
	}
	return o, wrap("order", err)
}

// FinishOrder notes that the crew is done.
func FinishOrder(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, sqlFinishOrder, id)
	return wrap("finish order", err)
}

// OrdersOf lists the orders of a case, newest first.
func OrdersOf(ctx context.Context, q db.Queryer, ref subject.Ref) ([]Order, error) {
	rows, err := q.Query(ctx, sqlOrdersOf, string(ref.Kind), ref.ID)
	if err != nil {
		return nil, fmt.Errorf("orders: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanOrder)
	return list, wrap("orders", err)
}
