package adminpages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestResetFactors: by the button of a person's page; their sessions end, the
// next sign-in sets up a new factor. Nobody does it to themselves, and nobody
// whose role was taken away in the meantime.
func TestResetFactors(t *testing.T) {
	t.Parallel()
	b := setup(t)
	boss := accountstest.Admin(t, b.DB)
	admin := b.As(boss)
	clerk := accountstest.Staff(t, b.DB, subject.Caseworker, accountstest.Department(t, b.DB).ID)
	accountstest.Do(t, b.DB, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO totp (person_id, secret, confirmed_at) VALUES ($1, 'GEHEIM', mitwirk_now())`, clerk.Person)
		return err
	})
	path := personPath(clerk.Person)
	page := admin.Get(path).Want(http.StatusOK).WantClean()
	if page.Doc().Find(`form[action="`+path+`/factors"] button`).Length() != 1 {
		t.Fatalf("no button: %q", page.Text("main"))
	}
	lost := b.As(clerk)
	lost.Post(path+"/factors", url.Values{}).Want(http.StatusForbidden)
	admin.Post(personPath(boss.Person)+"/factors", url.Values{}).Want(http.StatusForbidden)
	admin.Post(personPath(subject.NewID())+"/factors", url.Values{}).Want(http.StatusNotFound)
	admin.Post(path+"/factors", url.Values{}).WantRedirect(path)
	var left int
	if err := b.DB.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM totp WHERE person_id = $1) + (SELECT count(*) FROM sessions WHERE person_id = $1)`, clerk.Person).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d factors and sessions are left, %v", left, err)
	}
	lost.Get("/desk/admin").WantRedirect("/login")
	if log := admin.Get("/desk/admin/audit?action=factors.reset").Want(http.StatusOK); strings.Count(log.Text(".audittbl tbody"), "passkeys") != 1 {
		t.Errorf("the log: %q", log.Text(".audittbl"))
	}
	accountstest.Do(t, b.DB, func(tx pgx.Tx) error { // between the page and the button
		if _, err := tx.Exec(t.Context(), `DELETE FROM role_grants WHERE person_id = $1`, boss.Person); err != nil {
			return err
		}
		if err := accounts.ResetFactors(t.Context(), tx, boss, clerk.Person); err == nil {
			t.Error("somebody who is no admin any more resets factors")
		}
		return nil
	})
}
