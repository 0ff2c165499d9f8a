package site

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// City is the place that this installation is for.
type City struct {
	Name         i18n.Text     `json:"name"`
	TimeZone     string        `json:"time_zone"` // IANA, e.g. "Europe/Berlin"
	Centre       subject.Point `json:"centre"`    // where the map opens
	Zoom         float64       `json:"zoom"`      // how near it opens, 1 to 20
	Area         *subject.BBox `json:"area"`      // nil: not known; the districts say what belongs to the city
	Languages    []string      `json:"languages"` // German is always among them
	Contacts     Contacts      `json:"contacts"`
	Demo         bool          `json:"demo"`          // shows the banner of a demonstration
	Targets      bool          `json:"targets"`       // whether targets are counted and shown at all
	OpeningHours string        `json:"opening_hours"` // when staff read, as categories.ParseHours takes it; "": its default
}

// Contacts is how the city is reached outside this product. Empty ones are not
// shown.
type Contacts struct {
	Phone   string `json:"phone"` // as people dial it, e.g. "115"
	Mail    string `json:"mail"`
	Address string `json:"address"` // lines
}

// DefaultCity is what holds until somebody sets something: a city without a
// name in the middle of Germany's time zone, with the authorities' number 115.
func DefaultCity() City {
	return City{
		Name:      i18n.Text{i18n.German: "Ihre Stadt", i18n.English: "Your city"},
		TimeZone:  "Europe/Berlin",
		Centre:    subject.Point{Lon: 10.4515, Lat: 51.1657},
		Zoom:      11,
		Languages: []string{i18n.German, i18n.English},
		Contacts:  Contacts{Phone: "115"},
		Targets:   true,
	}
}

// Zone is the city's time zone; UTC when the machine does not know it, which
// validation has ruled out.
func (c *City) Zone() *time.Location {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

var (
	rePhone = regexp.MustCompile(`^\+?[0-9][0-9 /()-]{1,30}$`)
	reHours = regexp.MustCompile(`^[A-Z][a-z][A-Za-z ,;:0-9-]{5,200}$`)
)

// Validate says what is wrong with a city, as one Invalid fault.
func (c *City) Validate() error {
	var wrong fault.Fields
	if strings.TrimSpace(c.Name[i18n.German]) == "" {
		wrong.Add("name", "site.err.name")
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "" || c.TimeZone == "Local" {
		wrong.Add("time_zone", "site.err.zone")
	}
	if !c.Centre.Valid() {
		wrong.Add("centre", "site.err.place")
	}
	if !(c.Zoom >= 1 && c.Zoom <= 20) { // also NaN
		wrong.Add("zoom", "site.err.zoom")
	}
	if a := c.Area; a != nil && !validArea(*a) {
		wrong.Add("area", "site.err.place")
	}
	known := []string{i18n.German, i18n.English, i18n.Easy}
	if !slices.Contains(c.Languages, i18n.German) || slices.ContainsFunc(c.Languages, func(l string) bool { return !slices.Contains(known, l) }) {
		wrong.Add("languages", "site.err.languages")
	}
	if c.Contacts.Phone != "" && !rePhone.MatchString(c.Contacts.Phone) {
		wrong.Add("phone", "site.err.phone")
	}
	if c.Contacts.Mail != "" {
		if a, err := mail.ParseAddress(c.Contacts.Mail); err != nil || a.Address != c.Contacts.Mail {
			wrong.Add("mail", "site.err.mail")
		}
	}
	if c.OpeningHours != "" && !reHours.MatchString(c.OpeningHours) {
		wrong.Add("opening_hours", "site.err.hours")
	}
	return wrong.Err()
}

func validArea(a subject.BBox) bool {
	low, high := subject.Point{Lon: a.West, Lat: a.South}, subject.Point{Lon: a.East, Lat: a.North}
	return low.Valid() && high.Valid() && a.West < a.East && a.South < a.North
}
