// Package demo makes the demo city: the catalogue here, its ground in places, its
// photos in pictures, its people and two years of reports in city.
//
// Invariants: everything is invented, and the site says so; nothing was taken
// from a data set; product code other than app and cmd imports none of it.
//
// It owns no tables: city writes through the services of the product.
package demo
