package proposals

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

//go:embed ideas.txt
var ideasTable string

//go:embed places.txt
var placesTable string

// Config is what Fill needs.
type Config struct {
	DB         db.DB
	Ideas      *ideas.Service
	Discussion *discussion.Service
	Zone       *time.Location
	// Measures are those of the programme by their German titles; nil: no idea
	// belongs to one.
	Measures func(ctx context.Context) (map[string]ideas.Measure, error)
}

// Fill makes calls, ideas and comments where there are none yet.
func Fill(ctx context.Context, cfg Config) error {
	empty, err := cfg.Ideas.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	now, err := db.Now(ctx, cfg.DB)
	if err != nil {
		return err
	}
	y, m, d := now.In(cfg.Zone).Date()
	f := filler{Config: cfg, now: now, today: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
	for _, step := range []func(context.Context) error{f.calls, f.box, f.places, f.talk} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("demo ideas: %w", err)
		}
	}
	return nil
}

type filler struct {
	Config

	now, today  time.Time
	seats       *ideas.Call
	school      *ideas.Call
	list, where []ideas.Past
}

func text(de, en string) i18n.Text { return i18n.Text{i18n.German: de, i18n.English: en} }

func (f *filler) day(n int) *time.Time {
	at := f.today.AddDate(0, 0, n)
	return &at
}

func (f *filler) span(p ideas.Phase, from, to int) ideas.Span {
	return ideas.Span{Phase: p, From: *f.day(from), To: f.day(to)}
}

// calls are three: one whose ideas are supported now, one that collects, one
// that has not begun.
func (f *filler) calls(ctx context.Context) (err error) {
	criteria := []i18n.Text{
		text("Es hilft vielen Menschen.", "It helps many people."), text("Es ist möglich und erlaubt.", "It is possible and allowed."),
		text("Die Kosten passen zum Nutzen.", "The cost is in proportion to the benefit."),
	}
	money := int64(150_000_00)
	seats := ideas.Call{
		Kind: "places", Title: text("100 kleine Orte zum Sitzen", "100 small places to sit"),
		Lead:     text("Wo fehlt in Ihrer Straße eine Bank?", "Where in your street is a bench missing?"),
		Text:     text("Wer zu Fuß geht, braucht Pausen. Wir stellen bis zum nächsten Herbst 100 Bänke, Hocker und Stufen auf. Sie sagen uns, wo.\nJede Idee braucht einen Ort. Der Bezirksausschuss berät über alle, die 200 Stimmen haben.", "Who walks needs breaks. By next autumn we will set up 100 benches, stools and steps. You tell us where.\nEvery idea needs a place. The district committee discusses all that have 200 supports."),
		Criteria: criteria, Participation: "cooperation", Who: "all", Threshold: 200, NeedPlace: true, BudgetCents: &money, AnswerBy: f.day(80),
		Triggers: text("Der Bezirksausschuss antwortet in 8 Wochen.", "The district committee answers within 8 weeks."),
		Spans:    []ideas.Span{f.span(ideas.Collect, -60, -25), f.span(ideas.Check, -24, -11), f.span(ideas.Support, -10, 24), f.span(ideas.Decide, 25, 80), f.span(ideas.Implement, 81, 300)},
	}
	school := ideas.Call{
		Kind: "places", Title: text("Mein Schulweg", "My way to school"), Lead: text("Familien zeigen, wo der Weg gefährlich ist.", "Families show where the way is dangerous."),
		Text:     text("Markieren Sie vier Wochen lang die Stellen auf dem Schulweg, an denen es eng, dunkel oder unübersichtlich ist.", "For four weeks, mark the places on the way to school where it is narrow, dark or hard to see."),
		Criteria: criteria, Participation: "consultation", Who: "all", NeedPlace: true, AnswerBy: f.day(70),
		Spans: []ideas.Span{f.span(ideas.Collect, -6, 22), f.span(ideas.Check, 23, 50), f.span(ideas.Decide, 51, 70)},
	}
	shade := ideas.Call{
		Kind: "ideas", Title: text("Mehr Schatten für heiße Tage", "More shade for hot days"), Lead: text("Wo soll die Stadt kühler werden?", "Where should the city become cooler?"),
		Text:     text("Bäume, Segel, Wasser: Sammeln Sie mit uns Ideen für kühle Orte.", "Trees, sails, water: collect ideas for cool places with us."),
		Criteria: criteria, Participation: "decision", Who: "mail", Threshold: 0, BudgetCents: &money, AnswerBy: f.day(130),
		Spans: []ideas.Span{f.span(ideas.Collect, 14, 50), f.span(ideas.Check, 51, 80), f.span(ideas.Support, 81, 108), f.span(ideas.Decide, 109, 130)},
	}
	if f.seats, err = f.Ideas.ImportCall(ctx, seats, f.now.AddDate(0, 0, -70)); err != nil {
		return err
	}
	if f.school, err = f.Ideas.ImportCall(ctx, school, f.now.AddDate(0, 0, -14)); err != nil {
		return err
	}
	_, err = f.Ideas.ImportCall(ctx, shade, f.now.AddDate(0, 0, -2))
	return err
}

// box is the ideas that belong to no call.
func (f *filler) box(ctx context.Context) error {
	for n, line := range strings.Split(strings.TrimSpace(ideasTable), "\n") {
		c := strings.Split(line, "|")
		if len(c) < 7 {
			return fmt.Errorf("line %d of the ideas", n+1)
		}
		p := ideas.Past{Submission: ideas.Submission{Title: c[0], Text: c[1], Topic: c[2], Address: c[3]}, Status: ideas.Status(c[5])}
		p.Point = point(c[4])
		p.Supports, _ = strconv.Atoi(c[6])               // digits: see the table
		if p.Status == ideas.Open && p.Supports >= 100 { // with 100 the city checks
			p.Supports = 20 + p.Supports%78
		}
		age := 8 + n*3
		if p.Status == ideas.Open {
			age = 3 + n*7%70
		}
		p.At = f.now.AddDate(0, 0, -age-map[bool]int{true: 0, false: 90}[p.Status == ideas.Open]).Add(-time.Duration(n*37) * time.Minute)
		p.StatusAt = p.At.AddDate(0, 0, 60)
		if p.StatusAt.After(f.now) || p.Status == ideas.Open {
			p.StatusAt = p.At
		}
		if n%3 != 0 || p.Status != ideas.Open {
			p.Decides = []string{"city", "district", "council"}[n%3]
		}
		f.say(&p, n)
		f.list = append(f.list, p)
	}
	if err := f.programme(ctx, f.list); err != nil {
		return err
	}
	return f.Ideas.Import(ctx, f.list)
}

func point(s string) *subject.Point {
	lon, lat, ok := strings.Cut(s, " ")
	x, err1 := strconv.ParseFloat(lon, 64)
	y, err2 := strconv.ParseFloat(lat, 64)
	if !ok || err1 != nil || err2 != nil {
		return nil
	}
	return &subject.Point{Lon: x, Lat: y}
}

// say is what the city said, by status.
func (f *filler) say(p *ideas.Past, n int) {
	cents := func(euro int64) *int64 { e := euro * 100; return &e }
	day := func(d int) *time.Time { at := f.now.AddDate(0, 0, d); return &at }
	switch p.Status {
	case ideas.Checking:
		p.Params = ideas.Params{Until: day(9 + n%5*6)}
	case ideas.Council:
		p.Params = ideas.Params{Body: "Mobilitätsausschuss des Stadtrats", Date: day(12 + n%7)}
	case ideas.Accepted:
		p.Reasons = "Das ist eine gute Idee. Wir haben das Geld dafür im Haushalt. Die Planung beginnt in diesem Winter."
		p.Params = ideas.Params{Period: "Frühjahr 2027", CostCents: cents(int64(18_000 + n*1_500))}
		p.Milestones = []ideas.NewMilestone{{Title: "Plan ist fertig", Due: f.day(60)}, {Title: "Bau beginnt", Due: f.day(150)}}
	case ideas.Partly:
		p.Reasons = "Den ersten Abschnitt bauen wir 2027. Im zweiten ist die Straße zu schmal. Dort prüfen wir bis Juni, ob der Bus eine andere Strecke nehmen kann."
		p.Params = ideas.Params{What: "den Abschnitt bis zur Balanstraße", Not: "den Abschnitt danach", Reason: "die Straße ist dort zu schmal", Period: "März bis Oktober 2027", CostCents: cents(1_900_000)}
		p.Milestones = []ideas.NewMilestone{{Title: "Von drei Ämtern geprüft", Due: f.day(-50)}, {Title: "Plan liegt öffentlich aus", Due: f.day(95)}, {Title: "Bau beginnt", Due: f.day(120)}}
		p.Reached = 1
	case ideas.Linked:
		p.Reasons = "Die Idee gehört jetzt zu einem Vorhaben der Stadt. Dort sehen Sie jeden Schritt."
		p.Params = ideas.Params{Measure: f.seats.Title.In(i18n.German), Link: f.seats.Path()} // of the radar: see programme
	case ideas.Declined:
		p.Reasons = "Wir haben die Idee lange geprüft. Rettungswege und Buslinien lassen sich nicht verlegen."
		p.Params = ideas.Params{Reason: "Rettungswege und Buslinien lassen sich nicht verlegen", Change: "Es bräuchte eine zweite Straße für Bus und Rettung"}
	case ideas.Done:
		p.Reasons = "Es steht. Danke an alle, die mitgemacht haben."
		p.Params = ideas.Params{Date: day(-20 - n), CostCents: cents(int64(9_000 + n*700))}
		p.Milestones = []ideas.NewMilestone{{Title: "Beschlossen", Due: f.day(-80)}, {Title: "Fertig", Due: f.day(-20)}}
		p.Reached = 2
	case ideas.Elsewhere:
		p.Reasons = "Über Linien und Wagen entscheidet der Verkehrsverbund. Wir haben die Idee dorthin gegeben."
		p.Params = ideas.Params{Body: "der Verkehrsverbund", Reason: "Die Stadt bestellt diese Linie nicht selbst"}
		p.Decides = "other"
	}
}

// places are the ideas of the two calls.
func (f *filler) places(ctx context.Context) error {
	for n, line := range strings.Split(strings.TrimSpace(placesTable), "\n") {
		c := strings.Split(line, "|")
		if len(c) != 5 {
			return fmt.Errorf("line %d of the places", n+1)
		}
		p := ideas.Past{Submission: ideas.Submission{Call: f.seats.ID, Title: c[0], Text: c[1], Address: c[2], Topic: "plaetze", Point: point(c[3])}, Status: ideas.Open}
		p.Supports, _ = strconv.Atoi(c[4]) // digits: see the table
		p.At = f.now.AddDate(0, 0, -55+n*3)
		p.StatusAt = p.At
		f.where = append(f.where, p)
	}
	for n, s := range [][3]string{
		{"Die Kurve an der Ichostraße ist nicht zu sehen", "Autos kommen schnell um die Ecke. Kinder sehen sie erst spät.", "11.5985 48.1140"},
		{"Zu dunkel: Weg hinter der Turnhalle", "Im Winter gehen die Kinder um halb acht durch den dunklen Weg.", "11.5920 48.1150"},
		{"Enger Gehweg an der Baustelle Welfenstraße", "Mit Roller und Schulranzen kommt man kaum vorbei.", "11.5930 48.1225"},
	} {
		p := ideas.Past{Submission: ideas.Submission{Call: f.school.ID, Title: s[0], Text: s[1], Topic: "bildung", Point: point(s[2])}, Status: ideas.Open, Supports: 8 + n*9}
		p.At = f.now.AddDate(0, 0, -4+n)
		p.StatusAt = p.At
		f.where = append(f.where, p)
	}
	return f.Ideas.Import(ctx, f.where)
}

// talk is what people said about the first ideas.
func (f *filler) talk(ctx context.Context) error {
	if f.Discussion == nil {
		return nil
	}
	said := []struct {
		idea   int
		stance discussion.Stance
		text   string
	}{
		{1, discussion.Pro, "Kinder können dann allein zur Schule fahren."},
		{1, discussion.Pro, "Autos und Räder kommen sich nicht mehr in die Quere."},
		{1, discussion.Contra, "Läden verlieren Plätze zum Be- und Entladen."},
		{1, discussion.Contra, "Der Bus steht länger im Stau."},
		{1, discussion.Question, "Was passiert mit den Bäumen in der Mitte?"},
		{0, discussion.Pro, "An der Endhaltestelle ist es im Sommer kaum auszuhalten."},
		{0, discussion.Question, "Wer hält die Brunnen im Winter frei?"},
		{12, discussion.Pro, "Zwölf Bäume sind ein guter Anfang."},
		{12, discussion.Contra, "Der Wochenmarkt braucht den Platz."},
		{3, discussion.Pro, "In anderen Städten klappt das schon lange."},
		{3, discussion.Question, "Wer schließt am Abend ab?"},
	}
	for n, c := range said {
		var actor accounts.Actor
		err := db.Transact(ctx, f.DB, func(ctx context.Context, tx pgx.Tx) error {
			id, err := accounts.NewPerson(ctx, tx, accounts.L1, "de")
			actor = accounts.Actor{Person: id, Level: accounts.L1}
			return err
		})
		if err != nil {
			return err
		}
		key := uuid.NewSHA1(uuid.NameSpaceURL, []byte("demo comment "+strconv.Itoa(n)+f.list[c.idea].ID.String())).String()
		_, err = f.Discussion.Write(ctx, actor, discussion.Writing{Ref: subject.Ref{Kind: subject.Idea, ID: f.list[c.idea].ID}, Stance: c.stance, Text: c.text, Lang: "de"}, key)
		if err != nil && !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	return nil
}
