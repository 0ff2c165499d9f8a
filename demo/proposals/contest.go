package proposals

import (
	"context"
	"fmt"
	"time"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// FillContest makes one innovation contest where there is none: its finalists are
// named and people vote. Teams and members of the jury are invented.
func FillContest(ctx context.Context, cfg Config, rooms *contests.Service) error {
	empty, err := rooms.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	now, err := db.Now(ctx, cfg.DB)
	if err != nil {
		return err
	}
	y, m, d := now.In(cfg.Zone).Date()
	f := filler{Config: cfg, now: now, today: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
	call, err := cfg.Ideas.ImportCall(ctx, f.contest(), now.AddDate(0, 0, -70))
	if err != nil {
		return fmt.Errorf("demo contest: %w", err)
	}
	if err := rooms.Import(ctx, call, f.rooms()); err != nil {
		return fmt.Errorf("demo contest: %w", err)
	}
	return nil
}

func (f *filler) contest() ideas.Call {
	money := int64(60_000_00)
	return ideas.Call{
		Kind: ideas.KindContest, Title: text("Innovationswettbewerb: Amt ohne Warten", "Innovation contest: offices without waiting"),
		Lead: text("Teams zeigen, wie Wege zum Amt kürzer werden.", "Teams show how the way to an office becomes shorter."),
		Text: text("Wir haben drei Aufgaben, die wir allein nicht gut lösen. Teams aus der Stadt haben sieben Wochen daran gearbeitet. Die Jury hat drei ins Finale gewählt. Jetzt stimmen Sie ab.\nWer gewinnt, probiert die Lösung ein halbes Jahr mit uns aus.",
			"We have three challenges that we don't solve well alone. Teams from the city have worked on them for seven weeks. The jury has chosen three for the final. Now you vote.\nWhoever wins tries the solution out with us for half a year."),
		Rules:         text("Was nicht im Finale ist, bleibt vertraulich.\nWer in der Jury befangen war, hat nicht bewertet.", "What is not in the final stays confidential.\nJury members with a conflict of interest did not score."),
		Prize:         text("20.000 Euro für jede Lösung, die wir ausprobieren.", "20,000 euros for each solution that we try out."),
		Criteria:      []i18n.Text{text("Sie hilft vielen Menschen.", "It helps many people."), text("Sie ist neu für unsere Stadt.", "It is new for our city."), text("Wir können sie in einem halben Jahr ausprobieren.", "We can try it out within half a year.")},
		Participation: "cooperation", Who: "all", BudgetCents: &money, AnswerBy: f.day(25),
		Spans: []ideas.Span{f.span(ideas.Collect, -68, -20), f.span(ideas.Check, -19, -4), f.span(ideas.Support, -3, 11), f.span(ideas.Decide, 12, 25), f.span(ideas.Implement, 26, 210)},
	}
}

func (f *filler) rooms() contests.Past {
	words := func(title, summary, plan string) contests.Words {
		return contests.Words{Title: title, Summary: summary, Plan: plan}
	}
	return contests.Past{
		Series: "innovation", NamedAt: f.now.AddDate(0, 0, -3), Jury: []string{"Prof. Dr. Ines Albrecht (Hochschule)", "Tomasz Wieczorek (Handwerk)", "Leyla Aydın (Seniorenvertretung)"},
		Challenges: []contests.Challenge{
			{
				Title: text("Termine, die zum Leben passen", "Appointments that fit people's lives"), Contact: "innovation@stadt.example",
				Text: text("Jeder fünfte Termin im Bürgerbüro verfällt, weil jemand nicht kommt. Gleichzeitig warten andere Wochen.", "Every fifth appointment at the citizens' office lapses because somebody does not come. At the same time others wait for weeks."),
				Data: text("Freie und verfallene Termine der letzten zwei Jahre, je Tag und Büro, ohne Personen.", "Free and lapsed appointments of the last two years, by day and office, without people."),
			},
			{
				Title: text("Briefe, die alle verstehen", "Letters that everybody understands"), Contact: "innovation@stadt.example",
				Text: text("Viele Menschen rufen an, weil sie einen Bescheid nicht verstehen. Wie merken wir das, bevor der Brief hinausgeht?", "Many people call because they don't understand a notice. How do we notice before the letter goes out?"),
				Data: text("40 Musterbriefe ohne Namen.", "40 sample letters without names."),
			},
			{
				Title: text("Das Amt kommt zu Ihnen", "The office comes to you"), Contact: "innovation@stadt.example",
				Text: text("Wer schlecht laufen kann, kommt schwer ins Bürgerbüro. Was kann ein Koffer, was ein Bus, was eine Bibliothek?", "Whoever finds walking hard can hardly get to the citizens' office. What can a suitcase do, what a bus, what a library?"),
			},
		},
		Entries: []contests.PastEntry{
			{
				Team: "Lückenfüller", Of: 0, Finalist: true, Supported: 214, Why: "Einfach, sofort machbar und für alle Büros brauchbar.",
				Words:  words("Nachrücken per Knopfdruck", "Wer früher kommen möchte, sagt es bei der Buchung. Wird ein Termin frei, fragt das System die Nächsten der Reihe nach, mit zehn Minuten Zeit für ein Ja.", "Wir hängen uns an die Absage-Nachricht der Terminbuchung und führen eine Warteliste je Büro."),
				Scores: [][]int{{9, 6, 9}, {8, 7, 9}, {9, 7, 8}}, Opinions: []string{"Wirkt am ersten Tag.", "Wenig Aufwand, großer Nutzen.", "Hilft auch ohne Smartphone, wenn man anrufen kann."},
			},
			{
				Team: "Klartext", Of: 1, Finalist: true, Supported: 168, Why: "Prüft Briefe vor dem Versand und lässt Menschen mitlesen, die es angeht.",
				Words:  words("Fünf Menschen lesen mit", "Bevor ein neuer Musterbrief hinausgeht, lesen ihn fünf Menschen aus der Stadt und sagen in eigenen Worten, was sie jetzt tun müssen.", "Ein Pool von 60 Menschen, bezahlt je Brief. Die Auswertung dauert drei Tage."),
				Scores: [][]int{{8, 8, 7}, nil, {10, 8, 7}}, Opinions: []string{"Gute Methode, klein zu beginnen.", "", "Endlich fragt jemand die, die es lesen müssen."},
			},
			{
				Team: "Amt im Koffer", Of: 2, Finalist: true, Supported: 251, Why: "Erreicht Menschen, die sonst nicht kommen. Die Technik gibt es schon.",
				Words:  words("Bürgerkoffer in der Bibliothek", "Zweimal in der Woche steht ein Koffer mit Gerät und zwei Menschen vom Amt in der Stadtteilbibliothek. Ausweis, Meldung, Parkausweis: alles an einem Tisch.", "Start in zwei Bibliotheken, Termine und offene Zeiten gemischt."),
				Scores: [][]int{{9, 7, 8}, {9, 6, 8}, {10, 7, 9}}, Opinions: []string{"Sehr nah bei den Menschen.", "Passt zu den Öffnungszeiten.", "Genau das fehlt bei uns im Viertel."},
			},
			{
				Team: "Kettenreaktion", Of: 0, Why: "Gute Idee. Ohne neue Gesetze können wir sie nicht ausprobieren.",
				Words:  words("Termine tauschen", "Menschen tauschen ihre Termine untereinander.", "Eine Tauschbörse mit Pseudonymen."),
				Scores: [][]int{{5, 6, 3}, {4, 6, 2}, {5, 5, 3}}, Opinions: []string{"Rechtlich offen.", "Zu viele Ausnahmen.", "Schwierig für Ältere."},
			},
		},
	}
}
