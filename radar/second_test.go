package radar_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestReleaseBySecondPerson: neither today's state with its notes nor a file
// about the past is public before another editor has approved it.
func TestReleaseBySecondPerson(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	dbtest.SetNow(t, tx, time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	s, p := radartest.New(t, tx, 4)
	one, two := person(t, tx, subject.Editor), person(t, tx, subject.Editor)
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	past := []radar.Row{{No: 2, ChartNo: 1, Content: st.Items[0].Content}, {No: 3, ChartNo: 90, Content: *radartest.Content("Längst vergangen")}}
	for _, tt := range []struct {
		name    string
		on      radar.Day
		hand    func() error
		measure int
	}{
		{"today", "2026-11-22", func() error { return s.Decide(ctx, one, p, "2026-11-22", i18n.Text{"de": "Der Anfang."}) }, 4},
		{"a file", "2024-07-01", func() error {
			done, err := s.Import(ctx, one, p, past, radar.ImportAs{Release: "2024-07-01"})
			if err == nil && done.New != 1 {
				t.Errorf("%+v", done)
			}
			return err
		}, 2},
	} {
		if err := tt.hand(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if err := tt.hand(); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s, handed in twice: %v", tt.name, err)
		}
		if _, err := s.At(ctx, p, tt.on); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s is public before it was approved: %v", tt.name, err)
		}
		if all, err := s.All(ctx, one, p); err != nil || len(all) != 4 {
			t.Errorf("%s: %d measures, %v", tt.name, len(all), err)
		}
		list, err := s.ReleaseDrafts(ctx, two, p)
		if err != nil || len(list) != 1 || list[0].On != tt.on || !one.Is(list[0].By) {
			t.Fatalf("%s: %+v, %v", tt.name, list, err)
		}
		id := list[0].ID
		for who, actor := range map[string]accounts.Actor{"whoever handed it in": one, "a lead": person(t, tx, subject.TeamLead), "a resident": person(t, tx, ""), "nobody": {}} {
			if err := s.ApproveRelease(ctx, actor, id); err == nil {
				t.Errorf("%s approved by %s", tt.name, who)
			}
		}
		if err := s.ApproveRelease(ctx, two, id); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if at, err := s.At(ctx, p, tt.on); err != nil || len(at.Items) != tt.measure {
			t.Errorf("%s: %+v, %v", tt.name, at, err)
		}
		if err := s.ApproveRelease(ctx, two, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s, approved twice: %v", tt.name, err)
		}
	}
	if err := s.Decide(ctx, one, p, "2026-11-22", nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second one of the day: %v", err)
	}
	if err := s.Decide(ctx, one, p, "2026-11-21", nil); err != nil {
		t.Fatal(err)
	}
	list, err := s.ReleaseDrafts(ctx, one, p)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := s.DropRelease(ctx, one, list[0].ID); err != nil {
		t.Fatal(err)
	}
	if list, err = s.ReleaseDrafts(ctx, one, p); err != nil || len(list) != 0 {
		t.Errorf("dropped: %+v, %v", list, err)
	}
}

// TestTakeOutBySecondPerson: a measure leaves the programme when another editor
// agrees.
func TestTakeOutBySecondPerson(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 3)
	one, two := person(t, tx, subject.Editor), person(t, tx, subject.Admin)
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	m := st.Items[0].Measure
	if err := s.Save(ctx, two, m.ID, 0, &m.Content, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.TakeOut(ctx, one, m.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody's change is lost: %v", err)
	}
	if err := s.Drop(ctx, two, m.ID, 1); err != nil {
		t.Fatal(err)
	}
	if err := s.TakeOut(ctx, one, m.ID); err != nil {
		t.Fatal(err)
	}
	e, open, err := s.OpenEdit(ctx, two, m.ID)
	if err != nil || !open || !e.TakesOut || e.State != radar.EditReview {
		t.Fatalf("%+v, %t, %v", e, open, err)
	}
	if err := s.Approve(ctx, one, m.ID, e.Version, nil); !fault.Is(err, fault.Forbidden) {
		t.Errorf("approved by whoever asked for it: %v", err)
	}
	if got, _, err := s.Measure(ctx, accounts.Actor{}, m.Number); err != nil || got.Past() {
		t.Errorf("gone before it was approved: %v", err)
	}
	if err := s.Approve(ctx, two, m.ID, e.Version, nil); err != nil {
		t.Fatal(err)
	}
	if got, _, err := s.Measure(ctx, accounts.Actor{}, m.Number); err != nil || !got.Past() {
		t.Errorf("still there: %v", err)
	}
}

// TestHelpBySecondPerson: what a measure asks for, and what came of it.
func TestHelpBySecondPerson(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 2)
	one, two, helper := person(t, tx, subject.Editor), person(t, tx, subject.Editor), person(t, tx, "")
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	m, other := st.Items[0].Measure, st.Items[1].Measure
	h := radar.Help{ID: uuid.New(), Kind: "testers", Wanted: i18n.Text{"de": "Wer testet?"}, Until: "2099-01-01"}
	if err := s.AskHelp(ctx, one, m.ID, h); err != nil {
		t.Fatal(err)
	}
	public := func(want int) []radar.Help {
		t.Helper()
		list, err := s.HelpOf(ctx, accounts.Actor{}, m.ID)
		if err != nil || len(list) != want {
			t.Fatalf("%d requests are public, not %d: %v", len(list), want, err)
		}
		return list
	}
	public(0)
	if err := s.OfferHelp(ctx, helper, m.Number, h.ID, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("offered before it was public: %v", err)
	}
	if err := s.SetOutcome(ctx, one, h.ID, i18n.Text{"de": "Zehn."}); !fault.Is(err, fault.NotFound) {
		t.Errorf("something came of what nobody has read: %v", err)
	}
	if err := s.ApproveHelp(ctx, one, m.ID, h.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("approved by its writer: %v", err)
	}
	if err := s.ApproveHelp(ctx, two, other.ID, h.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("approved as another measure's: %v", err)
	}
	if err := s.ApproveHelp(ctx, two, m.ID, h.ID); err != nil {
		t.Fatal(err)
	}
	public(1)
	if err := s.OfferHelp(ctx, helper, m.Number, h.ID, true); err != nil {
		t.Fatal(err)
	}
	if err := s.SetOutcome(ctx, one, h.ID, i18n.Text{"de": "Zehn."}); err != nil {
		t.Fatal(err)
	}
	if list := public(1); len(list[0].Outcome) != 0 || len(list[0].Came) != 0 {
		t.Errorf("public before it was approved: %+v", list[0])
	}
	if err := s.ApproveHelp(ctx, one, m.ID, h.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("approved by its writer: %v", err)
	}
	if err := s.ApproveHelp(ctx, two, m.ID, h.ID); err != nil {
		t.Fatal(err)
	}
	if list := public(1); list[0].Outcome["de"] != "Zehn." {
		t.Errorf("%+v", list[0])
	}
	if err := s.ApproveHelp(ctx, two, m.ID, h.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("nothing waits: %v", err)
	}
	h.ID = uuid.New()
	if err := s.AskHelp(ctx, one, m.ID, h); err != nil {
		t.Fatal(err)
	}
	if err := s.DropHelp(ctx, two, m.ID, h.ID); err != nil {
		t.Fatal(err)
	}
	if list, err := s.HelpDesk(ctx, two, m.ID); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestOfficialAnswers: for the city answer editors, and the leads of a department
// that leads the measure or takes part in it; nobody else.
func TestOfficialAnswers(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 1)
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	m := st.Items[0].Measure
	lead, partner, other := accountstest.Department(t, tx), accountstest.Department(t, tx), accountstest.Department(t, tx)
	for _, d := range []*accounts.Department{&lead, &partner, &other} { // measures name them
		d.Name = i18n.Text{"de": "Amt " + d.Key}
		accountstest.Do(t, tx, func(tx pgx.Tx) error {
			_, err := accounts.PutDepartment(ctx, tx, accounts.System, *d)
			return err
		})
	}
	c := m.Content
	c.Lead, c.Partners = lead.Name["de"], []string{partner.Name["de"]}
	if _, err := s.Import(ctx, accounts.System, p, []radar.Row{{No: 2, ChartNo: m.No, Content: c}}, radar.ImportAs{}); err != nil {
		t.Fatal(err)
	}
	as := func(role subject.Role, departments ...uuid.UUID) accounts.Actor {
		a := person(t, tx, role)
		a.Departments = departments
		return a
	}
	for _, tt := range []struct {
		name string
		who  accounts.Actor
		want bool
		in   uuid.UUID
	}{
		{"nobody", accounts.Actor{}, false, uuid.Nil},
		{"a resident", as(""), false, uuid.Nil},
		{"lead of the department in charge", as(subject.TeamLead, lead.ID), true, lead.ID},
		{"lead of one that takes part", as(subject.TeamLead, partner.ID), true, partner.ID},
		{"lead of both another and one that takes part", as(subject.TeamLead, other.ID, partner.ID), true, partner.ID},
		{"lead of another department", as(subject.TeamLead, other.ID), false, uuid.Nil},
		{"lead of none", as(subject.TeamLead), false, uuid.Nil},
		{"caseworker of the department in charge", as(subject.Caseworker, lead.ID), false, uuid.Nil},
		{"moderator", as(subject.Moderator), false, uuid.Nil},
		{"analyst", as(subject.Analyst, lead.ID), false, uuid.Nil},
		{"editor of a department", as(subject.Editor, other.ID), true, other.ID},
	} {
		d, err := s.Discussed(ctx, tx, tt.who, m.ID)
		if err != nil || d.Official != tt.want || tt.want && d.Department != tt.in || !tt.want && d.Role != "" {
			t.Errorf("%s: official %t for %s, %v", tt.name, d.Official, d.Department, err)
		}
	}
}

// TestProgrammeEditedIsTold: the other editors are told, whoever did it is not.
func TestProgrammeEditedIsTold(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 1)
	one, two, lead := accountstest.Staff(t, tx, subject.Editor), accountstest.Staff(t, tx, subject.Editor), accountstest.Staff(t, tx, subject.TeamLead)
	p.Intro = i18n.Text{"de": "Ein neuer Text."}
	if err := s.EditProgramme(ctx, one, p, p.Version); err != nil {
		t.Fatal(err)
	}
	list, err := s.OtherEditors(ctx, tx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	told := map[uuid.UUID]bool{}
	for _, id := range list {
		told[id] = true
	}
	if told[one.Person] || !told[two.Person] || told[lead.Person] {
		t.Errorf("told: its editor %t, the other %t, a lead %t", told[one.Person], told[two.Person], told[lead.Person])
	}
	for name, tt := range map[string]struct {
		who  accounts.Actor
		want int
	}{"an editor": {two, 1}, "a lead": {lead, 0}, "nobody": {accounts.Actor{}, 0}} {
		cards, err := s.EditCards(ctx, tx, tt.who.Viewer(), "de", []uuid.UUID{p.ID})
		if err != nil || len(cards) != tt.want {
			t.Errorf("%s: %d cards, %v", name, len(cards), err)
		}
	}
	var logged int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM audit_log WHERE subject_id = $1 AND action = 'radar.programme' AND actor = $2`, p.ID, one.Person).Scan(&logged); err != nil || logged != 1 {
		t.Errorf("in the audit log %d times, %v", logged, err)
	}
}
