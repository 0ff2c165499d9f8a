// Package city fills an empty database with the demo's Munich: departments and
// categories, districts and addresses, people of the staff, and reports over
// two years by the rules for believable data.
//
// Everything is invented; the random numbers have a fixed seed, so that every
// demo of one day is the same city. No figure says anything about Munich.
package city
