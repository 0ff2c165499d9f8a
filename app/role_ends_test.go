package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/livesocket"
)

// TestSocketEndsWithTheRole: whoever loses a role is heard no more within 5 s,
// also while nothing happens; a colleague's socket stays.
func TestSocketEndsWithTheRole(t *testing.T) {
	t.Parallel()
	p := start(t, false)
	server := httptest.NewServer(p.Handler())
	t.Cleanup(server.Close)
	do := func(fn func(ctx context.Context, tx pgx.Tx) error) {
		t.Helper()
		if err := db.Transact(t.Context(), p.pool, fn); err != nil {
			t.Fatal(err)
		}
	}
	clerk := func() (person accounts.Actor, ws *websocket.Conn) {
		t.Helper()
		var token string
		do(func(ctx context.Context, tx pgx.Tx) error {
			id, err := accounts.NewPerson(ctx, tx, accounts.L1, "de")
			if err != nil {
				return err
			}
			d, err := accounts.DepartmentByKey(ctx, tx, ownDep)
			if err != nil {
				return err
			}
			if err := accounts.GrantRole(ctx, tx, accounts.System, id, subject.Caseworker, accounts.GrantLimit{Kind: accounts.InDepartment, Ref: d.ID.String()}); err != nil {
				return err
			}
			token, _, person, err = accounts.StartSession(ctx, tx, id, accounts.ByPasskey)
			return err
		})
		head := http.Header{"Origin": {server.URL}, "Cookie": {"mitwirk=" + token}}
		ws, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http")+"/live", head)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close() // of an upgrade: empty
		t.Cleanup(func() { _ = ws.Close() })
		if err := ws.WriteJSON(map[string]any{"type": "subscribe", "topics": []string{live.Reports}}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ws.ReadMessage(); err != nil { // subscribed
			t.Fatal(err)
		}
		return person, ws
	}
	leaves, ws := clerk()
	_, stays := clerk()
	do(func(ctx context.Context, tx pgx.Tx) error {
		return accounts.RevokeRole(ctx, tx, accounts.System, leaves.Person, subject.Caseworker)
	})
	const within = 5 * time.Second
	if err := ws.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	for {
		_, frame, err := ws.ReadMessage()
		if err == nil {
			t.Logf("still hears %s", frame)
			continue
		}
		if end, ok := errors.AsType[*websocket.CloseError](err); !ok || end.Code != livesocket.CloseRights {
			t.Errorf("after %s: %v", within, err)
		}
		break
	}
	if err := stays.WriteJSON(map[string]any{"type": "ping"}); err != nil {
		t.Errorf("the colleague's socket: %v", err)
	}
	if err := stays.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := stays.ReadMessage(); err != nil {
		t.Errorf("the colleague's socket: %v", err)
	}
}
