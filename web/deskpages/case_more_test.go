package deskpages_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/preview/previewtest"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/deskpages"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// wordScanner takes offence at a word.
type wordScanner struct{}

func (wordScanner) Clean(_ context.Context, data []byte) (bool, error) {
	return !bytes.Contains(data, []byte("BAD")), nil
}

// withFiles is setup with notes that may have files.
func withFiles(t *testing.T) bundle {
	t.Helper()
	b := setup(t)
	files, err := casework.NewFiles(casework.FilesConfig{DB: b.Pool, Store: b.Files, Pictures: b.Photos, Scanner: wordScanner{}, Drawer: previewtest.Drawer{}, Jobs: b.Events.Jobs})
	must(t, err)
	b.Reports.UseTalk(reports.Talk{Files: files})
	queue, err := casework.NewQueue(casework.QueueConfig{DB: b.Pool, Catalogue: b.Categories, Domains: map[subject.Kind]casework.Domain{subject.Report: b.Reports.Bulk()}})
	must(t, err)
	b.site = kittest.New(t, b.Pool, nil)
	must(t, deskpages.Register(b.site.Router, deskpages.Deps{
		DB: b.Pool, Reports: b.Reports, Categories: b.Categories, Photos: b.Photos, Messages: b.site.Catalogue, Queue: queue, Places: b.Geo, Files: files,
	}))
	return b
}

// noteWith sends a note with files, by name and content.
func noteWith(t *testing.T, who *kittest.Browser, to, text string, files map[string]string) *kittest.Answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	must(t, w.WriteField("note", text))
	for name, content := range files {
		f, err := w.CreateFormFile("files", name)
		must(t, err)
		_, err = io.WriteString(f, content)
		must(t, err)
	}
	must(t, w.Close())
	r := who.Request(http.MethodPost, to, &body)
	r.Header = r.Header.Clone()
	r.Header.Set("Content-Type", w.FormDataContentType())
	return who.Do(r)
}

// TestNoteFiles: a file of a note waits for the scanner, is the department's own
// from then on, and goes with the report.
func TestNoteFiles(t *testing.T) {
	t.Parallel()
	b := withFiles(t)
	r, owner := b.report(t)
	mine, other := b.site.As(b.clerk), b.site.As(b.Clerk(t, garden))
	files := map[string]string{"Plan.pdf": "%PDF-1.4 fine\n%%EOF\n"}
	noteWith(t, mine, path(r)+"/note", "", files).Want(http.StatusUnprocessableEntity)
	noteWith(t, mine, path(r)+"/note", "Siehe Plan.", map[string]string{"x.html": "<html>"}).Want(http.StatusUnprocessableEntity).WantClean()
	noteWith(t, other, path(r)+"/note", "Siehe Plan.", files).Want(http.StatusForbidden)
	for range 2 { // pressed twice
		noteWith(t, mine, path(r)+"/note", "Siehe Plan.", files).WantRedirect(path(r))
	}
	noteWith(t, mine, path(r)+"/note", "Und das hier.", map[string]string{"b.pdf": "%PDF-1.4 BAD\n%%EOF\n"}).WantRedirect(path(r))
	page := mine.Get(path(r)).Want(http.StatusOK).WantClean()
	if page.Doc().Find(".talkfiles li").Length() != 2 || page.Doc().Find(".talkfiles a").Length() != 0 {
		t.Fatalf("before the scanner: %s", page.Text(".c-past"))
	}
	b.Events.Work(t)
	page = mine.Get(path(r)).Want(http.StatusOK).WantClean()
	link := page.Doc().Find(".talkfiles a")
	if link.Length() != 1 || !strings.Contains(link.Text(), "Plan.pdf") {
		t.Fatalf("%d files can be opened: %s", link.Length(), page.Text(".talkfiles"))
	}
	address, ok := strings.CutSuffix(link.AttrOr("href", ""), "/view") // the preview comes first
	if a := mine.Get(address + "/view").Want(http.StatusOK).WantClean(); !ok || a.Doc().Find(".previews img").Length() != 2 {
		t.Errorf("the preview: %s", a.Text("main"))
	}
	got := mine.Get(address).Want(http.StatusOK)
	if got.Body != files["Plan.pdf"] || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%q, %v", got.Body, got.Header)
	}
	random := strings.TrimSuffix(address, address[strings.LastIndex(address, "/")+1:]) + uuid.NewString()
	mine.Get(random).Want(http.StatusNotFound)
	for name, who := range map[string]*kittest.Browser{"another team": other, "the person who reported": b.site.As(owner), "an admin": b.site.As(accountstest.Admin(t, b.Pool))} {
		if a := who.Get(address); a.Status == http.StatusOK {
			t.Errorf("%s opens it", name)
		}
	}
	// the case goes to another team: the file stays with the note's team, and nobody of the other one reads it
	must(t, b.Reports.Move(t.Context(), b.clerk, r.Number, garden, "Der Mast steht im Park."))
	if a := other.Get(address).Want(http.StatusNotFound); strings.Contains(a.Body, "Plan") {
		t.Error("the other team reads of it")
	}
	if text := other.Get(path(r)).Want(http.StatusOK).Text("main"); strings.Contains(text, "Plan.pdf") {
		t.Error("the other team sees its name")
	}
}

// TestBothVersions: whoever was slower sees the version in the case and their own
// beside each other, with the words that differ marked and said.
func TestBothVersions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	r, _ := b.report(t)
	form := b.fresh(t, mine, r)
	must(t, b.Reports.SetStatus(t.Context(), b.Clerk(t, lamps), r.Number, reports.Change{To: reports.NoAction, StatusParams: reports.StatusParams{Reason: "Die Laterne bleibt im Sommer aus."}}))
	form.Set("reason", "Die Laterne bleibt nachts aus.")
	form.Set("do", "set")
	got := mine.Post(path(r)+"/status/no_action", form).Want(http.StatusConflict).WantClean()
	doc := got.Doc()
	if del, ins := doc.Find(".c-both del").Text(), doc.Find(".c-both ins").Text(); !strings.Contains(del, "im Sommer") || !strings.Contains(ins, "nachts") {
		t.Errorf("struck %q, underlined %q in %q", del, ins, got.Text(".c-both"))
	}
	if text := got.Text(".c-both"); !strings.Contains(text, "Jetzt im Fall") || !strings.Contains(text, "[unterstrichen:]") {
		t.Errorf("not said: %q", text)
	}

	// the same for the text that is released, a target and the one who has the case
	r, _ = b.report(t)
	form = b.fresh(t, mine, r)
	must(t, b.Reports.Release(t.Context(), b.clerk, r.Number, reports.Release{TextState: reports.TextReleased, TextPublic: "Die Laterne ist dunkel."}))
	form.Set("text_public", "Die Laterne am Kindergarten ist dunkel.")
	form.Set("show_text", "on")
	form.Set("do", "release")
	got = mine.Post(path(r)+"/release", form).Want(http.StatusConflict).WantClean()
	if ins := got.Doc().Find(".c-both ins").Text(); !strings.Contains(ins, "am Kindergarten") {
		t.Errorf("release: %q", got.Text(".c-do [role=alert]"))
	}
	day := time.Now().AddDate(0, 0, 20)
	form = b.fresh(t, mine, r)
	must(t, b.Reports.SetTarget(t.Context(), b.clerk, r.Number, day, "Frost", 0))
	form.Set("target", day.AddDate(0, 0, 4).Format(time.DateOnly))
	form.Set("target_reason", "Ersatzteil fehlt")
	got = mine.Post(path(r)+"/target", form).Want(http.StatusConflict).WantClean()
	if text := got.Text(".c-both"); !strings.Contains(text, "Frost") || !strings.Contains(text, "Ersatzteil") {
		t.Errorf("target: %q", text)
	}
	d, err := b.Reports.DeskOf(t.Context(), b.clerk, r.Number)
	must(t, err)
	must(t, b.Reports.SetPriority(t.Context(), b.clerk, r.Number, casework.High, 0))
	got = mine.Post(path(r)+"/assign", url.Values{"me": {"1"}, "case_version": {intText(d.Version)}}).Want(http.StatusConflict).WantClean()
	if got.Doc().Find(".c-both dl").Length() != 1 {
		t.Errorf("assign: %q", got.Text(".c-do [role=alert]"))
	}
	// refused for another reason: nobody was faster, nothing is compared
	if got := mine.Get(path(r) + "/status/reopened").Want(http.StatusConflict); got.Doc().Find(".c-both").Length() != 0 {
		t.Error("a comparison with nothing")
	}
}

// words are all texts of a PDF. They are written in UTF-16.
func pdfWords(t *testing.T, body string) func(word string) bool {
	t.Helper()
	var all []byte
	for rest := body; ; {
		_, after, ok := strings.Cut(rest, "stream\n")
		if !ok {
			break
		}
		rest = after
		z, err := zlib.NewReader(strings.NewReader(after))
		if err != nil {
			continue
		}
		part, err := io.ReadAll(z)
		if err == nil {
			all = append(all, part...)
		}
	}
	return func(word string) bool {
		var want []byte
		for _, u := range utf16.Encode([]rune(word)) {
			want = append(want, byte(u>>8), byte(u))
		}
		return bytes.Contains(all, want)
	}
}

// TestPDF: a case to pass on holds nothing of the person and of the team; with
// contact data it takes a purpose, which stands in the audit log.
func TestPDF(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	r, owner := b.report(t)
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) error {
		id := subject.NewID()
		if _, err := tx.Exec(t.Context(), `INSERT INTO contacts (id, kind, address, address_hash) VALUES ($1, 'mail', 'lampe@example.org', $2)`, id, id[:]); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `UPDATE reports SET contact_id = $2 WHERE id = $1`, r.ID, id)
		return err
	})
	must(t, b.Reports.Note(t.Context(), b.clerk, r.Number, "Leiterwagen bestellen"))
	must(t, b.Reports.Add(t.Context(), owner, r.Number, "Mastnummer zwölf"))
	must(t, b.Reports.Release(t.Context(), b.clerk, r.Number, reports.Release{TextState: reports.TextReleased, TextPublic: "Dunkle Straße."}))
	must(t, b.Reports.SetStatus(t.Context(), b.clerk, r.Number, reports.Change{To: reports.InProgress, StatusParams: reports.StatusParams{Reason: "Grüße"}}))
	got := mine.Get(path(r) + "/pdf").Want(http.StatusOK)
	if got.Header.Get("Content-Type") != "application/pdf" || !strings.Contains(got.Header.Get("Content-Disposition"), r.Number.Format(subject.PrefixReport)+".pdf") {
		t.Errorf("%v", got.Header)
	}
	has := pdfWords(t, got.Body)
	for _, want := range []string{"Grüße", "Dunkle Straße.", "Marienplatz 8", "Verlauf"} {
		if !has(want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, never := range []string{"lampe@example.org", "Leiterwagen", "Mastnummer", "Beispiel", "089"} {
		if has(never) {
			t.Errorf("%q in what is passed on", never)
		}
	}
	none := mine.Post(path(r)+"/pdf", url.Values{"purpose": {" "}}).Want(http.StatusUnprocessableEntity).WantClean()
	if none.Doc().Find("#f-purpose-err").Length() != 1 {
		t.Error("no purpose, no error")
	}
	reads := func() (n int) {
		must(t, b.Pool.QueryRow(t.Context(), `SELECT count(*)::int FROM audit_log WHERE action = 'contact.read' AND subject_id = $1 AND reason = 'Versicherung' AND actor = $2`, r.ID, b.clerk.Person).Scan(&n))
		return n
	}
	if reads() != 0 {
		t.Error("a reading that did not happen stands in the log")
	}
	has = pdfWords(t, mine.Post(path(r)+"/pdf", url.Values{"purpose": {"Versicherung"}}).Want(http.StatusOK).Body)
	for _, want := range []string{"lampe@example.org", "Leiterwagen", "Mastnummer", "Frau Beispiel", "Grüße"} {
		if !has(want) {
			t.Errorf("%q is missing in the whole", want)
		}
	}
	if reads() != 1 {
		t.Errorf("%d readings in the log", reads())
	}
	for _, who := range []accounts.Actor{b.Clerk(t, garden), accountstest.Admin(t, b.Pool), accountstest.Staff(t, b.Pool, subject.Moderator)} {
		b.site.As(who).Get(path(r) + "/pdf").Want(http.StatusForbidden)
		b.site.As(who).Post(path(r)+"/pdf", url.Values{"purpose": {"Neugier"}}).Want(http.StatusForbidden)
	}
	// the role goes between the page and the write
	clerk := b.Clerk(t, lamps)
	for _, sql := range []string{
		`DELETE FROM role_grant_limits WHERE grant_id IN (SELECT id FROM role_grants WHERE person_id = $1)`,
		`DELETE FROM role_grants WHERE person_id = $1`,
	} {
		_, err := b.Pool.Exec(t.Context(), sql, clerk.Person)
		must(t, err)
	}
	if _, err := b.Reports.ReporterOf(t.Context(), clerk, r.Number, "Versicherung"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("contact data without the role: %v", err)
	}
}

// TestAsLastTime: one key takes over what the team wrote last time, near by and
// of this kind; it stands in the form, where it can be changed before it is sent.
func TestAsLastTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	for _, text := range []string{"Wir haben den Mast getauscht.", "Wir haben die Lampe gereinigt."} {
		old, _ := b.report(t)
		must(t, b.Reports.SetStatus(t.Context(), b.clerk, old.Number, reports.Change{To: reports.Resolved, Lang: "de", StatusParams: reports.StatusParams{Done: text, SeenBy: "crew"}}))
	}
	r, _ := b.report(t)
	page := mine.Get(path(r)).Want(http.StatusOK).WantClean()
	key := page.Doc().Find("a[data-key=l][data-go]")
	if key.Length() != 1 || page.Doc().Find("[data-key=s]").Length() != 1 {
		t.Fatalf("%d keys", key.Length())
	}
	first := mine.Get(strings.Split(key.AttrOr("href", ""), "#")[0]).Want(http.StatusOK).WantClean()
	done := first.Doc().Find("#f-done").Text()
	if !strings.HasPrefix(done, "Wir haben") {
		t.Fatalf("taken over: %q", done)
	}
	// again: the other one
	again := mine.Get(strings.Split(first.Doc().Find("a[data-key=l]").AttrOr("href", ""), "#")[0]).Want(http.StatusOK)
	if other := again.Doc().Find("#f-done").Text(); other == done || !strings.HasPrefix(other, "Wir haben") {
		t.Errorf("again: %q", other)
	}
	form := b.fresh(t, mine, r)
	form.Set("done", done+" Heute.")
	form.Set("seen_by", "crew")
	form.Set("lang", "de")
	form.Set("do", "set")
	mine.Post(path(r)+"/status/resolved", form).WantRedirect(path(r))
	if v := b.Get(t, accounts.Actor{}, r.Number); v.Params.DoneFor("de") != done+" Heute." {
		t.Errorf("sent: %q", v.Params.DoneFor("de"))
	}
}

// TestWhyNot: what can't be done now is there, switched off, with its reason.
func TestWhyNot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	r, _ := b.report(t)
	must(t, b.Reports.SetStatus(t.Context(), b.clerk, r.Number, reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Getauscht.", SeenBy: "crew"}}))
	page := mine.Get(path(r)).Want(http.StatusOK).WantClean()
	off := page.Doc().Find(".c-why button[disabled]")
	if off.Length() < 3 || strings.Count(page.Text(".c-why"), "Das geht bei diesem Stand") < 3 {
		t.Errorf("%d controls with a reason: %s", off.Length(), page.Text(".c-why"))
	}
	if page.Doc().Find("form[action*='/move'], form[action*='/split'], form[action*='/target']").Length() != 0 {
		t.Error("a form that would be refused")
	}
}
