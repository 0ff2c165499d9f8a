package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// tokenCmd looks after the tokens that other systems use the API with.
type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token for another system and print it, this once."`
	List   tokenListCmd   `cmd:"" help:"List the tokens, without their secrets."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token at once."`
}

type tokenCreateCmd struct {
	Name       string   `required:"" placeholder:"NAME" help:"Which system it is for."`
	Scopes     []string `required:"" placeholder:"SCOPE" help:"What it may do, with commas between: reports:read, reports:write, reports:status, desk:read, desk:write."`
	Department string   `placeholder:"KEY" help:"The team it works for: it reads what the team may see (reports:read) and sets the status of the team's reports (reports:status, which needs one), and works on its cases (desk:read, desk:write, which need one)."`
	Expires    string   `default:"365d" placeholder:"TIME" help:"How long it is good for: days (365d) or hours (12h), at most five years."`
}

// Run makes the token and shows it.
func (c *tokenCreateCmd) Run(ctx context.Context, g *Globals) error {
	ttl, err := lifetime(c.Expires)
	if err != nil {
		return err
	}
	t := accounts.APIToken{Name: c.Name}
	for _, s := range c.Scopes {
		t.Scopes = append(t.Scopes, accounts.Scope(strings.TrimSpace(s)))
	}
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	var secret string
	err = db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
		if c.Department != "" {
			d, err := accounts.DepartmentByKey(ctx, tx, c.Department)
			if fault.Is(err, fault.NotFound) {
				return fmt.Errorf("there is no department %q; \"mitwirk import categories\" brings them", c.Department)
			}
			if err != nil {
				return err
			}
			t.Department = &d.ID
		}
		secret, t, err = accounts.CreateAPIToken(ctx, tx, accounts.System, t, ttl)
		return err
	})
	if err != nil {
		return plain(err)
	}
	fmt.Printf("%s\n", secret)
	fmt.Fprintf(os.Stderr, "Keep it like a password: it is not shown again. Good until %s.\nTo end it before: mitwirk admin token revoke %s\n",
		t.ExpiresAt.Format(time.DateOnly), t.ID)
	return nil
}

type tokenListCmd struct{}

// Run prints a table.
func (*tokenListCmd) Run(ctx context.Context, g *Globals) error {
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	list, err := accounts.APITokens(ctx, pool, accounts.System)
	if err != nil {
		return plain(err)
	}
	now, err := db.Now(ctx, pool)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tSCOPES\tDEPARTMENT\tSTATE\tLAST USED")
	for i := range list {
		t := &list[i]
		words := make([]string, len(t.Scopes))
		for k, s := range t.Scopes {
			words[k] = string(s)
		}
		state := "until " + t.ExpiresAt.Format(time.DateOnly)
		switch {
		case t.RevokedAt != nil:
			state = "revoked " + t.RevokedAt.Format(time.DateOnly)
		case t.ExpiresAt.Before(now):
			state = "expired " + t.ExpiresAt.Format(time.DateOnly)
		}
		seen := "never"
		if t.SeenAt != nil {
			seen = t.SeenAt.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, strings.Join(words, ","), t.DepartmentKey, state, seen)
	}
	return w.Flush()
}

type tokenRevokeCmd struct {
	ID string `arg:"" help:"The token's id, as \"list\" shows it."`
}

// Run ends the token.
func (c *tokenRevokeCmd) Run(ctx context.Context, g *Globals) error {
	id, err := uuid.Parse(c.ID)
	if err != nil {
		return fmt.Errorf("%q is no id; \"mitwirk admin token list\" shows them", c.ID)
	}
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	err = db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
		return accounts.RevokeAPIToken(ctx, tx, accounts.System, id)
	})
	if fault.Is(err, fault.NotFound) {
		return fmt.Errorf("there is no token %s; \"mitwirk admin token list\" shows them", id)
	}
	if err != nil {
		return plain(err)
	}
	return nil
}

// lifetime reads "365d" or what time.ParseDuration reads.
func lifetime(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n < 10_000 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("%q is no time; for example 365d or 12h", text)
}
