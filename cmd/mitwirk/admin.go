package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

type adminCmd struct {
	User  userCmd  `cmd:"" help:"Make a staff account, or give an existing one a role, and print a one-time sign-in link."`
	Token tokenCmd `cmd:"" help:"Tokens with which other systems use the API."`

	Holidays  holidaysCmd  `cmd:"" help:"Write Bavaria's holidays of a year down, by law and the Easter formula; admins can change them at /desk/admin/calendar."`
	Languages languagesCmd `cmd:"" help:"List the languages and the messages that they lack."`

	Reindex reindexCmd `cmd:"" help:"Make the search anew, while the city goes on."`

	Backup  backupCmd  `cmd:"" help:"Save database and photos into one archive, while the city goes on."`
	Restore restoreCmd `cmd:"" help:"Make a city out of an archive, where there is none."`
}

type userCmd struct {
	Mail       string   `arg:"" help:"The person's mail address; the sign-in links go there."`
	Name       string   `placeholder:"NAME" help:"How colleagues see the person."`
	Role       []string `placeholder:"ROLE" help:"Roles: ${roles}."`
	Department []string `placeholder:"KEY" help:"Departments in which the roles count; without any they count everywhere (a caseworker needs one)."`
	Revoke     []string `placeholder:"ROLE" help:"Roles to take away."`
	BaseURL    string   `name:"base-url" env:"MITWIRK_BASE_URL" placeholder:"URL" help:"What the link begins with. Unset: the address of the \"mitwirk dev\" of --data."`
}

// signInLinkTTL is longer than that of mailed links: the link is handed over by hand.
const signInLinkTTL = 24 * time.Hour

// Run makes or changes the account in one transaction.
func (c *userCmd) Run(ctx context.Context, g *Globals) error {
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	var token string
	err = db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
		token, err = c.change(ctx, tx)
		return err
	})
	if err != nil {
		return plain(err)
	}
	base := strings.TrimRight(c.BaseURL, "/")
	if base == "" && g.Data != "" {
		_, base = lockedBy(g.Data)
	}
	fmt.Printf("Sign-in link, works once within a day:\n%s/login/%s\n", base, token)
	return nil
}

func (c *userCmd) change(ctx context.Context, tx pgx.Tx) (token string, err error) {
	actor := accounts.System
	person, err := accounts.PersonByAddress(ctx, tx, actor, c.Mail)
	if err != nil {
		return "", err
	}
	if person == uuid.Nil {
		if person, err = accounts.NewPerson(ctx, tx, 1, i18n.German); err != nil {
			return "", err
		}
		if _, person, err = accounts.OwnContact(ctx, tx, actor, person, c.Mail); err != nil {
			return "", err
		}
	}
	if c.Name != "" {
		if err := accounts.SetPseudonym(ctx, tx, actor, person, c.Name); err != nil {
			return "", err
		}
	}
	limits := make([]accounts.GrantLimit, len(c.Department))
	for i, key := range c.Department {
		d, err := accounts.DepartmentByKey(ctx, tx, key)
		if fault.Is(err, fault.NotFound) {
			return "", fmt.Errorf("there is no department %q; \"mitwirk import categories\" brings them", key)
		}
		if err != nil {
			return "", err
		}
		limits[i] = accounts.GrantLimit{Kind: accounts.InDepartment, Ref: d.ID.String()}
	}
	if len(limits) > 0 && len(c.Role) == 0 {
		return "", errors.New("--department needs a --role that counts there")
	}
	token, err = accounts.IssueToken(ctx, tx, accounts.PurposeSignIn, accounts.Target{Person: person}, signInLinkTTL)
	if err != nil {
		return "", err
	}
	// Last, because they write the audit log, for which others wait.
	for _, role := range c.Revoke {
		if err := accounts.RevokeRole(ctx, tx, actor, person, subject.Role(role)); err != nil {
			return "", err
		}
	}
	for _, role := range c.Role {
		if err := accounts.GrantRole(ctx, tx, actor, person, subject.Role(role), limits...); err != nil {
			return "", err
		}
	}
	return token, nil
}

// roleNames are for --help.
func roleNames() string {
	names := make([]string, 0, len(subject.Roles()))
	for _, r := range subject.Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// plain says a fault in English, as the command line does.
func plain(err error) error {
	f := fault.As(err)
	if f.Kind == fault.Internal {
		return err
	}
	catalogue, e := i18n.New(nil)
	if e != nil {
		return errors.Join(err, e)
	}
	english := catalogue.For(i18n.English)
	if len(f.Fields) == 0 {
		return errors.New(english.TMap(f.Key, f.Params))
	}
	words := make([]string, len(f.Fields))
	for i, field := range f.Fields {
		words[i] = field.Name + ": " + english.TMap(field.Key, field.Params)
	}
	return errors.New(strings.Join(words, "; "))
}
