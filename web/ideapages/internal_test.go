package ideapages

import "testing"

// An amount is what somebody meant by it, in German and in English.
func TestReadMoney(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"12.500": 12_500_00, "12500,50": 12_500_50, "12 500 €": 12_500_00, "1.250.000 Euro": 1_250_000_00, "7,5": 7_50, "0,05": 5,
		"12,500": 12_500_00, "12500.50": 12_500_50, "1,250,000.50": 1_250_000_50, "40": 40_00, "": -1,
	} {
		got, ok := readMoney(text)
		if !ok || got == nil != (want == -1) || got != nil && *got != want {
			t.Errorf("%q is %v, want %d", text, got, want)
		}
	}
	for _, text := range []string{"viel", "-5", "1.5.3", "12,5000", "1.2500", ",", "1..000", "999999999999999999"} {
		if got, ok := readMoney(text); ok {
			t.Errorf("%q is taken for %d", text, *got)
		}
	}
}
