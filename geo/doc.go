// Package geo knows the city's places: its districts, its addresses, who is in
// charge where the city is not, and the plain picture under the map.
//
// Invariants:
//   - districts are replaced as one set; at most one set is active, an older
//     one stays in the database; others keep a district's ref, never a set's id;
//   - a point belongs to at most one district: on a shared border to the one
//     with the smallest ref (shorter first, then by its signs), so "4" is
//     smaller than "10"; borders are decided exactly, without rounding;
//   - the city's area is the union of its districts, nothing more; without
//     districts every place is accepted;
//   - each street has one row without a house number, its middle;
//   - an import that names a bad feature has changed nothing; that of objects
//     takes what it can and names the rest;
//   - an object (kind and number) keeps its id and its code for ever;
//   - PostGIS is the truth; what this process keeps in memory is dropped with
//     DistrictsChanged and BasemapChanged and read again when next asked for.
//
// It alone writes district_sets, districts, addresses, objects, responsibilities and
// basemap_features.
package geo
