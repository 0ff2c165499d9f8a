package city

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Person is somebody of the demo's staff.
type Person struct {
	Name       string // a function, never a real name
	Mail       string
	Role       subject.Role
	Department string // key; "": none
}

// Staff are the people whom a demo can be seen as. The addresses can receive
// no mail (RFC 2606).
func Staff() []Person {
	return []Person{
		{"Lotsenstelle: sortiert, was niemandem gehört", "lotse@demo.example", subject.Caseworker, "lotse"},
		{"Baureferat, Straßen: Sachbearbeitung", "strasse@demo.example", subject.Caseworker, "bau-str"},
		{"Baureferat, Straßen: Teamleitung", "leitung@demo.example", subject.TeamLead, "bau-str"},
		{"Baureferat, Licht und Ampeln: Sachbearbeitung", "licht@demo.example", subject.Caseworker, "bau-lic"},
		{"Baureferat, Gartenbau: Sachbearbeitung", "garten@demo.example", subject.Caseworker, "bau-gar"},
		{"Abfallwirtschaft: Sachbearbeitung", "abfall@demo.example", subject.Caseworker, "awm"},
		{"Zentrale Beschwerdestelle: Sachbearbeitung", "beschwerde@demo.example", subject.Caseworker, "dir"},
		{"Zentrale Beschwerdestelle: Leitung", "beschwerde2@demo.example", subject.TeamLead, "dir"},
		{"Moderation", "moderation@demo.example", subject.Moderator, ""},
		{"Moderation, zweite Person", "moderation2@demo.example", subject.Moderator, ""},
		{"Redaktion der Vorhaben", "redaktion@demo.example", subject.Editor, ""},
		{"Redaktion der Vorhaben, zweite Person", "redaktion2@demo.example", subject.Editor, ""},
		{"Verwaltung des Portals", "admin@demo.example", subject.Admin, ""},
	}
}

// people makes the staff; those who are there already stay as they are.
func people(ctx context.Context, d db.DB) error {
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		for _, p := range Staff() {
			person, err := accounts.NewPerson(ctx, tx, accounts.L1, "de")
			if err != nil {
				return err
			}
			if err := accounts.SetPseudonym(ctx, tx, accounts.System, person, p.Name); err != nil {
				return err
			}
			if _, person, err = accounts.OwnContact(ctx, tx, accounts.System, person, p.Mail); err != nil {
				return err
			}
			var limits []accounts.GrantLimit
			if p.Department != "" {
				dep, err := accounts.DepartmentByKey(ctx, tx, p.Department)
				if err != nil {
					return fmt.Errorf("demo people: %s: %w", p.Department, err)
				}
				limits = append(limits, accounts.GrantLimit{Kind: accounts.InDepartment, Ref: dep.ID.String()})
			}
			if err := accounts.GrantRole(ctx, tx, accounts.System, person, p.Role, limits...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Link lets one of the staff in, once.
type Link struct{ Who, Path string }

// Links makes fresh one-time sign-in links for the staff of a demo; none where
// there is no such staff.
func Links(ctx context.Context, d db.DB) ([]Link, error) {
	var links []Link
	err := db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		links = nil
		for _, p := range Staff() {
			person, err := accounts.PersonByAddress(ctx, tx, accounts.System, p.Mail)
			if err != nil {
				return err
			}
			if person == uuid.Nil { // not a demo, or one whose staff has been removed
				continue
			}
			token, err := accounts.IssueToken(ctx, tx, accounts.PurposeSignIn, accounts.Target{Person: person}, linkLives)
			if err != nil {
				return err
			}
			links = append(links, Link{Who: p.Name, Path: "/login/" + token})
		}
		return nil
	})
	return links, err
}
