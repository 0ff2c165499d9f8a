package api_test

import (
	"testing"

	"github.com/mitwirk/mitwirk/reports/reportstest"
)

// areas: an area is followed, what happens in it is told and read, and ended.
func (h house) areas(t *testing.T) {
	t.Helper()
	at := reportstest.Marienplatz
	body := fields{"centre": []float64{at.Lon, at.Lat}, "radius": 200, "category": "laterne", "news": "new", "cadence": "never"}
	var made, again struct{ ID string }
	h.send(t, "resident", "POST", "/me/areas", body, 200, &made)
	h.send(t, "resident", "POST", "/me/areas", body, 200, &again)
	if made.ID == "" || made.ID != again.ID {
		t.Errorf("followed twice: %s, %s", made.ID, again.ID)
	}
	for name, wrong := range map[string]fields{
		"two places":       {"centre": []float64{at.Lon, at.Lat}, "radius": 200, "corners": [][]float64{{1, 1}, {1, 2}, {2, 2}}, "news": "new", "cadence": "each"},
		"crossing":         {"corners": [][]float64{{11.5, 48.1}, {11.6, 48.2}, {11.6, 48.1}, {11.5, 48.2}}, "news": "new", "cadence": "each"},
		"no such kind":     {"category": "x", "news": "new", "cadence": "each"},
		"no such district": {"district": "99", "news": "new", "cadence": "each"},
	} {
		t.Log(name)
		h.send(t, "resident", "POST", "/me/areas", wrong, 422, nil)
	}
	var list struct {
		Areas []struct {
			ID, Category, Feed string
			Radius             int
		}
	}
	h.send(t, "resident", "GET", "/me/areas", nil, 200, &list)
	if n := len(list.Areas); n == 0 || list.Areas[n-1].Radius != 200 || list.Areas[n-1].Category != "laterne" {
		t.Fatalf("%+v", list)
	}
	h.send(t, "clerk", "PATCH", "/me/areas/"+made.ID, fields{"cadence": "each"}, 404, nil)
	h.send(t, "resident", "PATCH", "/me/areas/"+made.ID, fields{"cadence": "never"}, 200, nil)

	h.Create(t)
	h.Events.Work(t)
	var inbox struct {
		Notices []struct {
			ID, What, Why string
			ReadAt        string `json:"read_at"`
		}
		Unread int
	}
	h.send(t, "resident", "GET", "/me/notices", nil, 200, &inbox)
	if len(inbox.Notices) == 0 || inbox.Notices[0].What != "new" || inbox.Notices[0].Why != "area" || inbox.Unread == 0 {
		t.Fatalf("%+v", inbox)
	}
	one := "/me/notices/" + inbox.Notices[0].ID + "/read"
	h.send(t, "clerk", "PUT", one, nil, 404, nil)
	for range 2 {
		h.send(t, "resident", "PUT", one, nil, 200, nil)
	}
	h.send(t, "resident", "PUT", "/me/notices/read", nil, 200, nil)
	h.send(t, "resident", "GET", "/me/notices", nil, 200, &inbox)
	if inbox.Unread != 0 {
		t.Errorf("%d unread", inbox.Unread)
	}
	h.send(t, "clerk", "DELETE", "/me/areas/"+made.ID, nil, 404, nil)
	h.send(t, "resident", "DELETE", "/me/areas/"+made.ID, nil, 200, nil)
}

// searches: a search is followed, told of, changed and ended by whoever follows it; a
// browser is told by its owner's wish only.
func (h house) searches(t *testing.T) {
	t.Helper()
	body := fields{"q": "Laterne", "kind": []string{"report"}, "category": []string{"laterne"}, "cadence": "never"}
	var made, again struct{ ID string }
	h.send(t, "resident", "POST", "/me/searches", body, 200, &made)
	h.send(t, "resident", "POST", "/me/searches", body, 200, &again)
	if made.ID == "" || made.ID != again.ID {
		t.Errorf("followed twice: %s, %s", made.ID, again.ID)
	}
	h.send(t, "resident", "POST", "/me/searches", fields{"q": "-Laterne", "cadence": "each"}, 422, nil)
	var list struct {
		Searches []struct {
			ID, Q, Feed    string
			Kind, Category []string
		}
	}
	h.send(t, "resident", "GET", "/me/searches", nil, 200, &list)
	if n := len(list.Searches); n == 0 || list.Searches[n-1].Q != "Laterne" || list.Searches[n-1].Category[0] != "laterne" || list.Searches[n-1].Kind[0] != "report" {
		t.Fatalf("%+v", list)
	}
	h.Create(t)
	h.Events.Work(t)
	var inbox struct {
		Notices []struct{ Why string }
	}
	h.send(t, "resident", "GET", "/me/notices", nil, 200, &inbox)
	if len(inbox.Notices) == 0 || inbox.Notices[0].Why != "search" {
		t.Errorf("%+v", inbox)
	}
	one := "/me/searches/" + made.ID
	h.send(t, "clerk", "PATCH", one, fields{"cadence": "each"}, 404, nil)
	h.send(t, "resident", "PATCH", one, fields{"cadence": "daily"}, 200, nil)
	h.send(t, "clerk", "DELETE", one, nil, 404, nil)
	h.send(t, "resident", "DELETE", one, nil, 200, nil)

	var browsers struct {
		Key      string
		Browsers []struct{ ID, Service string }
	}
	h.send(t, "resident", "GET", "/me/browsers", nil, 200, &browsers)
	told := fields{"endpoint": "https://push.example/1", "p256dh": browsers.Key, "auth": "AAAAAAAAAAAAAAAAAAAAAA"}
	h.send(t, "resident", "POST", "/me/browsers", told, 200, &made)
	h.send(t, "resident", "GET", "/me/browsers", nil, 200, &browsers)
	if len(browsers.Browsers) != 1 || browsers.Browsers[0].ID != made.ID || browsers.Browsers[0].Service != "push.example" {
		t.Errorf("%+v", browsers)
	}
	h.send(t, "clerk", "DELETE", "/me/browsers/"+made.ID, nil, 404, nil)
	h.send(t, "resident", "DELETE", "/me/browsers/"+made.ID, nil, 200, nil)
}
