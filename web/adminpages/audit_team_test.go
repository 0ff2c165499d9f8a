package adminpages

import (
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestTeamAudit: a lead reads what was done to the team's reports and to the
// team, by whomever; nothing about another team's, and never who it was.
func TestTeamAudit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.city.Create(t)
	lead := b.city.Clerk(t, "bau-lic", subject.TeamLead)
	other := b.city.Clerk(t, "awm", subject.TeamLead)
	clerk := b.city.Clerk(t, "bau-lic")
	accountstest.Do(t, b.DB, func(tx pgx.Tx) error {
		if err := accounts.SetPseudonym(t.Context(), tx, accounts.System, clerk.Person, "Frau Eifrig"); err != nil {
			return err
		}
		for _, e := range []accounts.Entry{
			{Action: "contact.read", Ref: subject.Ref{Kind: subject.Report, ID: r.Report}, Reason: "Rückruf nötig"},
			{Action: "department.change", Ref: subject.Ref{Kind: "department", ID: lead.Departments[0]}, Fields: []string{"hours"}},
			{Action: "role.grant", Person: lead.Person, Reason: "über eine Person"},
		} {
			if err := accounts.Audit(t.Context(), tx, clerk, e); err != nil {
				return err
			}
		}
		return nil
	})
	const path = "/desk/admin/audit"
	page := b.As(lead).Get(path).Want(http.StatusOK).WantClean()
	if page.Doc().Find(".audittbl tbody tr").Length() != 2 || !strings.Contains(page.Text(".audittbl"), "Rückruf nötig") {
		t.Errorf("a lead reads %q", page.Text("main"))
	}
	for _, never := range []string{"Eifrig", clerk.Person.String(), "über eine Person"} {
		if strings.Contains(page.Body, never) {
			t.Errorf("a lead reads %q", never)
		}
	}
	if p := b.As(lead).Get(path + "?actor=" + clerk.Person.String() + "&action=contact."); p.Doc().Find(".audittbl tbody tr").Length() != 1 {
		t.Errorf("the filter by a person counts: %q", p.Text("main"))
	}
	if p := b.As(other).Get(path).Want(http.StatusOK).WantClean(); p.Doc().Find(".audittbl").Length() != 0 {
		t.Errorf("another team's lead reads %q", p.Text("main"))
	}
	b.As(clerk).Get(path).Want(http.StatusForbidden)
	b.As(lead).Post(path+"/export", nil).Want(http.StatusForbidden)
	b.As(accountstest.Resident(t, b.DB)).Get(path).Want(http.StatusNotFound)
	_, _, err := accounts.TeamAudit(t.Context(), b.DB, lead, accounts.AuditFilter{Actor: clerk.Person}, nil)
	if err == nil {
		t.Error("a team's log can be asked for a person")
	}
}
