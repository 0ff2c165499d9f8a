package main

import "testing"

func FuzzReadPlace(f *testing.F) {
	f.Add("11.5755,48.1374")
	f.Add("\ufeff 11.5755 , 48.1374 ")
	f.Add("NaN,Inf")
	f.Add("1,2,3")
	f.Fuzz(func(t *testing.T, line string) {
		if p, ok := readPlace(line); ok && !p.Valid() {
			t.Errorf("%q is %v", line, p)
		}
	})
}
