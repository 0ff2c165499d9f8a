package radar

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/subject"
)

// Scale is what the rings of a programme mean.
type Scale string

// The scales.
const (
	ByStatus  Scale = "status"  // completed in the middle, then running, planned, stopped
	ByHorizon Scale = "horizon" // by the year of the planned end
	ByStage   Scale = "stage"   // idea, pilot, introduction, operation
)

// Stages from the first to the last.
func Stages() []string { return []string{"idea", "pilot", "rollout", "operation"} }

// Field is a field of action.
type Field struct {
	ID     uuid.UUID
	Key    string
	Name   i18n.Text
	Intro  i18n.Text
	Core   i18n.Text // core area
	Weight float64
}

// Ref points to it, for those who follow it.
func (f Field) Ref() subject.Ref { return subject.Ref{Kind: FieldKind, ID: f.ID} }

// Question is one that residents answer about a measure: 1 to 5.
type Question struct {
	Key       string
	Text      i18n.Text
	Low, High i18n.Text
}

// Programme is one programme with its fields and questions.
type Programme struct {
	ID        uuid.UUID
	Slug      string
	Name      i18n.Text
	Intro     i18n.Text
	Rings     Scale
	Sectors   string // "field" or "core"
	Public    bool
	Starts    Day // "": not said
	Ends      Day
	Editors   []uuid.UUID // who of those with the role edit it; nobody: all of them
	Version   int
	Changed   time.Time
	Fields    []Field
	Questions []Question
}

// Ref points to it, for those who follow it.
func (p *Programme) Ref() subject.Ref { return subject.Ref{Kind: ProgrammeKind, ID: p.ID} }

// Field is the field of a key; nil when there is none.
func (p *Programme) Field(key string) *Field {
	if i := p.fieldIndex(key); i >= 0 {
		return &p.Fields[i]
	}
	return nil
}

func (p *Programme) fieldIndex(key string) int {
	return slices.IndexFunc(p.Fields, func(f Field) bool { return f.Key == key })
}

// cores are the core areas in the order of their first fields.
func (p *Programme) cores() []i18n.Text {
	var list []i18n.Text
	for _, f := range p.Fields {
		if !slices.ContainsFunc(list, func(t i18n.Text) bool { return t.In(i18n.German) == f.Core.In(i18n.German) }) {
			list = append(list, f.Core)
		}
	}
	return list
}

// sector is where a field's measures stand.
func (p *Programme) sector(field string) int {
	i := max(0, p.fieldIndex(field))
	if p.Sectors != "core" || i >= len(p.Fields) {
		return i
	}
	return slices.IndexFunc(p.cores(), func(t i18n.Text) bool { return t.In(i18n.German) == p.Fields[i].Core.In(i18n.German) })
}

// Layout is the chart's rings and sectors in a language; ring names are message
// keys: the pages say them.
func (p *Programme) Layout(lang string, ringName func(key string) string) chart.Layout {
	l := chart.Layout{}
	for _, key := range p.RingKeys() {
		l.Rings = append(l.Rings, chart.Ring{Key: key, Name: ringName(key)})
	}
	if p.Sectors == "core" {
		for _, c := range p.cores() {
			l.Sectors = append(l.Sectors, chart.Sector{Key: c.In(i18n.German), Name: c.In(lang), Weight: 1})
		}
		return l
	}
	for _, f := range p.Fields {
		l.Sectors = append(l.Sectors, chart.Sector{Key: f.Key, Name: f.Name.In(lang), Weight: f.Weight})
	}
	return l
}

// RingKeys are the rings from the middle outwards.
func (p *Programme) RingKeys() []string {
	switch p.Rings {
	case ByHorizon:
		return []string{"completed", "this_year", "next_year", "later"}
	case ByStage:
		return []string{"operation", "rollout", "pilot", "idea"}
	case ByStatus:
	}
	return []string{string(Completed), string(Running), string(Planned), string(Stopped)}
}

// Ring is where a document stands on a day.
func (p *Programme) Ring(c *Content, on Day) int {
	switch p.Rings {
	case ByHorizon:
		year := yearOf(on)
		switch end := yearOf(c.End); {
		case c.Status == Completed:
			return 0
		case c.End == "" || c.Status == Stopped:
			return 3
		case end <= year:
			return 1
		case end == year+1:
			return 2
		}
		return 3
	case ByStage:
		if i := slices.Index([]string{"operation", "rollout", "pilot", "idea"}, c.Stage); i >= 0 {
			return i
		}
		return 3
	case ByStatus:
	}
	return slices.Index([]Status{Completed, Running, Planned, Stopped}, c.Status)
}

func yearOf(d Day) int {
	if at, ok := d.Time(time.UTC); ok {
		return at.Year()
	}
	return 0
}

// place gives every document its spot; known spots stay.
func (p *Programme) place(items []Placed, on Day, known map[uuid.UUID]chart.Spot) map[uuid.UUID]chart.Spot {
	list := make([]chart.Item, len(items))
	for i := range items {
		list[i] = chart.Item{ID: items[i].ID, Ring: p.Ring(&items[i].Content, on), Sector: p.sector(items[i].Content.Field)}
	}
	return chart.Place(p.Layout(i18n.German, func(key string) string { return key }), list, known)
}

// Placed is a document with its spot in a chart.
type Placed struct {
	Measure

	Spot chart.Spot
}
