// Package geopages answers the maps' and forms' questions about places, as
// JSON: /geo/search, /geo/place, /geo/districts.json, /geo/basemap.json. Pages
// that work without script ask the same of package geo themselves.
//
// Invariant: errors are problem+json, whatever a browser says it accepts. It
// owns no tables.
package geopages
