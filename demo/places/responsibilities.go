package places

import (
	"slices"
	"strconv"

	"github.com/mitwirk/mitwirk/subject"
)

// body is somebody in charge where the city is not.
type body struct {
	key                string
	nameDE, nameEN     string
	phraseDE, phraseEN string // within a sentence
	textDE, textEN     string
	link, forward      string
	categories         []string // none: of everything there
}

// Who is in charge where the city is not. Links lead nowhere on purpose: a
// demonstration must not send people to real offices.
var (
	palaces = body{
		key: "schloesser", forward: "mail",
		nameDE: "Bayerische Schlösserverwaltung", nameEN: "Bavarian Palace Department",
		phraseDE: "die Bayerische Schlösserverwaltung", phraseEN: "the Bavarian Palace Department",
		textDE: "Der Park gehört dem Freistaat Bayern.", textEN: "The park belongs to the Free State of Bavaria.",
	}
	railway = body{
		key: "bahn", forward: "link", link: "https://bahn.example/melden",
		nameDE: "Deutsche Bahn", nameEN: "Deutsche Bahn",
		phraseDE: "die Deutsche Bahn", phraseEN: "Deutsche Bahn",
		textDE: "Das gilt für Bahnhöfe, S-Bahn, Bahndämme und Bahnbrücken.", textEN: "This is so for stations, S-Bahn, embankments and railway bridges.",
	}
	motorway = body{
		key: "autobahn", forward: "mail",
		nameDE: "Autobahn GmbH des Bundes", nameEN: "Federal motorway company",
		phraseDE: "die Autobahn GmbH des Bundes", phraseEN: "the federal motorway company",
		textDE: "Das gilt für die Autobahn und ihre Anschlüsse.", textEN: "This is so for the motorway and its junctions.",
	}
	water = body{
		key: "wwa", forward: "mail",
		nameDE: "Wasserwirtschaftsamt München", nameEN: "State water authority Munich",
		phraseDE: "das Wasserwirtschaftsamt München", phraseEN: "the state water authority Munich",
		textDE: "Die Isar und ihre Ufer gehören dem Freistaat Bayern.", textEN: "The Isar and its banks belong to the Free State of Bavaria.",
	}
	neighbour = body{
		key: "nachbarort", forward: "link", link: "https://gemeinden.example/",
		nameDE: "Nachbargemeinde", nameEN: "Neighbouring municipality",
		phraseDE: "die Nachbargemeinde", phraseEN: "the neighbouring municipality",
		textDE: "Dieser Ort liegt außerhalb der Stadtgrenze.", textEN: "This place lies outside the city.",
	}
)

func (b body) feature(place string, rings ...pairs) feature {
	props := map[string]any{
		"body": b.key, "name_de": b.nameDE, "name_en": b.nameEN, "phrase_de": b.phraseDE, "phrase_en": b.phraseEN,
		"text_de": b.textDE, "text_en": b.textEN, "forward": b.forward, "place": place,
	}
	if b.link != "" {
		props["link"] = b.link
	}
	if len(b.categories) > 0 {
		props["categories"] = b.categories
	}
	return area(props, rings...)
}

// Responsibilities is a GeoJSON file of who is in charge where the city is not
// (section 6.1 of the catalogue), in rough areas. Police and owners of private
// ground have no area: the questions of a category lead to them.
func Responsibilities() []byte {
	var out []feature
	for _, s := range shapes(parks) {
		if slices.Contains(palaceParks, s.name) {
			out = append(out, palaces.feature(s.name, closed(s.points)))
		}
	}
	for _, f := range lines(stations) {
		metres, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			panic("places: station " + f[0]) // a mistake in the table, found by the first test
		}
		out = append(out, railway.feature("Bahnhof "+f[0], closed(circle(position(f[1]), metres))))
	}
	for _, s := range shapes(railways) {
		out = append(out, railway.feature("Bahnstrecke "+s.name, closed(band(s.points, 50))))
	}
	for _, s := range shapes(motorways) {
		out = append(out, motorway.feature(s.name, closed(band(s.points, 60))))
	}
	out = append(out, water.feature("Isar", closed(band(points(isar), 150))))

	// everything round the city, with the city as a hole
	outside := []subject.Point{{Lon: 11.20, Lat: 47.95}, {Lon: 11.90, Lat: 47.95}, {Lon: 11.90, Lat: 48.35}, {Lon: 11.20, Lat: 48.35}}
	out = append(out, neighbour.feature("Umland", closed(outside), closed(Outline())))
	return file(out)
}
