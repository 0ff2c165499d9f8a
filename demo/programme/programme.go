package programme

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
)

//go:embed measures.txt
var table string

func text(de, en string) i18n.Text { return i18n.Text{i18n.German: de, i18n.English: en} }

// Programme is the demonstration's programme without its measures.
func Programme() *radar.Programme {
	city, net, hall := text("Stadtgesellschaft", "Urban society"), text("Infrastruktur", "Infrastructure"), text("Stadtverwaltung", "City administration")
	field := func(key, de, en string, core i18n.Text) radar.Field {
		return radar.Field{Key: key, Name: text(de, en), Core: core, Weight: 1}
	}
	low, high := text("gar nicht", "not at all"), text("sehr", "very")
	return &radar.Programme{
		Slug: "digital", Name: text("Was die Stadt vorhat: der Digitalisierungsradar", "What the city is planning: the digitalisation radar"),
		Intro: text("Alle Vorhaben sind erfunden. Bewerten Sie, was Ihnen wichtig ist, und fragen Sie nach.", "All plans are invented. Rate what matters to you, and ask."),
		Rings: radar.ByStatus, Sectors: "field", Public: true,
		Fields: []radar.Field{
			field("government", "Digital Government", "Digital government", hall),
			field("gemeinschaft", "Gemeinschaft und Teilhabe", "Community and participation", city),
			field("kultur", "Kultur, Sport und Freizeit", "Culture, sport and leisure", city),
			field("bildung", "Bildung", "Education", city),
			field("wirtschaft", "Arbeit und Wirtschaft", "Work and economy", city),
			field("gesundheit", "Gesundheit und Sicherheit", "Health and safety", city),
			field("klima", "Klima und Umwelt", "Climate and environment", net),
			field("mobilitaet", "Mobilität", "Mobility", net),
			field("infrastruktur", "Infrastruktur", "Infrastructure", net),
		},
		Questions: []radar.Question{
			{Key: "importance", Text: text("Wie wichtig ist Ihnen das?", "How important is this to you?"), Low: low, High: high},
			{Key: "progress", Text: text("Wie zufrieden sind Sie mit dem Fortschritt?", "How content are you with the progress?"), Low: low, High: high},
			{Key: "benefit", Text: text("Wie sehr nützt es Ihnen?", "How useful is it to you?"), Low: low, High: high},
		},
	}
}

// releases are the days on which the council decided, the oldest first.
func releases() []radar.Day { return []radar.Day{"2024-07-01", "2025-07-01", "2026-07-01"} }

// steps are what projects have to show for, in their order.
func steps() []i18n.Text {
	return []i18n.Text{
		text("Gespräche mit 200 Menschen", "Talks with 200 people"), text("Beschluss und Geld", "Decision and money"), text("Erster Versuch", "First trial"),
		text("Start in drei Bezirken", "Start in three districts"), text("Start für alle", "Start for everybody"), text("Prüfung: barrierefrei", "Check: accessible"),
		text("Bericht mit Zahlen", "Report with figures"),
	}
}

// line is one measure of the table.
type line struct {
	field, lead, states string
	title, change       i18n.Text
	start, first, end   time.Time
	reached, planned    int
	districts           []string
}

func parse() ([]line, error) {
	var list []line
	for i, raw := range strings.Split(strings.TrimSpace(table), "\n") {
		p := strings.Split(raw, "|")
		if len(p) != 12 {
			return nil, fmt.Errorf("demo measure %d has %d parts", i+1, len(p))
		}
		l := line{field: p[0], title: text(p[1], p[2]), lead: p[3], change: text(p[4], p[5]), states: p[6]}
		for j, to := range []*time.Time{&l.start, &l.first, &l.end} {
			at, err := time.Parse("2006-01", p[7+j])
			if err != nil {
				return nil, fmt.Errorf("demo measure %d: %w", i+1, err)
			}
			*to = at
		}
		if _, err := fmt.Sscanf(p[10], "%d/%d", &l.reached, &l.planned); err != nil {
			return nil, fmt.Errorf("demo measure %d: %w", i+1, err)
		}
		if p[11] != "" {
			l.districts = strings.Split(p[11], ";")
		}
		list = append(list, l)
	}
	return list, nil
}

func day(at time.Time) radar.Day { return radar.Day(at.Format(time.DateOnly)) }

func lastOf(at time.Time) time.Time { return at.AddDate(0, 1, -1) }

// at is the document of a measure as it stood at release i; i 3 is now.
func (l *line) at(i int) *radar.Content {
	status := map[byte]radar.Status{'p': radar.Planned, 'r': radar.Running, 'c': radar.Completed, 's': radar.Stopped}[l.states[min(i, 2)]]
	on, _ := time.Parse(time.DateOnly, string(releases()[min(i, 2)]))
	end := lastOf(l.end)
	if late := l.end.After(l.first); late && i < 2 && status == radar.Running {
		end = lastOf(l.first) // nobody said so yet
	}
	c := &radar.Content{
		Field: l.field, Status: status, Start: day(l.start), End: day(end), FirstEnd: day(lastOf(l.first)), Lead: l.lead, Districts: l.districts,
		Texts: map[string]radar.Texts{}, Tags: []string{"digital"}, Budget: int64(len(l.title[i18n.German])) * 12000,
	}
	if status.Over() {
		c.RealEnd = day(lastOf(l.end))
		c.End = c.FirstEnd
	}
	c.Results = l.results(i, status, on)
	for _, lang := range []string{i18n.German, i18n.English} {
		c.Texts[lang] = l.words(lang, status)
	}
	if i == 3 {
		c.Yearly = l.yearly()
	}
	return c
}

// results are spread over the time; those of the future are not reached.
func (l *line) results(i int, status radar.Status, on time.Time) []radar.Result {
	var list []radar.Result
	months := max(1, int(l.first.Sub(l.start).Hours()/24/30))
	reached := l.reached
	for back := 2 - min(i, 2); back > 0; back-- {
		reached = max(0, reached-2)
	}
	if status == radar.Planned {
		reached = 0
	}
	if status == radar.Completed {
		reached = l.planned
	}
	for n, title := range steps()[:l.planned] {
		due := l.start.AddDate(0, months*(n+1)/l.planned, 0)
		r := radar.Result{Title: title, Due: day(lastOf(due))}
		if n < reached {
			r.Reached = day(lastOf(due).AddDate(0, 0, -10))
			if due.After(on) {
				r.Reached = day(on.AddDate(0, 0, -20*(reached-n)))
			}
		}
		list = append(list, r)
	}
	return list
}

func (l *line) words(lang string, status radar.Status) radar.Texts {
	t := radar.Texts{Title: l.title[lang], Change: l.change[lang]}
	late := l.end.After(l.first)
	if lang == i18n.English {
		t.FromWhen, t.WhereTo = "From "+l.end.Format("January 2006"), "Across the city"
		t.Description = "Until now this took several visits and a lot of paper. We build it together with people who need it, and test every step with them before it starts for everybody.\nWe say here what is done, what is missing and what takes longer."
		t.Goals, t.Outlook = "It works without help from others.\nNobody who has no phone is left behind.", "In the coming months we test with volunteers and publish what we learn."
		if late {
			t.Reason = "A supplier could not deliver on time."
		}
		if status == radar.Stopped {
			t.Reason = "Others already offer this, and a second service would not help anybody."
		}
		return t
	}
	months := [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
	t.FromWhen, t.WhereTo = "Ab "+months[l.end.Month()-1]+" "+strconv.Itoa(l.end.Year()), "In der ganzen Stadt"
	if len(l.districts) > 0 {
		t.WhereTo = "Zuerst in einigen Bezirken, dann überall"
	}
	t.Description = "Bisher brauchte man dafür mehrere Wege und viel Papier. Wir bauen es zusammen mit Menschen, die es brauchen, und prüfen jeden Schritt mit ihnen, bevor es für alle startet.\nHier steht, was fertig ist, was fehlt und was länger dauert."
	t.Goals, t.Outlook = "Es geht ohne fremde Hilfe.\nWer kein Handy hat, bleibt nicht zurück.", "In den nächsten Monaten testen wir mit Freiwilligen und zeigen, was wir lernen."
	if late {
		t.Reason = "Eine Firma konnte nicht rechtzeitig liefern."
	}
	if status == radar.Stopped {
		t.Reason = "Andere bieten das schon an. Ein zweites Angebot hilft niemandem."
	}
	return t
}

// yearly says what came of each year since it began.
func (l *line) yearly() []radar.Yearly {
	var list []radar.Yearly
	for year := max(2023, l.start.Year()); year <= min(2025, l.end.Year()); year++ {
		n := 1 + (year+len(l.field))%3
		list = append(list, radar.Yearly{Year: year, Text: text(
			fmt.Sprintf("Wir haben mit %d Menschen getestet und %d Fehler behoben.", 40*n, 12*n),
			fmt.Sprintf("We tested with %d people and mended %d faults.", 40*n, 12*n))})
	}
	return list
}

// Fill makes the programme in a city that has none: measures as they are now,
// then the releases of the past.
func Fill(ctx context.Context, s *radar.Service) error {
	has, err := s.Programmes(ctx, accounts.System)
	if err != nil || len(has) > 0 {
		return err
	}
	p := Programme()
	if err := s.SetProgramme(ctx, accounts.System, p); err != nil {
		return fmt.Errorf("demo programme: %w", err)
	}
	list, err := parse()
	if err != nil {
		return err
	}
	rows := func(i int) []radar.Row {
		var out []radar.Row
		for n := range list {
			if l := &list[n]; l.states[min(i, 2)] != '-' {
				out = append(out, radar.Row{No: n + 1, ChartNo: n + 1, Content: *l.at(i)})
			}
		}
		return out
	}
	if _, err := s.Import(ctx, accounts.System, p, rows(3), radar.ImportAs{}); err != nil {
		return fmt.Errorf("demo measures: %w", err)
	}
	for i := len(releases()) - 1; i >= 0; i-- {
		notes := text("Beschluss des Stadtrats", "Decision of the city council")
		if _, err := s.Import(ctx, accounts.System, p, rows(i), radar.ImportAs{Release: releases()[i], Notes: notes}); err != nil {
			return fmt.Errorf("demo release %s: %w", releases()[i], err)
		}
	}
	if p, err = s.Programme(ctx, accounts.System, p.Slug); err != nil {
		return err
	}
	return s.SeedRatings(ctx, accounts.System, p, ratings)
}

// ratings are those of a measure: what runs late is liked less, and a few have
// too few to be shown.
func ratings(it *radar.Placed, question int) [5]int {
	n := (it.No*37)%120 + 3
	late := it.Content.Late("2026-11-01")
	good := 3 + (it.No*7+question)%3
	if late && question == 1 {
		good = 1
	}
	var out [5]int
	for v := range out {
		away := v - good + 1
		out[v] = max(0, n*(5-away*away)/12)
	}
	return out
}
