// Package practicepages holds the practice mode of the desk, /desk/practice:
// invented cases with the forms, words and keys of the real ones. Everything on
// these pages comes from package practice; none of it is real.
package practicepages
