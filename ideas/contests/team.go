package contests

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// inviteFor is how long a link into a team or a jury works.
const inviteFor = 14 * 24 * time.Hour

// openInvitations is how many links of a team or a jury work at the same time.
const openInvitations = 40

// MailInvitation is the kind of mails with an invitation: they go to an address
// that nobody has confirmed yet.
const MailInvitation = "contest.invitation.confirm"

// Found makes a team that the actor leads. Whoever is in one already, in the jury
// or in the office that calls can't; nor can anybody without a confirmed address.
func (s *Service) Found(ctx context.Context, actor accounts.Actor, n subject.Number, name string) error {
	name = strings.Join(strings.Fields(name), " ")
	var wrong fault.Fields
	check(&wrong, "name", name, MaxName, true)
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		if err := Allowed(ActFound, r.c, nil, r.s, r.now, s.zone); err != nil {
			return err
		}
		id := subject.NewID()
		if err := exec(ctx, r.tx, "found team", sqlFound, id, r.c.Call.ID, name); err != nil {
			return err
		}
		if err := exec(ctx, r.tx, "found team", sqlAddMember, r.c.Call.ID, r.actor.Person, id, true); err != nil {
			return err
		}
		return exec(ctx, r.tx, "found team", sqlNewEntry, subject.NewID(), r.c.Call.ID, id)
	})
}

const (
	sqlFound     = `INSERT INTO contest_teams (id, call_id, name) VALUES ($1, $2, $3)`
	sqlAddMember = `INSERT INTO contest_members (call_id, person_id, team_id, lead) VALUES ($1, $2, $3, $4)`
	sqlNewEntry  = `INSERT INTO contest_entries (id, call_id, team_id) VALUES ($1, $2, $3)`
)

// Team is the actor's team of a contest.
type Team struct {
	ID      uuid.UUID
	Name    string
	Members int
	Lead    bool // the actor leads it
	Entry   Entry
	Write   bool // it can be changed now
}

// Team is the actor's own team; NotFound for whoever is in none.
func (s *Service) Team(ctx context.Context, actor accounts.Actor, n subject.Number) (*Team, *Contest, error) {
	r, err := s.open(ctx, s.db, actor, n, false)
	if err != nil {
		return nil, nil, err
	}
	if r.team == uuid.Nil {
		return nil, nil, fault.Missing("team")
	}
	t := &Team{ID: r.team, Lead: r.s.Lead}
	if err := s.db.QueryRow(ctx, sqlTeam, r.team).Scan(&t.Name, &t.Members); err != nil {
		return nil, nil, fmt.Errorf("team: %w", err)
	}
	e, err := entryOf(ctx, s.db, sqlEntryOfTeam, r.c.Call.ID, r.team)
	if err != nil {
		return nil, nil, err
	}
	if r.c.NamedAt == nil { // what the office thinks is told when all are told
		e.Stage, e.Reason = Open, ""
	}
	t.Entry = *e
	st, err := r.stand(ctx, s.db, e)
	if err != nil {
		return nil, nil, err
	}
	t.Write = Allowed(ActWrite, r.c, e, st, r.now, s.zone) == nil
	return t, r.c, nil
}

const sqlTeam = `SELECT t.name, (SELECT count(*)::int FROM contest_members m WHERE m.team_id = t.id) FROM contest_teams t WHERE t.id = $1`

// Invite makes a link into the actor's team, or into the jury when jury is set:
// the team's lead may the one, the office the other. It works once and is shown
// once; with an address it is mailed there as well, and the address not kept.
func (s *Service) Invite(ctx context.Context, actor accounts.Actor, n subject.Number, jury bool, address string) (token string, err error) {
	if address = strings.TrimSpace(address); address != "" {
		if address, err = accounts.ParseAddress(address); err != nil {
			return "", err
		}
	}
	raw := make([]byte, 24)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	token = base64.RawURLEncoding.EncodeToString(raw)
	err = s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		team := uuid.Nil
		if jury {
			if err := Allowed(ActSetUp, r.c, nil, r.s, r.now, s.zone); err != nil {
				return err
			}
			if !r.c.sealed(r.now, s.zone) {
				return fault.New(fault.Conflict, "contest.why.opened")
			}
			if err := accounts.Audit(ctx, r.tx, r.actor, accounts.Entry{Action: "contest.jury_invite", Ref: r.c.Call.Ref()}); err != nil {
				return err
			}
		} else {
			if r.team == uuid.Nil {
				return fault.Missing("team")
			}
			e, err := entryOf(ctx, r.tx, sqlEntryOfTeam, r.c.Call.ID, r.team)
			if err != nil {
				return err
			}
			if _, err := r.may(ctx, r.tx, ActSend, e, s.zone); err != nil {
				return err
			}
			team = r.team
		}
		full, err := db.Exists(ctx, r.tx, sqlInvitesFull, r.c.Call.ID, db.OrNull(team), openInvitations)
		if err != nil {
			return err
		}
		if full {
			return fault.New(fault.Conflict, "contest.err.invitations")
		}
		if err := exec(ctx, r.tx, "invite", sqlInvite, tokenHash(token), r.c.Call.ID, db.OrNull(team), r.now.Add(inviteFor)); err != nil {
			return err
		}
		return s.mailInvitation(ctx, r, jury, address, token)
	})
	return token, err
}

func (s *Service) mailInvitation(ctx context.Context, r *room, jury bool, address, token string) error {
	if address == "" {
		return nil
	}
	key := "contest.mail.team"
	if jury {
		key = "contest.mail.jury"
	}
	lang := i18n.Match(r.actor.Locale)
	loc := s.messages.For(lang)
	return s.outbox.Queue(ctx, r.tx, mail.Message{
		ToAddress: address, Kind: MailInvitation, Lang: lang,
		Subject: loc.T(key + ".subject"), Lead: loc.T(key+".lead", "title", r.c.Call.Title.In(lang)), Next: loc.T("contest.mail.invite.next"),
		Button: mail.Button{Label: loc.T("contest.mail.invite.button"), URL: s.base + JoinPath(r.c.Call, token)}, Reason: loc.T("contest.mail.invite.reason"),
	})
}

// JoinPath is the page behind a link into a team or a jury.
func JoinPath(c *ideas.Call, token string) string { return c.Path() + "/join/" + token }

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte("mitwirk invitation to a contest\x00" + token))
	return sum[:]
}

const (
	sqlInvitesFull = `
SELECT (SELECT count(*) FROM contest_invitations
        WHERE call_id = $1 AND team_id IS NOT DISTINCT FROM $2::uuid AND used_at IS NULL AND expires_at > mitwirk_now()) >= $3::int`
	sqlInvite = `INSERT INTO contest_invitations (token_hash, call_id, team_id, expires_at) VALUES ($1, $2, $3, $4)`
	sqlPeek   = `
SELECT v.team_id, coalesce(t.name, '')
FROM contest_invitations v
LEFT JOIN contest_teams t ON t.id = v.team_id
WHERE v.token_hash = $1 AND v.call_id = $2 AND v.used_at IS NULL AND v.expires_at > mitwirk_now()`
	sqlUseInvite = `
UPDATE contest_invitations SET used_at = mitwirk_now()
WHERE token_hash = $1 AND call_id = $2 AND used_at IS NULL AND expires_at > mitwirk_now()`
	sqlTeamFull = `SELECT count(*) >= $2::int FROM contest_members WHERE team_id = $1`
	sqlJuryFull = `SELECT count(*) >= $2::int FROM contest_jury WHERE call_id = $1`
	sqlAddJuror = `INSERT INTO contest_jury (id, call_id, person_id, shown_name) VALUES ($1, $2, $3, $4)`
)

// Invitation is what a link invites to.
type Invitation struct {
	Call *ideas.Call
	Jury bool
	Team string // its name
	team uuid.UUID
}

// Invited is what a link invites to; NotFound when it was used or is over, or
// when the reader may not know of the contest.
func (s *Service) Invited(ctx context.Context, actor accounts.Actor, n subject.Number, token string) (*Invitation, error) {
	r, err := s.open(ctx, s.db, actor, n, false)
	if err != nil {
		return nil, err
	}
	return invited(ctx, s.db, r.c, token)
}

func invited(ctx context.Context, q db.Queryer, c *Contest, token string) (*Invitation, error) {
	v := &Invitation{Call: c.Call}
	var team *uuid.UUID
	err := q.QueryRow(ctx, sqlPeek, tokenHash(token), c.Call.ID).Scan(&team, &v.Team)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("invitation")
	}
	if err != nil {
		return nil, fmt.Errorf("invitation: %w", err)
	}
	if v.Jury = team == nil; team != nil {
		v.team = *team
	}
	return v, nil
}

// Join takes the actor into the team or the jury that a link invites to, once.
// name is how the page of the contest names a member of the jury; "" is not at all.
func (s *Service) Join(ctx context.Context, actor accounts.Actor, n subject.Number, token, name string) (jury bool, err error) {
	name = strings.Join(strings.Fields(name), " ")
	var wrong fault.Fields
	check(&wrong, "name", name, MaxName, false)
	if err := wrong.Err(); err != nil {
		return false, err
	}
	err = s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		v, err := invited(ctx, r.tx, r.c, token)
		if err != nil {
			return err
		}
		action, full, key, most := ActFound, sqlTeamFull, v.team, MaxTeam
		if jury = v.Jury; jury {
			action, full, key, most = ActJury, sqlJuryFull, r.c.Call.ID, MaxJury
		}
		if err := Allowed(action, r.c, nil, r.s, r.now, s.zone); err != nil {
			return err
		}
		var over bool
		if err := r.tx.QueryRow(ctx, full, key, most).Scan(&over); err != nil {
			return fmt.Errorf("join: %w", err)
		}
		if over {
			return fault.New(fault.Conflict, "contest.err.full")
		}
		if err := exec(ctx, r.tx, "join", sqlUseInvite, tokenHash(token), r.c.Call.ID); err != nil {
			return err
		}
		if jury {
			return exec(ctx, r.tx, "join", sqlAddJuror, subject.NewID(), r.c.Call.ID, r.actor.Person, name)
		}
		return exec(ctx, r.tx, "join", sqlAddMember, r.c.Call.ID, r.actor.Person, v.team, false)
	})
	return jury, err
}

func (s *Service) dropInvitations(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		return exec(ctx, tx, "drop invitations", sqlDropInvitations)
	})
}

const sqlDropInvitations = `DELETE FROM contest_invitations WHERE expires_at < mitwirk_now() - interval '30 days'`
