package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestAs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		want Kind
	}{
		{"a fault", New(Conflict, "x"), Conflict},
		{"wrapped", fmt.Errorf("load: %w", Missing("report")), NotFound},
		{"anything else", errors.New("disk on fire"), Internal},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := As(tt.err).Kind; got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	if As(nil) != nil {
		t.Error("As(nil) is not nil")
	}
}

func TestFieldsErr(t *testing.T) {
	t.Parallel()
	var f Fields
	if f.Err() != nil {
		t.Error("no field, but an error")
	}
	f.Add("place", "place.outside", "city", "München")
	e := As(f.Err())
	if e.Kind != Invalid || len(e.Fields) != 1 || e.Fields[0].Params["city"] != "München" {
		t.Errorf("got %#v", e)
	}
}
