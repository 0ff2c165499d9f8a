package api_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// hide keeps a report from everybody but its author and the team in charge.
func (b bundle) hide(t testing.TB, n subject.Number) {
	t.Helper()
	_, err := b.Pool.Exec(t.Context(), `UPDATE reports SET visibility = 'held' WHERE number = $1`, int64(n))
	must(t, err)
}

// ask puts the team's question to the author.
func (b bundle) ask(t testing.TB, n subject.Number) {
	t.Helper()
	until := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	must(t, b.Reports.SetStatus(t.Context(), accounts.System, n, reports.Change{
		To: reports.Waiting, StatusParams: reports.StatusParams{Question: "Welche?", Until: &until},
	}))
}

// clearRates lets the address of the tests begin anew.
func clearRates(t testing.TB, b bundle) {
	t.Helper()
	_, err := b.Pool.Exec(t.Context(), `DELETE FROM rate_buckets`)
	must(t, err)
}

func revoke(t testing.TB, b bundle, id uuid.UUID) {
	t.Helper()
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) error { return accounts.RevokeAPIToken(t.Context(), tx, accounts.System, id) })
}

// signedIn is the secret of a session of somebody with an account.
func signedIn(t testing.TB, b bundle) (string, accounts.Actor) {
	t.Helper()
	a := accountstest.Resident(t, b.Pool)
	var token string
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) (err error) {
		token, _, _, err = accounts.StartSession(t.Context(), tx, a.Person, accounts.ByPasskey)
		return err
	})
	return token, a
}

// districts gives the city its area.
func (b bundle) districts(t testing.TB) {
	t.Helper()
	_, err := b.Geo.ImportDistricts(t.Context(), bytes.NewReader(places.Districts()), "demo", geo.Fields{Ref: "ref", Name: "name"})
	must(t, err)
}
