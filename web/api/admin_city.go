package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// citySetup is how the city sets itself up: what the pages below /desk/admin and
// /desk/site do, by the same services.
func (a *api) citySetup() {
	a.catalogueFile()
	a.holidays()
	a.openingHours()
	a.siteTexts()
	a.siteMessages()
	a.cityDetails()
	a.signFilms()
	a.siteVoices()
	a.districtSets()
	a.departmentSetup()
	a.categorySetup()
	a.questionSetup()
	a.groupSetup()
	a.stopSetup()
	a.signpostSetup()
	a.deadLetters()
}

// setsUp is an operation whose service has a transaction of its own. Sent twice
// it does what it does once.
func setsUp[I, O any](a *api, o op, do func(ctx context.Context, k *call, actor accounts.Actor, in *I) (O, error)) {
	if o.method != http.MethodGet && o.rule == "" {
		o.rule = accounts.RulePost
	}
	reads(a, o, do)
}

// translated is a text in the languages of the site.
type translated struct {
	DE string `json:"de" minLength:"1" maxLength:"600"`
	EN string `json:"en,omitempty" maxLength:"600"`
}

func (t translated) text() i18n.Text {
	out := i18n.Text{i18n.German: kit.Clean(t.DE, true)}
	if t.EN != "" {
		out[i18n.English] = kit.Clean(t.EN, true)
	}
	return out
}

func translatedOf(t i18n.Text) translated { return translated{DE: t[i18n.German], EN: t[i18n.English]} }

type catalogueFile struct {
	File    string `json:"file" doc:"YAML: departments with their hours, groups, categories with their questions, stop pages, signposts."`
	Version string `json:"version" doc:"To be sent with a changed file."`
}

type newCatalogue struct {
	File    string `json:"file" minLength:"1" maxLength:"4194304" doc:"The whole file. What is missing in it is not offered any more; nothing is deleted."`
	Version string `json:"version" maxLength:"40" doc:"Of the file as you read it: 409 when somebody has changed the catalogue since."`
	Try     bool   `json:"try,omitempty" doc:"Change nothing and say what would change."`
}

type catalogueDone struct {
	Departments int      `json:"departments"`
	Groups      int      `json:"groups"`
	Categories  int      `json:"categories"`
	Questions   int      `json:"questions"`
	Stops       int      `json:"stop_pages"`
	Signposts   int      `json:"signposts"`
	Retired     []string `json:"retired" nullable:"false" doc:"Keys of categories that are not offered any more."`
}

func (a *api) catalogueFile() {
	reads(a, adminOp("getCatalogueFile", http.MethodGet, "/admin/catalogue", "Read the catalogue as a file", "As mitwirk export categories writes it. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (catalogueFile, error) {
			file, version, err := a.Categories.File(ctx, actor)
			return catalogueFile{string(file), version}, err
		})
	type input struct{ Body newCatalogue }
	o := adminOp("putCatalogueFile", http.MethodPut, "/admin/catalogue", "Replace the catalogue by a file", "All of it at once, or nothing. For admins.")
	o.long = 4<<20 + maxBody
	setsUp(a, o, func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (catalogueDone, error) {
		d, err := a.Categories.ReplaceFile(ctx, actor, []byte(in.Body.File), in.Body.Version, in.Body.Try)
		return catalogueDone{
			Departments: d.Departments, Groups: d.Groups, Categories: d.Categories, Questions: d.Questions, Stops: d.Stops, Signposts: d.Signposts,
			Retired: append([]string{}, d.Retired...),
		}, renamed(err, map[string]string{"file": "/file"})
	})
}

type holiday struct {
	Day  string     `json:"day" format:"date" example:"2026-12-24"`
	Name translated `json:"name"`
	Law  bool       `json:"law,omitempty" doc:"A day of the law that nobody has written down."`
}

type holidayList struct {
	Year int       `json:"year"`
	Own  bool      `json:"own" doc:"The list of this year is the city's own."`
	Days []holiday `json:"days" nullable:"false"`
}

// HolidayParam is a day without work in a path.
type HolidayParam struct {
	Day string `path:"day" format:"date" maxLength:"10" example:"2026-12-24" doc:"Of the city."`
}

func (a *api) holidays() {
	type listIn struct {
		Year int `query:"year" minimum:"1900" maximum:"2200" doc:"Missing: this one."`
	}
	reads(a, adminOp("listHolidays", http.MethodGet, "/admin/holidays", "List the days without work", "Targets do not count them. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *listIn) (holidayList, error) {
			if in.Year == 0 {
				now, err := a.now(ctx)
				if err != nil {
					return holidayList{}, err
				}
				in.Year = now.In(a.Zone).Year()
			}
			y, err := a.Categories.Holidays(ctx, actor, in.Year)
			out := holidayList{Year: in.Year, Own: y.Own, Days: make([]holiday, len(y.Days))}
			for i, h := range y.Days {
				out.Days[i] = holiday{Day: h.Day.Format(time.DateOnly), Name: translatedOf(h.Name), Law: !h.Own}
			}
			return out, err
		})
	type putIn struct {
		HolidayParam
		Body translated
	}
	day := func(text string) (time.Time, error) {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return at, fault.Missing("holiday").Because(err)
		}
		return at, nil
	}
	setsUp(a, adminOp("putHoliday", http.MethodPut, "/admin/holidays/{day}", "Add a day without work", "Targets that are set already stay. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *putIn) (nothing, error) {
			at, err := day(in.Day)
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Categories.AddHoliday(ctx, actor, at, in.Body.text())
		})
	drop := adminOp("deleteHoliday", http.MethodDelete, "/admin/holidays/{day}", "Make a day a working day", "Also one of the law: then the list of its year is the city's own. For admins.")
	drop.plain = true
	setsUp(a, drop, func(ctx context.Context, _ *call, actor accounts.Actor, in *HolidayParam) (nothing, error) {
		at, err := day(in.Day)
		if err != nil {
			return nothing{}, err
		}
		return nothing{true}, a.Categories.RemoveHoliday(ctx, actor, at)
	})
	type yearIn struct {
		Year int `path:"year" minimum:"1900" maximum:"2200" example:"2027" doc:"The list of that year is the city's own from then on."`
	}
	setsUp(a, adminOp("fillHolidays", http.MethodPut, "/admin/holiday-years/{year}", "Write down the days of the law of a year", "Bavaria's; days that somebody added stay. No body. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *yearIn) (nothing, error) {
			return nothing{true}, a.Categories.FillHolidays(ctx, actor, in.Year)
		})
}

type openingHours struct {
	Hours string `json:"opening_hours" maxLength:"400" doc:"As OpenStreetMap writes them." example:"Mo-Fr 08:00-16:00"`
}

func (a *api) openingHours() {
	reads(a, adminOp("getOpeningHours", http.MethodGet, "/admin/opening-hours", "Read when reports are read", "Of the city; a team may have its own, in the catalogue. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (openingHours, error) {
			if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
				return openingHours{}, err
			}
			city, err := a.Site.City(ctx)
			return openingHours{city.OpeningHours}, err
		})
	type input struct{ Body openingHours }
	setsUp(a, adminOp("putOpeningHours", http.MethodPut, "/admin/opening-hours", "Change when reports are read", "For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			err := a.Site.SetHours(ctx, actor, kit.Clean(in.Body.Hours, false))
			return nothing{true}, renamed(err, map[string]string{"hours": "/opening_hours", "opening_hours": "/opening_hours"})
		})
}

type districtSet struct {
	ID        string `json:"id"`
	Source    string `json:"source"`
	Districts int    `json:"districts"`
	Active    bool   `json:"active" doc:"In force."`
	At        string `json:"imported_at" format:"date-time"`
}

type districtSets struct {
	Sets []districtSet `json:"sets" nullable:"false" doc:"The latest first."`
}

type newDistricts struct {
	Name    string `json:"name" minLength:"1" maxLength:"100" doc:"Of the file, for people."`
	GeoJSON string `json:"geojson" minLength:"2" maxLength:"16777216" doc:"A FeatureCollection of areas with ref and name."`
}

func (a *api) districtSets() {
	reads(a, adminOp("listDistrictSets", http.MethodGet, "/admin/districts", "List the sets of districts", "One is in force. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (districtSets, error) {
			list, err := a.Districts.Sets(ctx, actor)
			out := districtSets{Sets: make([]districtSet, len(list))}
			for i, s := range list {
				out.Sets[i] = districtSet{ID: s.ID.String(), Source: s.Source, Districts: s.N, Active: s.Active, At: stamp(s.ImportedAt)}
			}
			return out, err
		})
	type input struct{ Body newDistricts }
	o := adminOp("importDistricts", http.MethodPost, "/admin/districts", "Import districts", "As a set that is not in force yet. For admins.")
	o.status, o.long = http.StatusCreated, 16<<20+maxBody
	setsUp(a, o, func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (itemID, error) {
		id, err := a.Districts.Upload(ctx, actor, bytes.NewReader([]byte(in.Body.GeoJSON)), kit.Clean(in.Body.Name, false))
		return itemID{id.String()}, renamed(err, map[string]string{"file": "/geojson"})
	})
	for _, o := range []struct {
		id, method, path, summary, detail string
		drop                              bool
	}{
		{"switchDistricts", http.MethodPost, "/admin/districts/{id}/switch", "Put a set of districts in force", "Reports keep the number of their district. Back is the same way. No body. For admins.", false},
		{"discardDistricts", http.MethodDelete, "/admin/districts/{id}", "Discard a set of districts", "One that was never in force. For admins.", true},
	} {
		one := adminOp(o.id, o.method, o.path, o.summary, o.detail)
		one.plain = true
		setsUp(a, one, func(ctx context.Context, _ *call, actor accounts.Actor, in *ThingParam) (nothing, error) {
			id, err := thing(in.ID, "set of districts")
			if err != nil {
				return nothing{}, err
			}
			if o.drop {
				return nothing{true}, a.Districts.Discard(ctx, actor, id)
			}
			return nothing{true}, a.Districts.Switch(ctx, actor, id)
		})
	}
}
