package api_test

import "testing"

// singles: one department and one category are made, changed and closed; what is
// needed is not closed, and nobody who read an older state overwrites a newer one.
func (h house) singles(t *testing.T) {
	t.Helper()
	version := func(path, list, key string) (found string) {
		t.Helper()
		var got map[string][]struct{ Key, Version string }
		h.send(t, "admin", "GET", path, nil, 200, &got)
		for _, l := range got[list] {
			if l.Key == key {
				found = l.Version
			}
		}
		return found
	}
	department := fields{"name": fields{"de": "Brunnen", "en": "Fountains"}, "door": "desk", "opening_hours": "Mo-Fr 08:00-12:00", "active": true}
	const team, kind = "/admin/departments/brunnen", "/admin/categories/brunnen-defekt"
	h.send(t, "admin", "PUT", team, department, 200, nil)
	h.send(t, "admin", "PUT", team, department, 409, nil) // there is one, and its version was not sent
	department["version"] = version("/admin/departments", "departments", "brunnen")
	department["opening_hours"] = "Mo 08:00-09:00"
	h.send(t, "admin", "PUT", team, department, 200, nil)
	h.send(t, "admin", "PUT", team, department, 409, nil)
	department["parent"], department["version"] = "gibt-es-nicht", version("/admin/departments", "departments", "brunnen")
	h.send(t, "admin", "PUT", team, department, 422, nil)

	category := fields{
		"name": fields{"de": "Brunnen defekt", "en": "Broken fountain"}, "group": "", "department": "brunnen", "publish": "A", "photo": "optional", "target_days": 5, "target_on": true,
		"near_metres": 30, "near_days": 60, "words": fields{"de": []string{"Brunnen", "Wasserspiel"}}, "keep_days": fields{"text": 1096, "photo": 365, "contact": 90}, "active": true,
	}
	var groups struct{ Categories []struct{ Group string } }
	h.send(t, "admin", "GET", "/admin/categories", nil, 200, &groups)
	category["group"] = groups.Categories[0].Group
	h.send(t, "admin", "PUT", kind, category, 200, nil)
	h.send(t, "admin", "PUT", kind, category, 422, nil) // the key is taken
	if p := h.do(t, sent{method: "DELETE", path: team, bearer: h.bearer["admin"]}).want(422).problem(); len(p.Errors) != 1 || p.Errors[0].Field != "/active" {
		t.Errorf("a department that a category needs: %+v", p)
	}
	const free = "/admin/departments/brunnen-zwei" // nothing needs it
	h.send(t, "admin", "PUT", free, fields{"name": fields{"de": "Brunnen zwei", "en": "More fountains"}, "door": "desk", "active": true}, 200, nil)
	h.send(t, "admin", "DELETE", free, nil, 200, nil)
	category["target_days"], category["version"] = 9, version("/admin/categories", "categories", "brunnen-defekt")
	h.send(t, "admin", "PUT", kind, category, 200, nil)
	category["target_days"] = 8
	h.send(t, "admin", "PUT", kind, category, 409, nil)
	for range 2 {
		h.send(t, "admin", "DELETE", kind, nil, 200, nil)
	}
	if n := h.count(t, `SELECT count(*) FROM categories WHERE key = 'brunnen-defekt' AND NOT active AND target_days = 9`); n != 1 {
		t.Error("the category is not closed, or not what was sent")
	}
	if n := h.count(t, `SELECT count(*) FROM audit_log WHERE action IN ('department.add', 'category.add', 'category.change')`); n < 4 {
		t.Errorf("the log knows %d changes", n)
	}
}
