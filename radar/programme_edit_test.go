package radar_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestEditProgramme: an editor changes the programme itself; nobody's change is
// lost, no measure loses its field, and marks stay in their sectors.
func TestEditProgramme(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 24)
	editor := person(t, tx, subject.Editor)
	for _, who := range []accounts.Actor{{}, person(t, tx, ""), person(t, tx, subject.TeamLead)} {
		if err := s.EditProgramme(ctx, who, p, p.Version); err == nil {
			t.Error("changed by somebody else")
		}
	}
	seen := p.Version
	p.Fields[0].Weight, p.Fields[0].Intro = 3, i18n.Text{"de": "Worum es geht."}
	p.Fields = append(p.Fields, radar.Field{Name: i18n.Text{"de": "Größe & Übermut"}, Weight: 1})
	if err := s.EditProgramme(ctx, editor, p, seen); err != nil {
		t.Fatal(err)
	}
	if p.Fields[3].Key != "groesse---uebermut" {
		t.Errorf("the key is %q", p.Fields[3].Key)
	}
	if err := s.EditProgramme(ctx, editor, p, seen); !fault.Is(err, fault.Conflict) {
		t.Errorf("changed as somebody saw it before: %v", err)
	}
	p, err := s.Programme(ctx, editor, p.Slug)
	if err != nil {
		t.Fatal(err)
	}
	p.Fields[0].Intro = nil // as the page's form, which does not ask for it
	if err := s.EditProgramme(ctx, editor, p, p.Version); err != nil {
		t.Fatal(err)
	}
	if p, err = s.Programme(ctx, editor, p.Slug); err != nil || p.Fields[0].Intro["de"] != "Worum es geht." {
		t.Errorf("the text of a field is gone: %v, %v", p.Fields[0].Intro, err)
	}
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	l := p.Layout("de", func(key string) string { return key })
	for i := range st.Items {
		sp := st.Items[i].Spot
		if from, to := l.Angles(sp.Sector); !sp.Grouped && (sp.Angle < from || sp.Angle > to) {
			t.Errorf("mark %d stands at %f, its sector goes from %f to %f", st.Items[i].No, sp.Angle, from, to)
		}
	}
	all := p.Fields
	p.Fields = all[1:]
	if err := s.EditProgramme(ctx, editor, p, p.Version); !fault.Is(err, fault.Invalid) {
		t.Errorf("a field is gone in which measures stand: %v", err)
	}
	if p, err = s.Programme(ctx, editor, p.Slug); err != nil {
		t.Fatal(err)
	}
	p.Fields = all[:3]
	if err := s.EditProgramme(ctx, editor, p, p.Version); err != nil {
		t.Errorf("an empty field can't be taken out: %v", err)
	}
	fresh := radar.NewProgramme("neu-"+uuid.NewString()[:8], i18n.Text{"de": "Neu"}, []string{"Eins"})
	if err := s.EditProgramme(ctx, editor, fresh, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.EditProgramme(ctx, editor, fresh, 0); !fault.Is(err, fault.Invalid) {
		t.Errorf("a second programme of the same name: %v", err)
	}
	fresh.Fields[0].Weight = 100
	if _, err := s.PreviewProgramme(ctx, editor, fresh); !fault.Is(err, fault.Invalid) {
		t.Errorf("a weight of 100: %v", err)
	}
}

// TestTakeOutEndsChanges: what was approved for later does not bring a measure
// back that was taken out since.
func TestTakeOutEndsChanges(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 4)
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	m := st.Items[1].Measure
	one := person(t, tx, subject.Editor)
	if err := s.Save(ctx, one, m.ID, 0, radartest.Content("Anders"), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `UPDATE measure_edits SET state = 'approved' WHERE measure_id = $1`, m.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.TakeOut(ctx, accounts.System, m.ID); err != nil {
		t.Fatal(err)
	}
	if n, err := s.PublishDue(ctx); err != nil || n != 0 {
		t.Errorf("published %d, %v", n, err)
	}
	after, _, err := s.Measure(ctx, accounts.Actor{}, m.Number)
	if err != nil || !after.Past() || after.Content.Texts["de"].Title == "Anders" {
		t.Errorf("it is back: %+v, %v", after, err)
	}
}
