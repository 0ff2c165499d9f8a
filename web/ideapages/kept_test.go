package ideapages_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// The map of a list shows what the list shows.
func TestMapFilters(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-5, 10)
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
	})
	number := call.Number.Format(subject.PrefixCall)
	for path, want := range map[string]string{
		"/ideas?view=map": "",
		"/ideas?view=map&topic=plaetze&state=open&sort=new&q=ja": "q=ja&state=open&topic=plaetze",
		call.Path() + "?view=map":                                "call=" + number,
	} {
		tiles := site.Browser().Get(path).Want(http.StatusOK).WantClean().Doc().Find("[data-tiles]").AttrOr("data-tiles", "none")
		if _, query, _ := strings.Cut(tiles, "?"); query != want {
			t.Errorf("%s: the tiles are %s", path, tiles)
		}
	}
	if a := site.Browser().Get(call.Path() + "?topic=plaetze").Want(http.StatusOK); !strings.Contains(a.Doc().Find(".takelist a").First().AttrOr("href", ""), "call="+number+"&topic=plaetze") {
		t.Error("the files of a call do not have its filter")
	}
}

// Who is told that a vote counts has one that does.
func TestSupportThatWaits(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	for who, want := range map[string]string{"all": "ist gezählt", "mail": "sobald Sie sich anmelden", "residents": "sobald Ihr Wohnsitz bestätigt ist"} {
		call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
			from, to := days(-5, 10)
			call.Who, call.Spans = who, append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
		})
		r, _ := c.Create(t, func(s *ideas.Submission) { s.Call = call.ID })
		path := ideas.Path(r.Number)
		b := site.Browser()
		b.Post(path+"/support", url.Values{"on": {"1"}}).WantRedirect(path)
		if a := b.Get(path); !strings.Contains(a.Body, want) || strings.Contains(a.Body, "ist gezählt") != (who == "all") || !strings.Contains(a.Body, "Beleg") {
			t.Errorf("%s: %s", who, a.Text(".flash, .notice"))
		}
	}
	// who has signed in is not asked to do so
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-5, 10)
		call.Who, call.Spans = "residents", append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
	})
	r, _ := c.Create(t, func(s *ideas.Submission) { s.Call = call.ID })
	b := site.As(accountstest.Resident(t, c.Pool))
	b.Post(ideas.Path(r.Number)+"/support", url.Values{"on": {"1"}}).WantRedirect(ideas.Path(r.Number))
	if a := b.Get(ideas.Path(r.Number)); strings.Contains(a.Body, "sobald Sie sich anmelden") || a.Text(".gauge .n") != "0" {
		t.Errorf("%s", a.Text("aside"))
	}
}

// Two ideas may want to go on in the same one: a yes is to the one that it was
// asked about.
func TestYesToOneMerge(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	into, author := c.Create(t)
	first, _ := c.Create(t, func(s *ideas.Submission) { s.Title = "Wasser für Sendling" })
	second, _ := c.Create(t, func(s *ideas.Submission) { s.Title = "Brunnen überall" })
	for _, r := range []ideas.Receipt{first, second} {
		if err := c.Ideas.AskMerge(t.Context(), accounts.System, r.Number, into.Number, "Alle wollen Wasser."); err != nil {
			t.Fatal(err)
		}
	}
	path, about := ideas.Path(into.Number), second.Number.Format(subject.PrefixIdea)
	b := site.As(author)
	a := b.Get(path).Want(http.StatusOK).WantClean()
	if n := a.Doc().Find("[data-merge-asked]").Length(); n != 2 {
		t.Fatalf("%d of 2 questions are shown", n)
	}
	if got := a.Doc().Find("[data-merge-asked="+about+"] input[name=asked]").AttrOr("value", ""); got != about {
		t.Errorf("the answer is about %q", got)
	}
	b.Post(path+"/merge", url.Values{"do": {"yes"}, "asked": {about}}).WantRedirect(path)
	for _, m := range c.Idea(t, author, into.Number).Asked {
		if m.IntoYes != (m.From == second.Number) {
			t.Errorf("%s: agreed %t", m.FromTitle, m.IntoYes)
		}
	}
	if a := b.Get(path).WantClean(); a.Doc().Find("[data-merge-agreed]").Length() != 1 || a.Doc().Find("[data-merge-asked] button[value=yes]").Length() != 1 {
		t.Error("who said yes is asked for it again")
	}
	b.Post(path+"/merge", url.Values{"do": {"yes"}}).Want(http.StatusNotFound)
}

// What clerks typed into the smaller forms of the desk is there again when
// something of it was wrong, and the error leads to it.
func TestDeskKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	r, _ := c.Create(t)
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, c.Idea(t, accounts.Actor{}, r.Number).Department)
	if err != nil {
		t.Fatal(err)
	}
	at := "/desk/ideas/" + r.Number.Format(subject.PrefixIdea)
	b := site.As(c.Clerk(t, dep.Key))
	long := strings.Repeat("Wort ", 1200)
	for name, s := range map[string]struct {
		to   string
		form url.Values
		at   string // where the error leads
		want map[string]string
	}{
		"who decides": {"/decides", url.Values{"decides": {"council"}, "who": {"Stadtrat Mitte"}, "answer_by": {"2020-01-01"}}, "answer_by", map[string]string{"#f-who": "Stadtrat Mitte", "#f-decides": "council"}},
		"check":       {"/checks", url.Values{"kind": {"cost"}, "state": {"problem"}, "note": {long}}, "note-cost", map[string]string{"#f-note-cost": long, "#f-state-cost": "problem", "#f-note": ""}},
		"milestone":   {"/milestones", url.Values{"title": {"Bagger kommt"}, "note": {"Mit Absperrung"}, "due": {""}}, "due", map[string]string{"#f-title": "Bagger kommt", "#f-note": "Mit Absperrung"}},
		"merge":       {"/merge", url.Values{"into": {"I-2026-222222"}, "why": {"Beides sind Brunnen"}}, "into", map[string]string{"#f-into": "I-2026-222222", "#f-why": "Beides sind Brunnen"}},
	} {
		a := b.Post(at+s.to, s.form).Want(http.StatusUnprocessableEntity).WantClean()
		if a.Doc().Find("a[href='#f-"+s.at+"']").Length() != 1 || a.Doc().Find("#f-"+s.at+"-err").Length() != 1 {
			t.Errorf("%s: no error leads to %s", name, s.at)
		}
		for field, want := range s.want {
			f := a.Doc().Find(field)
			got := f.AttrOr("value", f.Text())
			if f.Is("select") {
				got = f.Find("option[selected]").AttrOr("value", "")
			}
			if strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("%s: %s holds %.60q", name, field, got)
			}
		}
	}
	// what can't be done any more keeps the words, too
	other, _ := c.Create(t, func(s *ideas.Submission) { s.Title = "Noch ein Brunnen" })
	form := url.Values{"into": {other.Number.Format(subject.PrefixIdea)}, "why": {"Dasselbe"}}
	b.Post(at+"/merge", form).WantRedirect(at)
	b.Post(at+"/merge", form).Want(http.StatusConflict)
}

// Words that cross those of somebody else are not lost: the page says what stands
// there now, and sending them again works.
func TestWordsThatCross(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	r, author := c.Create(t)
	path := ideas.Path(r.Number)
	reader := site.Browser()
	reader.Post(path+"/amend", url.Values{"title": {"Trinkbrunnen am Harras"}, "text": {"Zwei Brunnen."}, "why": {"Einer ist zu wenig."}}).WantRedirect(path + "#vorschlaege")
	b := site.As(author)
	id := strings.TrimPrefix(b.Get(path).Doc().Find("form[action*='/amendments/'] textarea").AttrOr("id", ""), "f-answer-")
	if err := c.Ideas.SetText(t.Context(), author, r.Number, ideas.Edit{Title: "Trinkbrunnen am Harras", Text: "Drei Brunnen wären gut."}); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"title": {"Mein Brunnen"}, "text": {"Meine Worte."}, "edition": {"1"}}
	a := b.Post(path+"/edit", form).Want(http.StatusConflict).WantClean()
	if a.Text("#f-text") != "Meine Worte." || !strings.Contains(a.Text("[data-now]"), "Drei Brunnen") {
		t.Errorf("kept %q, now %q", a.Text("#f-text"), a.Text("[data-now]"))
	}
	// an amendment of older words can't be taken over; the answer to it stays
	a = b.Post(path+"/amendments/"+id, url.Values{"do": {"yes"}, "answer": {"Sehr gern"}}).Want(http.StatusConflict).WantClean()
	if a.Text("#f-answer-"+id) != "Sehr gern" || !strings.Contains(a.Text("#f-answer-"+id+"-err"), "nicht mehr übernehmen") {
		t.Errorf("%q", a.Text("#f-answer-"+id))
	}
	form.Set("edition", b.Post(path+"/edit", form).Doc().Find("input[name=edition]").AttrOr("value", ""))
	b.Post(path+"/edit", form).WantRedirect(path)
	a = b.Post(path+"/details", url.Values{"topic": {"plaetze"}, "cost": {"viel"}, "as": {"point"}}).Want(http.StatusUnprocessableEntity).WantClean()
	if a.Doc().Find("#f-topic option[selected]").AttrOr("value", "") != "plaetze" {
		t.Error("the chosen topic is lost")
	}
	// who proposes too much keeps what they wrote
	for k := range 4 {
		a = reader.Post(path+"/amend", url.Values{"title": {"Mein Brunnen"}, "text": {"Fassung " + strings.Repeat("x", k+1)}, "why": {"Besser."}})
	}
	if a.Want(http.StatusConflict).WantClean().Text("#f-text") != "Fassung xxxx" {
		t.Error("the amendment is lost")
	}
}

// What people proposed and what they keep on this device is one click away.
func TestWayToOwnIdeas(t *testing.T) {
	t.Parallel()
	_, site := setup(t)
	a := site.Browser().Get("/ideas").Want(http.StatusOK)
	if a.Doc().Find("main a[href='/ideas/mine']").Length() != 1 || a.Doc().Find("[data-remembered]").Length() != 1 {
		t.Error("no way from the list")
	}
	if site.Browser().Get("/ideas/mine").Want(http.StatusOK).WantClean().Doc().Find("[data-remembered]").Length() != 1 {
		t.Error("what is kept on the device is not shown")
	}
}

// Whoever has the file and the page of the results counts again: the sums are the
// counts as shown, and the seals are those of the rows.
func TestRecount(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-20, 5)
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
	})
	r, _ := c.Create(t, func(s *ideas.Submission) { s.Call = call.ID })
	path := ideas.Path(r.Number)
	for k := range 4 {
		b := site.Browser()
		b.Post(path+"/support", url.Values{"on": {"1"}}).WantRedirect(path)
		if k == 3 {
			b.Post(path+"/support", url.Values{"on": {"0"}}).WantRedirect(path)
		}
	}
	if err := c.Ideas.EndCall(t.Context(), accounts.System, call.Number); err != nil {
		t.Fatal(err)
	}
	tomorrow := time.Now().AddDate(0, 0, 2).Format(time.RFC3339)
	if _, err := c.Pool.Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET mitwirk.now = %L', current_database(), '`+tomorrow+`'); END $$`); err != nil {
		t.Fatal(err)
	}
	c.Pool.Reset()
	if _, err := votes.SealDays(t.Context(), c.Pool); err != nil {
		t.Fatal(err)
	}
	page := site.Browser().Get(call.Path() + "/results").Want(http.StatusOK).WantClean()
	rows, err := csv.NewReader(strings.NewReader(site.Browser().Get(call.Path() + "/results?format=csv").Want(http.StatusOK).Body)).ReadAll()
	if err != nil || len(rows) != 6 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	sum, prev := 0, make([]byte, sha256.Size)
	for _, row := range rows[1:] {
		n, err := strconv.Atoi(row[4])
		if err != nil || row[2] != r.Number.Format(subject.PrefixIdea) {
			t.Fatal(row, err)
		}
		sum += n
	}
	if shown := page.Text(".idea .gauge .n"); shown != "3" || sum != 3 {
		t.Errorf("shown %s, counted %d", shown, sum)
	}
	seals := page.Doc().Find("#siegel ~ section tbody tr")
	if seals.Length() == 0 {
		t.Fatal("no day is sealed")
	}
	seals.Each(func(_ int, s *goquery.Selection) {
		cell := func(k int) string { return strings.TrimSpace(s.Find("td").Eq(k).Text()) }
		h := sha256.New()
		h.Write(prev)
		h.Write([]byte("call/" + call.Number.Format(subject.PrefixCall) + "\x00" + cell(0) + "\x00"))
		n := 0
		for _, row := range rows[1:] {
			if row[0] != cell(0) {
				continue
			}
			id := uuid.MustParse(row[1])
			h.Write(id[:])
			for _, k := range []int{5, 6, 7, 3, 4} {
				h.Write([]byte(row[k] + "\x00"))
			}
			n++
		}
		receipts, err := hex.DecodeString(cell(2))
		if err != nil || strconv.Itoa(n) != cell(1) {
			t.Errorf("%s: %d rows, %v", s.Text(), n, err)
		}
		h.Write(receipts)
		_ = binary.Write(h, binary.BigEndian, int64(n))
		if prev = h.Sum(nil); hex.EncodeToString(prev) != cell(3) {
			t.Errorf("the seal of %s is not that of its rows", cell(0))
		}
	})
}
