package timeline_test

import (
	"slices"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

func TestAudiences(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ref := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	at := time.Date(2026, 3, 14, 8, 0, 0, 0, time.UTC)
	for i, a := range []subject.Audience{subject.Public, subject.Owner, subject.Department} {
		if _, err := timeline.Append(t.Context(), tx, timeline.Entry{Ref: ref, At: at.Add(time.Duration(i) * time.Hour), Key: "step." + string(a), Audience: a}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name string
		who  []subject.Audience
		want []string
	}{
		{"nobody named is the public", nil, []string{"step.public"}},
		{"the author", []subject.Audience{subject.Public, subject.Owner}, []string{"step.owner", "step.public"}},
		{"the team, newest first", []subject.Audience{subject.Public, subject.Owner, subject.Department}, []string{"step.department", "step.owner", "step.public"}},
	} {
		entries, err := timeline.List(t.Context(), tx, ref, tt.who...)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, e.Key)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestEraseKeepsTheSteps(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ref := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	if err := timeline.AppendAll(t.Context(), tx, []timeline.Entry{
		{Ref: ref, Key: "status.received"}, {Ref: ref, Key: "status.no_action", Reason: "Herr Muster wohnt dort", Params: map[string]any{"n": 1}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := timeline.Erase(t.Context(), tx, ref); err != nil {
		t.Fatal(err)
	}
	entries, err := timeline.List(t.Context(), tx, ref)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for _, e := range entries {
		if e.Reason != "" {
			t.Errorf("%s still says %q", e.Key, e.Reason)
		}
	}
}
