package api_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/demo/places"
)

// setUp: a city is set up by a program as on the pages, and nobody who
// read an older state overwrites a newer one.
func (h house) setUp(t *testing.T) {
	t.Helper()
	var file struct{ File, Version string }
	h.send(t, "admin", "GET", "/admin/catalogue", nil, 200, &file)
	changed := strings.Replace(file.File, "Straße, Geh- und Radweg", "Wege", 1)
	if changed == file.File {
		t.Fatal("the demo's catalogue has no such group")
	}
	var done struct {
		Categories int
		Retired    []string
	}
	put := func(version string, try bool, want int) {
		t.Helper()
		h.send(t, "admin", "PUT", "/admin/catalogue", fields{"file": changed, "version": version, "try": try}, want, nil)
	}
	h.send(t, "admin", "PUT", "/admin/catalogue", fields{"file": changed, "version": file.Version, "try": true}, 200, &done)
	if done.Categories == 0 || len(done.Retired) != 0 || h.count(t, `SELECT count(*) FROM category_groups WHERE name ->> 'de' = 'Wege'`) != 0 {
		t.Errorf("tried: %+v", done)
	}
	put(file.Version, false, 200)
	put(file.Version, false, 409)
	if h.count(t, `SELECT count(*) FROM category_groups WHERE name ->> 'de' = 'Wege'`) != 1 || h.count(t, `SELECT count(*) FROM audit_log WHERE action = 'catalogue.import'`) != 1 {
		t.Error("the catalogue is not the file's, or the log does not know")
	}
	p := h.do(t, sent{method: "PUT", path: "/admin/catalogue", bearer: h.bearer["admin"], body: fields{"file": "nothing: 1", "version": "x"}}).want(422).problem()
	if p.Errors[0].Field != "/file" {
		t.Errorf("%+v", p)
	}

	h.send(t, "admin", "PUT", "/admin/holidays/2027-12-24", fields{"de": "Heiligabend"}, 200, nil)
	var days struct{ Days []struct{ Day string } }
	h.send(t, "admin", "GET", "/admin/holidays?year=2027", nil, 200, &days)
	found := false
	for _, d := range days.Days {
		found = found || d.Day == "2027-12-24"
	}
	h.send(t, "admin", "DELETE", "/admin/holidays/2027-12-24", nil, 200, nil)
	if !found {
		t.Errorf("%+v", days)
	}

	var text struct{ Version int }
	h.send(t, "admin", "GET", "/admin/texts/page.impressum", nil, 200, &text)
	h.send(t, "admin", "PUT", "/admin/texts/page.impressum", fields{"body": "Stadt", "version": text.Version}, 200, nil)
	h.send(t, "admin", "PUT", "/admin/texts/page.impressum", fields{"body": "Dorf", "version": text.Version}, 409, nil)

	id := uuid.NewString()
	h.send(t, "admin", "PUT", "/admin/messages/"+id, aboveBody(), 200, nil)
	h.send(t, "admin", "DELETE", "/admin/messages/"+id, nil, 200, nil)

	var set struct{ ID string }
	h.send(t, "admin", "POST", "/admin/districts", fields{"name": "Neue Grenzen", "geojson": string(places.Districts())}, 201, &set)
	h.send(t, "admin", "POST", "/admin/districts/"+set.ID+"/switch", nil, 200, nil)
	var other struct{ ID string }
	h.send(t, "admin", "POST", "/admin/districts", fields{"name": "Verworfen", "geojson": string(places.Districts())}, 201, &other)
	h.send(t, "admin", "DELETE", "/admin/districts/"+other.ID, nil, 200, nil)
	var sets struct {
		Sets []struct {
			ID     string
			Active bool
		}
	}
	h.send(t, "admin", "GET", "/admin/districts", nil, 200, &sets)
	if len(sets.Sets) == 0 || !sets.Sets[0].Active || sets.Sets[0].ID != set.ID {
		t.Errorf("%+v", sets)
	}
}

// organised: made, shared and left by programs of the people in it.
func (h house) organised(t *testing.T) {
	t.Helper()
	var made struct{ ID string }
	h.send(t, "resident", "POST", "/me/organisations", fields{"name": "Hausverwaltung Lindenhof", "your_name": "Anna"}, 201, &made)
	of := "/me/organisations/" + made.ID
	h.send(t, "clerk", "GET", of, nil, 404, nil)
	key := uuid.NewString()
	for range 2 {
		clearRates(t, h.bundle)
		h.do(t, sent{method: "POST", path: of + "/invitations", bearer: h.bearer["resident"], key: key, body: fields{"mail": accountstest.Address(), "role": "member"}}).want(201)
	}
	var one struct {
		Organisation struct{ Role string }
		Members      []struct{ Person, Name string }
		Invitations  []struct{ ID, Mail string }
	}
	h.send(t, "resident", "GET", of, nil, 200, &one)
	if one.Organisation.Role != "owner" || len(one.Members) != 1 || len(one.Invitations) != 1 {
		t.Fatalf("%+v", one)
	}
	h.send(t, "resident", "DELETE", of+"/invitations/"+one.Invitations[0].ID, nil, 200, nil)
	h.send(t, "resident", "PUT", of+"/members/"+one.Members[0].Person, fields{"role": "member"}, 409, nil)
	mate := accountstest.Resident(t, h.Pool).Person
	_, err := h.Pool.Exec(t.Context(), `INSERT INTO organisation_members (organisation_id, person_id, role, name) VALUES ($1, $2, 'member', 'Ben')`, made.ID, mate)
	must(t, err)
	h.send(t, "resident", "PUT", of+"/members/"+mate.String(), fields{"role": "owner"}, 200, nil)
	h.send(t, "resident", "DELETE", of+"/members/"+mate.String(), nil, 200, nil)
	h.send(t, "resident", "PUT", of, fields{"name": "Lindenhof und Partner", "shown": true}, 200, nil)
	h.send(t, "resident", "POST", of+"/leave", nil, 200, nil)
	h.send(t, "resident", "GET", of, nil, 404, nil)
}
