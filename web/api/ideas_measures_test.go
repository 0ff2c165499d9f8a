package api_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// oneMeasure is a programme with one measure.
type oneMeasure struct{ ideas.Measure }

func (o oneMeasure) Named(_ context.Context, _ db.Queryer, ids []uuid.UUID) ([]ideas.Measure, error) {
	if len(ids) == 1 && ids[0] == o.ID {
		return []ideas.Measure{o.Measure}, nil
	}
	return nil, nil
}

func (o oneMeasure) Current(_ context.Context, _ db.Queryer, n subject.Number) (ideas.Measure, error) {
	if n != o.Number {
		return ideas.Measure{}, fault.Missing("measure")
	}
	return o.Measure, nil
}

func (oneMeasure) Edits(context.Context, db.Queryer, accounts.Actor, uuid.UUID) (bool, error) {
	return false, nil
}

func newOneMeasure() oneMeasure {
	return oneMeasure{ideas.Measure{ID: uuid.New(), Number: subject.NewNumber(2026), Title: i18n.Text{"de": "Busse mit Vorfahrt"}, Path: "/radar/R"}}
}

// measured: an idea is proposed to a measure; the city says that it is part of
// it, and takes it out again.
func (h house) measured(t *testing.T, m oneMeasure) {
	t.Helper()
	type seen struct {
		Number   string
		Measures []struct {
			Number string
			Part   bool
		}
	}
	number := m.Number.Format(subject.PrefixMeasure)
	words := fields{"title": "Auch Straßenbahnen", "text": "Sie stehen auch an Rot.", "measure": number}
	h.send(t, "resident", "POST", "/ideas", fields{"title": "Auch Straßenbahnen", "text": "Sie stehen auch an Rot.", "measure": randomOf(subject.PrefixMeasure)}, 422, nil)
	var i seen
	h.send(t, "resident", "POST", "/ideas", words, 201, &i)
	read := func(path string, want ...bool) {
		t.Helper()
		v := seen{}
		h.send(t, "anonymous", "GET", path, nil, 200, &v)
		if len(v.Measures) != len(want) || len(want) == 1 && (v.Measures[0].Part != want[0] || v.Measures[0].Number != number) {
			t.Errorf("%+v", v)
		}
	}
	read("/ideas/"+i.Number, false)
	p := h.propose(t)
	desk := "/desk" + p.path() + "/measures/" + number
	h.send(t, "clerk elsewhere", "PUT", desk, nil, 404, nil)
	h.send(t, "lead", "PUT", "/desk"+p.path()+"/measures/"+randomOf(subject.PrefixMeasure), nil, 422, nil)
	h.send(t, "lead", "PUT", desk, nil, 200, nil)
	read(p.path(), true)
	h.send(t, "lead", "DELETE", desk, nil, 200, nil)
	read(p.path())
	h.send(t, "lead", "DELETE", desk, nil, 404, nil)
}
