package practice

import (
	"slices"
	"strings"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Case is an invented case. Streets, people and teams of it exist nowhere.
type Case struct {
	Key   string
	Title i18n.Text // as the real desk makes titles: kind and place
	Place string
	Text  string // what the invented person wrote
	Asks  string // what the same person answers to any question
	Near  string // another one at the same place, "" for none
	Goals []Goal
}

// Goal is something that a good clerk would do here.
type Goal struct {
	Key  string // of a message below practice.goal.
	done func(State) bool
}

// Done tells whether it is reached.
func (g Goal) Done(s State) bool { return g.done(s) }

// Teams lists the invented teams, by key; what they are called stands in the
// messages practice.team.
func Teams() []string { return []string{"licht", "wege", "park"} }

// ByKey is an invented case, nil for none.
func ByKey(key string) *Case {
	all := Cases()
	i := slices.IndexFunc(all, func(c Case) bool { return c.Key == key })
	if i < 0 {
		return nil
	}
	return &all[i]
}

func title(de, en string) i18n.Text { return i18n.Text{i18n.German: de, i18n.English: en} }

func released(s State) bool { return s.Release == Released }

func goal(key string, done func(State) bool) Goal { return Goal{Key: key, done: done} }

func mine() Goal { return goal("mine", func(s State) bool { return s.Mine }) }

func reached(key string, status Status) Goal {
	return goal(key, func(s State) bool { return s.Status == status })
}

// Cases lists the invented cases in the order in which they teach the desk.
func Cases() []Case {
	return []Case{
		{
			Key: "lamp", Title: title("Laterne dunkel, Probeweg 3", "Street light out, Probeweg 3"), Place: "Probeweg 3",
			Text: "Die Laterne vor unserem Haus ist seit drei Tagen dunkel. Sie erreichen mich unter 0123 456789.",
			Asks: "Es ist die Laterne direkt vor der Haustür.",
			Goals: []Goal{
				goal("number", func(s State) bool { return released(s) && !numbered(s.Public) }), mine(), reached("progress", InProgress),
			},
		},
		{
			Key: "hole", Title: title("Schlagloch, Musterallee 12", "Pothole, Musterallee 12"), Place: "Musterallee 12",
			Text: "Mitten auf der Straße ist ein tiefes Loch. Gestern ist jemand mit dem Rad gestürzt.",
			Asks: "Das Loch ist auf der Seite vom Bäcker.",
			Goals: []Goal{
				goal("high", func(s State) bool { return s.High }), goal("secured", func(s State) bool { return s.Secured }),
				goal("planned", func(s State) bool { return s.Status == Planned }),
			},
		},
		{
			Key: "bin", Title: title("Abfall liegt herum, Beispielplatz", "Litter lying around, Beispielplatz"), Place: "Beispielplatz", Near: "bin-again",
			Text: "Am Brunnen liegen seit Sonntag volle Tüten.",
			Asks: "Es sind etwa zehn Tüten.",
			Goals: []Goal{
				goal("released", released), reached("resolved", Resolved),
			},
		},
		{
			Key: "bin-again", Title: title("Abfall liegt herum, Beispielplatz", "Litter lying around, Beispielplatz"), Place: "Beispielplatz", Near: "bin",
			Text:  "Beim Brunnen stinkt es, lauter Müllsäcke.",
			Asks:  "Ja, genau beim Brunnen.",
			Goals: []Goal{goal("merged", func(s State) bool { return s.Into == "bin" })},
		},
		{
			Key: "bench", Title: title("Bank kaputt, Übungspark", "Bench broken, Übungspark"), Place: "Übungspark",
			Text: "Eine Bank ist kaputt.",
			Asks: "Es ist die zweite Bank am Ententeich. Eine Latte fehlt.",
			Goals: []Goal{
				goal("asked", func(s State) bool { return s.Asked }), goal("handed", func(s State) bool { return s.Team == "park" }),
			},
		},
		{
			Key: "anger", Title: title("Radweg gesperrt, Probeweg 20", "Cycle path closed, Probeweg 20"), Place: "Probeweg 20",
			Text: "Wieder ist der Radweg zu. Diese Stadt schafft es nicht einmal, ein Schild aufzustellen. Das ist peinlich!",
			Asks: "Die Baustelle ist vor dem Haus Nummer 20.",
			Goals: []Goal{
				// criticism of the city is no ground to withhold or to change anything
				goal("criticism", func(s State) bool { return released(s) && strings.Contains(s.Public, "peinlich") }), reached("review", InReview),
			},
		},
		{
			Key: "rail", Title: title("Graffiti, Bahnbrücke Testweg", "Graffiti, railway bridge Testweg"), Place: "Testweg",
			Text:  "Die Bahnbrücke ist ganz besprüht.",
			Asks:  "Es ist die Seite zum Kanal.",
			Goals: []Goal{goal("noted", func(s State) bool { return s.Noted }), reached("not_responsible", NotResponsible)},
		},
		{
			Key: "tree", Title: title("Baum mit dürrem Ast, Musterallee 40", "Tree with a dead branch, Musterallee 40"), Place: "Musterallee 40",
			Text:  "An der Linde ist ein dürrer Ast. Im Frühling sollte man noch einmal schauen.",
			Asks:  "Der Ast ist etwa so dick wie ein Arm.",
			Goals: []Goal{mine(), goal("back", func(s State) bool { return s.Back != "" })},
		},
	}
}
