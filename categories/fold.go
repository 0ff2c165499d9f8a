package categories

// Fold makes words comparable however they are typed, as mitwirk_fold does in
// the database: "Straße", "strasse" and "STRASSE" are one.
func Fold(s string) string { return fold(s) }
