package backup

import "testing"

func TestWithoutPassword(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][2]string{
		"postgres://u:secret@h/d":                        {"postgres://u@h/d", "secret"},
		"postgres://u@h:5433/d?sslmode=disable":          {"postgres://u@h:5433/d?sslmode=disable", ""},
		"postgresql://h/d?user=u&password=a%20b":         {"postgresql://h/d?user=u", "a b"},
		"host=h user=u password=secret dbname=d":         {"host=h user=u  dbname=d", "secret"},
		`host=h password = 'a \'b' user=u dbname=d`:      {"host=h  user=u dbname=d", "a 'b"},
		"host='/tmp/x y' user=u dbname=d":                {"host='/tmp/x y' user=u dbname=d", ""},
		"password=secret host=h user=u dbname=xpassword": {"host=h user=u dbname=xpassword", "secret"},
	} {
		rest, password, err := withoutPassword(raw)
		if err != nil || rest != want[0] || password != want[1] {
			t.Errorf("%s: %q, %q, %v", raw, rest, password, err)
		}
	}
}
