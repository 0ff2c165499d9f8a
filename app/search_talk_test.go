package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// TestCommentsGoWithTheirIdea: the search finds no comment on an idea that
// moderation has hidden, and finds it again when the idea is back.
func TestCommentsGoWithTheirIdea(t *testing.T) {
	t.Parallel()
	a := start(t, true)
	author := accountstest.Resident(t, a.pool)
	r, err := a.ideas.Submit(t.Context(), author, ideas.Submission{Title: "Mehr Schatten am Markt", Text: "Ein Segel über dem Platz.", Lang: "de", Topic: "gruen"})
	if err != nil {
		t.Fatal(err)
	}
	w := discussion.Writing{Ref: subject.Ref{Kind: subject.Idea, ID: r.Idea}, Text: "Bitte mit einem Quastenflosser darauf.", Lang: "de"}
	if _, err := a.discussion.Write(t.Context(), accountstest.Resident(t, a.pool), w, ""); err != nil {
		t.Fatal(err)
	}
	reach := func(shown bool, what string) {
		t.Helper()
		began := clockNow()
		for every := time.NewTicker(50 * time.Millisecond); ; <-every.C {
			rec := httptest.NewRecorder()
			a.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, base+"/search?q=Quastenflosser", http.NoBody))
			if rec.Code == http.StatusOK && strings.Contains(rec.Body.String(), "/comments/") == shown {
				return
			}
			if time.Since(began) > 30*time.Second {
				t.Fatalf("%s: the search finds it: %t", what, !shown)
			}
		}
	}
	reach(true, "written")
	whole := subject.PartOf(subject.Ref{Kind: subject.Idea, ID: r.Idea}, subject.Whole, uuid.Nil)
	for _, step := range []struct {
		what  string
		do    func(ctx context.Context, tx pgx.Tx, part subject.Part) error
		shown bool
	}{{"hidden", a.ideas.Moderated().Hide, false}, {"back", a.ideas.Moderated().Restore, true}} {
		if err := db.Transact(t.Context(), a.pool, func(ctx context.Context, tx pgx.Tx) error { return step.do(ctx, tx, whole) }); err != nil {
			t.Fatal(err)
		}
		reach(step.shown, step.what)
	}
}
