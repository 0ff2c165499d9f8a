package geo

import (
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/subject"
)

// kindDistrictSet names a set of districts in events; it has no page.
const kindDistrictSet subject.Kind = "district_set"

// DistrictsChanged happened when another set of districts became the active one.
type DistrictsChanged struct {
	SetID uuid.UUID `json:"set_id"`
}

// EventType implements events.Event.
func (DistrictsChanged) EventType() string { return "geo.districts_changed" }

// Subject implements events.Event.
func (e DistrictsChanged) Subject() subject.Ref {
	return subject.Ref{Kind: kindDistrictSet, ID: e.SetID}
}

// BasemapChanged happened when the picture under the map was replaced.
type BasemapChanged struct{}

// EventType implements events.Event.
func (BasemapChanged) EventType() string { return "geo.basemap_changed" }

// Subject implements events.Event.
func (BasemapChanged) Subject() subject.Ref { return subject.Ref{Kind: "basemap"} }
