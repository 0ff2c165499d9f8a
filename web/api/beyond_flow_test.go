package api_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

// receiptOf is what whoever sends a complaint is told.
type receiptOf struct {
	Number     string
	AccessCode string `json:"access_code"`
}

type readComplaint struct {
	Status  string
	Outcome string
	Files   []struct{ ID string }
	Answers []struct{ ID, State string }
	Reads   []struct{ Reason string } `json:"contact_reads"`
	May     []string
}

// complain walks a complaint from the form to the second review.
func (p private) complain(t *testing.T) {
	t.Helper()
	var file struct {
		File  struct{ ID string }
		Draft string
	}
	p.send(t, "visitor", "POST", "/complaints/files", fields{"file": fields{"name": "Brief.pdf", "content": pdf()}}, 201, &file)
	p.send(t, "visitor", "POST", "/complaints/files", fields{"file": fields{"name": "Bild.jpg", "content": picture(t, 3)}, "draft": file.Draft}, 201, nil)
	p.send(t, "visitor", "POST", "/complaints/files", fields{"file": fields{"name": "x.pdf", "content": []byte("text")}}, 422, nil)
	p.send(t, "other visitor", "POST", "/complaints/files", fields{"file": fields{"name": "Brief.pdf", "content": pdf()}, "draft": file.Draft}, 404, nil)

	trap := private1(func(f fields) { f["notice"], f["draft"], f["topic"] = true, file.Draft, "fees" })
	if !p.send(t, "visitor", "POST", "/complaints", trap, 422, nil).problem().wrong("/notice_read", "complaint.err.notice") {
		t.Error("the trap needs no confirmation")
	}
	trap["notice_read"] = true
	var one, again receiptOf
	key := uuid.NewString()
	for _, into := range []*receiptOf{&one, &again} {
		clearRates(t, p.bundle)
		p.do(t, sent{method: "POST", path: "/complaints", bearer: p.bearer["visitor"], key: key, body: trap}).want(201).json(into)
	}
	if one != again || one.AccessCode == "" {
		t.Fatalf("%+v, then %+v", one, again)
	}
	at, desk, code := "/complaints/"+one.Number, "/desk/complaints/"+one.Number, "code "+one.AccessCode
	var v readComplaint
	p.send(t, "code "+strings.ToLower(one.AccessCode), "GET", at, nil, 200, &v)
	if len(v.Files) != 2 || v.Status != "arrived" {
		t.Errorf("%+v", v)
	}
	p.send(t, "code 2222-2222-2222", "GET", at, nil, 403, nil)
	p.send(t, code, "GET", at+"/files/"+v.Files[0].ID, nil, 200, nil)
	p.send(t, "clerk", "GET", desk+"/files/"+v.Files[0].ID, nil, 200, nil)
	p.send(t, "clerk", "GET", at, nil, 404, nil) // staff have their own door
	p.send(t, "clerk", "POST", at+"/additions", fields{"text": "Nicht von mir."}, 404, nil)

	var paper struct{ Receipt, Content string }
	p.send(t, code, "GET", at+"/receipt", nil, 200, &paper)
	var said struct {
		Genuine bool
		Number  string
		Fits    *bool `json:"content_fits"`
	}
	p.send(t, "anonymous", "POST", "/receipts/verification", fields{"receipt": paper.Receipt, "content": paper.Content}, 200, &said)
	if !said.Genuine || said.Number != one.Number || said.Fits == nil || !*said.Fits {
		t.Errorf("%+v", said)
	}
	changed := strings.Replace(paper.Receipt, one.Number, one.Number[:len(one.Number)-1]+"2", 1)
	p.send(t, "anonymous", "POST", "/receipts/verification", fields{"receipt": changed + " ", "content": paper.Content}, 200, &said)
	if said.Genuine {
		t.Error("a changed receipt passes")
	}

	p.send(t, "clerk", "PUT", desk+"/assignee", fields{"me": true}, 200, nil)
	p.send(t, "clerk", "POST", desk+"/questions", fields{"text": "Wann war das?"}, 200, nil)
	p.send(t, code, "POST", at+"/answers", fields{"text": "Am Montag.", "files": []fields{{"name": "Zettel.pdf", "content": pdf()}}}, 201, nil)
	p.send(t, "visitor", "POST", at+"/additions", fields{"text": "Und am Dienstag."}, 201, nil)
	p.send(t, "clerk", "POST", desk+"/interim-answers", fields{"reason": "Wir warten auf Unterlagen.", "days": 5}, 200, nil)
	p.send(t, "clerk", "POST", desk+"/notes", fields{"note": "Bitte ansehen."}, 201, nil)
	p.send(t, "clerk", "PUT", desk+"/kind", fields{"kind": "question", "topic": "fees"}, 200, nil)
	p.send(t, "clerk", "POST", desk+"/contact", fields{"reason": "Rückruf"}, 200, nil)
	p.answerComplaint(t, at, desk, code)
}

// answerComplaint: four eyes, the author's opinion, and a second review.
func (p private) answerComplaint(t *testing.T, at, desk, code string) {
	t.Helper()
	var done struct{ Released bool }
	reply := fields{"text": "Die Gebühr stimmt.", "outcome": "not_helped"}
	p.send(t, "clerk", "POST", desk+"/replies", reply, 201, &done)
	if done.Released {
		t.Error("released by one person")
	}
	var team struct{ Complaint readComplaint }
	waiting := func(who string) string {
		p.send(t, who, "GET", desk, nil, 200, &team)
		return team.Complaint.Answers[len(team.Complaint.Answers)-1].ID
	}
	p.send(t, "clerk", "POST", desk+"/replies/"+waiting("clerk")+"/release", nil, 403, nil)
	p.send(t, "mate", "POST", desk+"/replies/"+waiting("mate")+"/return", fields{"note": "Bitte freundlicher."}, 200, nil)
	p.send(t, "clerk", "POST", desk+"/replies", fields{"text": "Die Gebühr stimmt leider.", "outcome": "not_helped"}, 201, nil)
	p.send(t, "mate", "POST", desk+"/replies/"+waiting("mate")+"/release", nil, 200, nil)
	var v readComplaint
	p.send(t, code, "GET", at, nil, 200, &v)
	if v.Status != "answered" || len(v.Answers) != 1 || len(v.Reads) != 1 || v.Reads[0].Reason != "Rückruf" {
		t.Errorf("%+v", v)
	}
	p.send(t, code, "PUT", at+"/opinion", fields{"value": "unhappy", "text": "Zu hoch."}, 200, nil)
	p.send(t, "lead", "POST", desk+"/closing", nil, 200, nil)
	p.send(t, code, "POST", at+"/second-review", fields{"text": "Die Satzung sagt etwas anderes."}, 201, &v)
	if v.Status != "second" {
		t.Errorf("%+v", v)
	}
	p.send(t, "clerk", "GET", desk, nil, 404, nil)
	p.send(t, "second clerk", "POST", desk+"/replies", fields{"text": "Sie haben recht.", "outcome": "helped"}, 201, nil)
	p.send(t, "second mate", "POST", desk+"/replies/"+waiting("second mate")+"/release", nil, 200, nil)
	p.send(t, code, "POST", at+"/reopening", fields{"text": "Das Geld ist noch nicht da."}, 201, &v)
	if v.Status != "with" {
		t.Errorf("%+v", v)
	}
	p.send(t, "clerk", "POST", at+"/withdrawal", nil, 404, nil)
	for range 2 {
		p.send(t, code, "POST", at+"/withdrawal", nil, 200, &v)
		if v.Status != "closed" || v.Outcome != "withdrawn" {
			t.Errorf("%+v", v)
		}
	}
	var mine struct{ Items []struct{ Number string } }
	p.send(t, "visitor", "GET", "/complaints", nil, 200, &mine)
	if len(mine.Items) != 1 {
		t.Errorf("%+v", mine)
	}
}

// keep: letters, links, holds, the archive, notes and deadlines.
func (p private) keep(t *testing.T) {
	t.Helper()
	var one receiptOf
	p.send(t, "anonymous", "POST", "/complaints", private1(func(f fields) {
		f["name_kind"], f["name"], f["contact"], f["postal"] = "name", "Ayşe Yıldız", "letter", "Weg 1\n80331 München"
	}), 201, &one)
	desk := "/desk/complaints/" + one.Number
	p.send(t, "clerk", "POST", desk+"/replies", fields{"text": "Es tut uns leid.", "outcome": "explained"}, 201, nil)
	var letter struct{ PDF []byte }
	p.send(t, "clerk", "POST", desk+"/letters", nil, 200, &letter)
	if !strings.HasPrefix(string(letter.PDF), "%PDF-") {
		t.Error("the letter is no PDF")
	}
	p.send(t, "code "+one.AccessCode, "GET", "/complaints/"+one.Number, nil, 403, nil) // the letter has a fresh one
	r := p.report(t, sent{})
	_, err := p.Pool.Exec(t.Context(), `UPDATE reports SET visibility = 'public' WHERE number = $1`, int64(r.number(t)))
	must(t, err)
	p.send(t, "clerk", "PUT", desk+"/links/"+r.Number, nil, 200, nil)
	var team struct{ Linked []string }
	p.send(t, "clerk", "GET", desk, nil, 200, &team)
	if len(team.Linked) != 1 || team.Linked[0] != r.Number {
		t.Errorf("linked: %v", team.Linked)
	}
	if a := p.do(t, sent{method: "GET", path: "/reports/" + r.Number}).want(200); strings.Contains(string(a.Body), one.Number) {
		t.Error("the report tells of the complaint")
	}
	p.send(t, "clerk", "DELETE", desk+"/links/"+r.Number, nil, 200, nil)
	p.send(t, "clerk", "PUT", desk+"/hold", fields{"reason": "Es läuft eine Klage."}, 403, nil)
	p.send(t, "lead", "PUT", desk+"/hold", fields{"reason": "Es läuft eine Klage."}, 200, nil)
	p.send(t, "lead", "DELETE", desk+"/hold", nil, 200, nil)
	p.send(t, "lead", "POST", desk+"/closing", nil, 200, nil)
	p.send(t, "lead", "PUT", desk+"/archive", fields{"taken": true}, 409, nil)
	_, err = p.Pool.Exec(t.Context(), `UPDATE complaints SET archive = 'offered' WHERE status = 'closed'`)
	must(t, err)
	p.send(t, "lead", "PUT", desk+"/archive", fields{"taken": true}, 200, nil)
	var other receiptOf
	p.send(t, "anonymous", "POST", "/complaints", private1(), 201, &other)
	p.send(t, "clerk", "PUT", "/desk/complaints/"+other.Number+"/department", fields{"department": garden}, 200, nil)
	p.send(t, "clerk", "GET", "/desk/complaints/"+other.Number, nil, 404, nil)
	p.send(t, "clerk", "GET", "/desk/complaints?state=closed&kind=complaint&topic=waiting", nil, 200, nil)
	var note struct{ ID string }
	p.send(t, "lead", "POST", "/desk/complaints/learnings", fields{"department": directorate, "topic": "waiting", "text": fields{"de": "Mehr Schalter.", "en": "More counters."}}, 201, &note)
	p.send(t, "clerk", "PUT", "/desk/complaints/learnings/"+note.ID, fields{"published": true}, 403, nil)
	p.send(t, "lead", "PUT", "/desk/complaints/learnings/"+note.ID, fields{"published": true}, 200, nil)
	p.send(t, "admin", "PUT", "/complaints/setup/rules/praise", fields{"interim_days": 4, "answer_days": 9, "review_days": 15, "keep_days": 90}, 200, nil)
	p.send(t, "admin", "PUT", "/complaints/setup/topics/waiting", fields{"department": directorate, "four_eyes": true, "active": true}, 200, nil)
}

type onDeskMeasure struct {
	Number     string
	Visibility string
	Edit       *struct {
		Version int
		State   string
	}
}

// programme: drafted, reviewed by a second person, published, rated, followed,
// helped with, decided, imported.
func (p private) programme(t *testing.T) {
	t.Helper()
	prog := p.digital(t)
	of, desk := "/radar/programmes/digital", "/desk/radar/programmes/digital"
	var m onDeskMeasure
	p.send(t, "editor", "POST", desk+"/measures", fields{"content": fields{"field": "nowhere", "status": "running", "texts": fields{}}}, 422, nil)
	p.send(t, "editor", "POST", desk+"/measures", measureBody("Schnelles Netz"), 201, &m)
	one, edit := "/radar/measures/"+m.Number, "/desk/radar/measures/"+m.Number
	p.send(t, "anonymous", "GET", one, nil, 404, nil)
	version := func() fields { return fields{"version": m.Edit.Version} }
	p.send(t, "editor", "PUT", edit+"/draft", fields{"version": m.Edit.Version, "content": measureBody("Schnelles Netz überall")["content"], "remark": "Bitte ansehen."}, 200, &m)
	p.send(t, "editor", "POST", edit+"/review", version(), 200, &m)
	p.send(t, "second editor", "POST", edit+"/return", fields{"version": m.Edit.Version, "remark": "Ab wann genau?"}, 200, &m)
	p.send(t, "editor", "POST", edit+"/review", version(), 200, &m)
	p.send(t, "editor", "POST", edit+"/approval", version(), 403, nil)
	later := version()
	later["publish_at"] = "2031-01-31T08:00:00Z"
	p.send(t, "second editor", "POST", edit+"/approval", later, 200, &m)
	if m.Edit == nil || m.Edit.State != "approved" {
		t.Fatalf("%+v", m)
	}
	p.send(t, "anonymous", "GET", one, nil, 404, nil)
	p.send(t, "editor", "PUT", edit+"/draft", fields{"version": m.Edit.Version, "content": measureBody("Schnelles Netz überall")["content"]}, 200, &m)
	p.send(t, "editor", "POST", edit+"/review", version(), 200, &m)
	p.send(t, "second editor", "POST", edit+"/approval", version(), 200, &m)
	if m.Edit != nil && m.Edit.State != "" || m.Visibility != "public" {
		t.Errorf("%+v", m)
	}
	p.send(t, "editor", "PUT", edit+"/draft", fields{"content": measureBody("Verworfen")["content"]}, 200, &m)
	p.send(t, "editor", "POST", edit+"/dismissal", version(), 200, nil)

	var list struct{ Measures []struct{ Number string } }
	p.send(t, "anonymous", "GET", of+"/measures?field=netz&status=running&sort=title&down=true", nil, 200, &list)
	if len(list.Measures) != 1 {
		t.Errorf("%+v", list)
	}
	p.send(t, "anonymous", "GET", of+"/measures?only=late", nil, 200, &list)
	if len(list.Measures) != 0 {
		t.Errorf("%+v", list)
	}
	p.send(t, "editor", "GET", desk+"/measures", nil, 200, nil)
	p.send(t, "editor", "GET", edit, nil, 200, nil)
	var next struct {
		Marks []struct {
			Number, Ring string
			It           bool
		}
	}
	p.send(t, "editor", "GET", edit+"/preview", nil, 200, &next)
	if len(next.Marks) != 1 || !next.Marks[0].It || next.Marks[0].Ring == "" {
		t.Errorf("preview %+v", next)
	}
	p.rated(t, one)
	for _, path := range []string{one, of, "/radar/fields/" + prog.Fields[0].ID.String()} {
		p.send(t, "visitor", "PUT", path+"/follow", nil, 200, nil)
		p.send(t, "visitor", "DELETE", path+"/follow", nil, 200, nil)
	}
	var ask struct{ ID string }
	p.send(t, "editor", "POST", edit+"/help", fields{"kind": "testers", "wanted": fields{"de": "Wer testet?"}, "until": "2031-01-31"}, 201, &ask)
	p.send(t, "resident", "PUT", one+"/help/"+ask.ID+"/offer", nil, 404, nil) // nobody else has read it
	p.send(t, "editor", "POST", edit+"/help/"+ask.ID+"/approval", nil, 403, nil)
	p.send(t, "second editor", "POST", edit+"/help/"+ask.ID+"/approval", nil, 200, nil)
	p.send(t, "visitor", "PUT", one+"/help/"+ask.ID+"/offer", nil, 401, nil) // the city could not write to them
	p.send(t, "resident", "PUT", one+"/help/"+ask.ID+"/offer", nil, 200, nil)
	word := fields{"de": "Wir beginnen am Montag um neun."}
	p.send(t, "editor", "POST", edit+"/help/"+ask.ID+"/messages", word, 201, nil)
	p.send(t, "editor", "POST", edit+"/help/"+ask.ID+"/messages", fields{"de": " "}, 422, nil)
	p.send(t, "resident", "DELETE", one+"/help/"+ask.ID+"/offer", nil, 200, nil)
	p.send(t, "editor", "POST", edit+"/help/"+ask.ID+"/messages", word, 409, nil) // nobody is left
	p.send(t, "editor", "PUT", edit+"/help/"+ask.ID+"/outcome", fields{"de": "Zehn haben getestet?"}, 200, nil)
	p.send(t, "second editor", "POST", edit+"/help/"+ask.ID+"/dismissal", nil, 200, nil)
	p.send(t, "editor", "PUT", edit+"/help/"+ask.ID+"/outcome", fields{"de": "Zehn haben getestet."}, 200, nil)
	p.send(t, "second editor", "POST", edit+"/help/"+ask.ID+"/approval", nil, 200, nil)
	p.send(t, "resident", "PUT", one+"/help/"+ask.ID+"/offer", nil, 409, nil)

	p.send(t, "editor", "POST", desk+"/releases", fields{"on": "2026-01-31", "notes": fields{"de": "Der Anfang."}}, 201, nil)
	p.send(t, "editor", "POST", desk+"/releases", fields{"on": "2026-01-31"}, 409, nil)
	var waits struct {
		Drafts []struct {
			ID         string
			MayApprove bool `json:"may_approve"`
		}
	}
	draft := func() string {
		p.send(t, "second editor", "GET", desk+"/release-drafts", nil, 200, &waits)
		if len(waits.Drafts) != 1 || !waits.Drafts[0].MayApprove {
			t.Fatalf("%+v", waits)
		}
		return "/desk/radar/release-drafts/" + waits.Drafts[0].ID
	}
	p.send(t, "editor", "POST", draft()+"/dismissal", nil, 200, nil)
	p.send(t, "editor", "POST", desk+"/releases", fields{"on": "2026-01-31", "notes": fields{"de": "Der Anfang."}}, 201, nil)
	p.send(t, "editor", "POST", draft()+"/approval", nil, 403, nil)
	p.send(t, "second editor", "POST", draft()+"/approval", nil, 200, nil)
	p.send(t, "editor", "POST", desk+"/releases", fields{"on": "2026-01-31"}, 409, nil)
	p.send(t, "anonymous", "GET", of+"/releases", nil, 200, nil)
	p.send(t, "anonymous", "GET", of+"/changes?from=2026-01-31", nil, 200, nil)
	p.send(t, "anonymous", "GET", one+"/history", nil, 200, nil)
	file := []byte("title_de;field;status\nNeues Vorhaben;netz;planned\n;nirgends;nie\n")
	bad := p.send(t, "editor", "POST", desk+"/import", fields{"file": file, "format": "csv"}, 422, nil).problem()
	rows := 0
	for _, e := range bad.Errors {
		if strings.HasPrefix(e.Field, "/file/rows/3/") && e.Detail != "" {
			rows++
		}
	}
	if rows == 0 {
		t.Errorf("the report names no row: %+v", bad)
	}
	var done struct{ New int }
	p.send(t, "editor", "POST", desk+"/import", fields{"file": file[:strings.LastIndex(string(file), ";nirgends")], "format": "csv"}, 200, &done)
	if done.New != 1 {
		t.Errorf("%+v", done)
	}
	p.send(t, "editor", "POST", edit+"/removal", version(), 200, &m)
	p.send(t, "editor", "POST", edit+"/approval", version(), 403, nil)
	p.send(t, "second editor", "POST", edit+"/approval", version(), 200, nil)
	p.send(t, "visitor", "PUT", one+"/rating", fields{"answers": fields{"benefit": "5"}}, 409, nil)
}

// rated: nothing is public below ten people, and then only in batches, so that
// no difference of two answers is one person's rating.
func (p private) rated(t *testing.T, one string) {
	t.Helper()
	p.send(t, "visitor", "PUT", one+"/rating", fields{"answers": fields{"benefit": "9"}}, 422, nil)
	p.send(t, "visitor", "PUT", one+"/rating", fields{"answers": fields{"colour": "5"}}, 422, nil)
	shown := func() (n int) {
		var v struct {
			Ratings []struct {
				N    int
				Mine string
			}
		}
		p.send(t, "visitor", "GET", one, nil, 200, &v)
		return v.Ratings[0].N
	}
	var seen []int
	for i := range 16 {
		p.bearer["voter"] = p.visitor(t)
		who := "voter"
		if i == 0 {
			who = "visitor"
		}
		p.send(t, who, "PUT", one+"/rating", fields{"answers": fields{"benefit": "5", "progress": "unknown"}}, 200, nil)
		seen = append(seen, shown())
	}
	for i, n := range seen {
		before := 0
		if i > 0 {
			before = seen[i-1]
		}
		if n > 0 && n < 10 || n != before && n-before < 5 {
			t.Errorf("published after each rating: %v", seen)
			break
		}
	}
	if seen[len(seen)-1] < 10 {
		t.Errorf("nothing was published: %v", seen)
	}
}

// practise takes the first invented case to one of its goals.
func (p private) practise(t *testing.T) {
	t.Helper()
	var c struct {
		Mine  bool
		Goals []struct {
			Key  string
			Done bool
		}
		MayUndo bool `json:"may_undo"`
	}
	p.send(t, "clerk", "POST", "/desk/practice/lamp/steps", fields{"kind": "take"}, 200, &c)
	if !c.Mine || !c.MayUndo {
		t.Errorf("%+v", c)
	}
	p.send(t, "clerk", "POST", "/desk/practice/lamp/steps", fields{"kind": "undo"}, 200, &c)
	p.send(t, "clerk", "POST", "/desk/practice/lamp/steps", fields{"kind": "undo"}, 409, nil)
	p.send(t, "clerk", "POST", "/desk/practice/lamp/steps", fields{"kind": "status", "status": "planned"}, 422, nil)
	var mate struct {
		Cases []struct{ Steps []struct{ What string } }
	}
	p.send(t, "mate", "GET", "/desk/practice", nil, 200, &mate)
	if len(mate.Cases) == 0 || len(mate.Cases[0].Steps) > 0 {
		t.Errorf("a colleague's steps are seen: %+v", mate)
	}
	p.send(t, "clerk", "DELETE", "/desk/practice", nil, 200, nil)
}
