package radar_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestEditors: where editors are named, nobody else with the role changes anything
// of the programme, while other programmes stay as they were.
func TestEditors(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, p := radartest.New(t, tx, 3)
	other := radartest.Programme()
	other.Slug = "anderes-" + uuid.NewString()[:8]
	ctx := t.Context()
	if err := s.SetProgramme(ctx, accounts.System, other); err != nil {
		t.Fatal(err)
	}
	one, two, elsewhere := accountstest.Staff(t, tx, subject.Editor), accountstest.Staff(t, tx, subject.Editor), accountstest.Staff(t, tx, subject.Editor)
	admin, clerk := accountstest.Staff(t, tx, subject.Admin), accountstest.Staff(t, tx, subject.Caseworker)
	edit := func(actor accounts.Actor, slug string, change func(*radar.Programme)) error {
		now, err := s.Programme(ctx, accounts.System, slug)
		if err != nil {
			t.Fatal(err)
		}
		version := now.Version
		change(now)
		return s.EditProgramme(ctx, actor, now, version)
	}
	for what, list := range map[string][]uuid.UUID{"one alone": {one.Person}, "somebody without the role": {one.Person, clerk.Person}} {
		if err := edit(elsewhere, p.Slug, func(p *radar.Programme) { p.Editors = list }); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := edit(elsewhere, p.Slug, func(p *radar.Programme) {
		p.Editors, p.Starts, p.Ends = []uuid.UUID{two.Person, one.Person, two.Person}, "2025-01-01", "2027-12-31"
	}); err != nil {
		t.Fatal(err)
	}
	p, err := s.Programme(ctx, one, p.Slug)
	if err != nil || len(p.Editors) != 2 || p.Starts != "2025-01-01" || p.Ends != "2027-12-31" {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := edit(one, p.Slug, func(p *radar.Programme) { p.Ends = "2024-12-31" }); !fault.Is(err, fault.Invalid) {
		t.Errorf("an end before the start: %v", err)
	}
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	m := &st.Items[0].Measure
	request := radar.Help{Kind: "testers", Wanted: i18n.Text{i18n.German: "Wer probiert es aus?"}, Until: "2099-01-01"}
	actions := map[string]func(actor accounts.Actor, in *radar.Programme) error{
		"new measure": func(actor accounts.Actor, in *radar.Programme) error {
			_, err := s.Draft(ctx, actor, in, subject.NewID(), radartest.Content("Neu"), "")
			return err
		},
		"programme": func(actor accounts.Actor, in *radar.Programme) error {
			return edit(actor, in.Slug, func(*radar.Programme) {})
		},
		"rows": func(actor accounts.Actor, in *radar.Programme) error {
			_, err := s.Import(ctx, actor, in, []radar.Row{{No: 2, ChartNo: 90, Content: *radartest.Content("Aus einer Datei")}}, radar.ImportAs{Drafts: true})
			return err
		},
		"release": func(actor accounts.Actor, in *radar.Programme) error {
			return s.Decide(ctx, actor, in, "2026-01-01", i18n.Text{})
		},
	}
	onlyHere := map[string]func(actor accounts.Actor) error{
		"change": func(actor accounts.Actor) error {
			return s.Save(ctx, actor, m.ID, 0, &m.Content, "")
		},
		"take out": func(actor accounts.Actor) error { return s.TakeOut(ctx, actor, st.Items[1].Measure.ID) },
		"help":     func(actor accounts.Actor) error { return s.AskHelp(ctx, actor, m.ID, request) },
	}
	for name, do := range onlyHere {
		actions[name] = func(actor accounts.Actor, in *radar.Programme) error {
			if in.ID != p.ID {
				return nil
			}
			return do(actor)
		}
	}
	for name, do := range actions {
		for who, tt := range map[string]struct {
			actor accounts.Actor
			here  bool
			there bool
		}{"named": {one, true, true}, "admin": {admin, true, true}, "editor elsewhere": {elsewhere, false, true}, "clerk": {clerk, false, false}} {
			for in, may := range map[*radar.Programme]bool{p: tt.here, other: tt.there} {
				tried, err := tx.Begin(ctx)
				if err != nil {
					t.Fatal(err)
				}
				err = do(tt.actor, in)
				if name != "change" && name != "take out" && name != "help" || in == p {
					if refused := fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound); refused == may || err != nil && !refused {
						t.Errorf("%s by %s in %s: %v, may %t", name, who, in.Slug, err, may)
					}
				}
				if err := tried.Rollback(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if yes, err := s.EditsMeasure(ctx, tx, elsewhere, m.ID); err != nil || yes {
		t.Errorf("who is not named links ideas: %t, %v", yes, err)
	}
	if list, err := s.OtherEditors(ctx, tx, p.ID); err != nil || slices.Contains(list, elsewhere.Person) || len(list) == 0 {
		t.Errorf("told of changes: %v, %v", list, err)
	}
	if err := radar.ForgetPerson(ctx, tx, one.Person); err != nil {
		t.Fatal(err)
	}
	if p, err = s.Programme(ctx, two, p.Slug); err != nil || !slices.Equal(p.Editors, []uuid.UUID{two.Person}) {
		t.Errorf("after somebody has left: %v, %v", p.Editors, err)
	}
}
