package site

import "testing"

// A number of a barrier is read however it is typed, and nothing else is.
func FuzzParseBarrierNumber(f *testing.F) {
	f.Add("H-2026-7K3QX9")
	f.Add(" h-2026-7k3qx9 ")
	f.Add("M-2026-7K3QX9")
	f.Add("H-99999-000000\x00")
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := ParseBarrierNumber(text)
		if !ok {
			return
		}
		again, ok := ParseBarrierNumber(n.Format(PrefixBarrier))
		if !ok || again != n {
			t.Errorf("%q is %s, which is read as %d", text, n.Format(PrefixBarrier), again)
		}
	})
}
