package accountpages

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

const (
	securityPath = "/account/security"
	factorPath   = "/account/factor"
)

// securityView is how somebody signs in, and where they are signed in.
type securityView struct {
	kit.Page

	Errors      kit.Errors
	Now         time.Time
	Sessions    []accounts.Session
	HasPasskeys bool
	Passkeys    []accounts.Passkey
	Factors     accounts.Factors
	Others      []accounts.Provider
	Linked      []string
	Tokens      []accounts.APIToken
	Token       tokenIn
	Secret      string // of a token that was just made
}

// appView is an app that is being set up.
type appView struct {
	kit.Page

	Errors kit.Errors
	SetUp  accounts.SetUp
	QR     kit.QRCode
}

// recoveryView shows codes once.
type recoveryView struct {
	kit.Page

	Codes []string
	Next  string
}

func (p *pages) securityView(c kit.Context, titleKey string) (securityView, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	v := securityView{Page: page(c, titleKey), Now: kit.Now(c), HasPasskeys: p.Accounts.HasPasskeys(), Others: p.Accounts.Providers()}
	v.Nav = "mine"
	if v.HasPasskeys {
		v.Scripts = append(v.Scripts, "account-passkey")
	}
	var err error
	if v.Factors, err = accounts.FactorsOf(ctx, p.DB, actor); err != nil || actor.NeedsFactor {
		return v, err
	}
	if v.Sessions, err = accounts.SessionsOf(ctx, p.DB, actor); err != nil {
		return v, err
	}
	if v.Passkeys, err = accounts.PasskeysOf(ctx, p.DB, actor); err != nil {
		return v, err
	}
	if v.Tokens, err = accounts.PersonalTokens(ctx, p.DB, actor); err != nil {
		return v, err
	}
	v.Linked, err = accounts.IdentitiesOf(ctx, p.DB, actor)
	return v, err
}

func (p *pages) security(c kit.Context) error {
	return p.showSecurity(c, http.StatusOK, nil, tokenIn{}, "")
}

func (p *pages) showSecurity(c kit.Context, status int, wrong error, in tokenIn, secret string) error {
	v, err := p.securityView(c, "signin.security")
	if err != nil {
		return err
	}
	if wrong != nil {
		v.Errors = kit.ErrorsOf(v.Page, wrong)
	}
	v.Token, v.Secret = in, secret
	kit.NoStore(c)
	return kit.Render(c, status, securityPage(v))
}

func linked(v securityView, o accounts.Provider) bool { return slices.Contains(v.Linked, o.Key) }

func passkeyUse(v securityView, k accounts.Passkey) string {
	if k.UsedAt == nil {
		return v.T("signin.passkey.made", "when", v.Loc.DateTime(k.CreatedAt, v.Now))
	}
	return v.T("signin.passkey.used", "when", v.Loc.DateTime(*k.UsedAt, v.Now))
}

func factorLabel(v securityView) string {
	if v.Factors.TOTP {
		return v.T("signin.factor.code")
	}
	return v.T("signin.factor.recovery")
}

// breakable4 cuts a secret into groups that can be typed.
func breakable4(text string) []string {
	var out []string
	for part := range slices.Chunk([]rune(text), 4) {
		out = append(out, string(part))
	}
	return out
}

func (p *pages) write(c kit.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	return db.Transact(c.Request().Context(), p.DB, fn)
}

func (p *pages) done(c kit.Context, key string) error {
	kit.Flash(c, "success", key)
	return kit.Redirect(c, securityPath)
}

func pathID(c kit.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, fault.Missing("thing of an account").Because(err)
	}
	return id, nil
}

func (p *pages) endSession(c kit.Context) error {
	id, err := pathID(c)
	if err == nil {
		err = p.write(c, func(ctx context.Context, tx pgx.Tx) error { return accounts.EndOneSession(ctx, tx, kit.Actor(c), id) })
	}
	if err != nil {
		return err
	}
	return p.done(c, "signin.session.ended")
}

func (p *pages) endSessions(c kit.Context) error {
	err := p.write(c, func(ctx context.Context, tx pgx.Tx) error {
		_, err := accounts.EndOtherSessions(ctx, tx, kit.Actor(c))
		return err
	})
	if err != nil {
		return err
	}
	return p.done(c, "signin.sessions.ended")
}

// factor asks for the second factor; who has proved it needs the page no more.
func (p *pages) factor(c kit.Context) error {
	if !kit.Actor(c).NeedsFactor {
		return kit.Redirect(c, securityPath)
	}
	v, err := p.securityView(c, "signin.factor")
	if err != nil {
		return err
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, factorPageOf(v))
}

func (p *pages) proveFactor(c kit.Context) error {
	var in struct {
		Code string `form:"code" max:"20"`
	}
	err := kit.Bind(c, &in)
	var signed accounts.SignedIn
	if err == nil {
		signed, err = p.Accounts.ProveByCode(c.Request().Context(), kit.Actor(c), in.Code)
	}
	if fault.Is(err, fault.Invalid) {
		v, verr := p.securityView(c, "signin.factor")
		if verr != nil {
			return verr
		}
		v.Errors = kit.ErrorsOf(v.Page, err)
		kit.NoStore(c)
		return kit.Render(c, http.StatusUnprocessableEntity, factorPageOf(v))
	}
	if err != nil {
		return err
	}
	return welcome(c, signed, "success", "login.done")
}

func (p *pages) beginApp(c kit.Context) error {
	err := p.write(c, func(ctx context.Context, tx pgx.Tx) error { return p.Accounts.BeginTOTP(ctx, tx, kit.Actor(c)) })
	if err != nil {
		return err
	}
	return kit.Redirect(c, securityPath+"/app")
}

func (p *pages) app(c kit.Context) error { return p.showApp(c, http.StatusOK, nil) }

func (p *pages) showApp(c kit.Context, status int, wrong error) error {
	v := appView{Page: page(c, "signin.app.title")}
	name, err := p.accountName(c)
	if err != nil {
		return err
	}
	if v.SetUp, err = p.Accounts.PendingTOTP(c.Request().Context(), kit.Actor(c), "Mitwirk", name); err != nil {
		return err
	}
	if v.QR, err = kit.NewQR(v.SetUp.URL); err != nil {
		return err
	}
	if wrong != nil {
		v.Errors = kit.ErrorsOf(v.Page, wrong)
	}
	kit.NoStore(c)
	return kit.Render(c, status, appPage(v))
}

// accountName is what devices list the account under: its mail address.
func (p *pages) accountName(c kit.Context) (string, error) {
	own, err := accounts.ContactsOf(c.Request().Context(), p.DB, kit.Actor(c).Person)
	if err != nil || len(own) == 0 {
		return "Mitwirk", err
	}
	return own[0].Address, nil
}

func (p *pages) confirmApp(c kit.Context) error {
	var in struct {
		Code string `form:"code" max:"12"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return p.showApp(c, http.StatusUnprocessableEntity, err)
	}
	signed, codes, err := p.Accounts.FinishTOTP(c.Request().Context(), kit.Actor(c), in.Code)
	if fault.Is(err, fault.Invalid) {
		return p.showApp(c, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return showRecovery(c, signed, codes)
}

// showRecovery gives the browser its stronger session and shows the codes.
func showRecovery(c kit.Context, in accounts.SignedIn, codes []string) error {
	kit.SetSession(c, in.Token, in.Lives, in.Actor)
	next := kit.TakeNext(c)
	if next == "" {
		next = securityPath
	}
	if len(codes) == 0 {
		kit.Flash(c, "success", "signin.factor.added")
		return kit.Redirect(c, next)
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, recoveryPage(recoveryView{Page: page(c, "signin.recovery"), Codes: codes, Next: next}))
}

func (p *pages) removeApp(c kit.Context) error {
	err := p.write(c, func(ctx context.Context, tx pgx.Tx) error { return accounts.RemoveTOTP(ctx, tx, kit.Actor(c)) })
	if err != nil {
		return err
	}
	return p.done(c, "signin.removed")
}

func (p *pages) beginPasskey(c kit.Context) error {
	name, err := p.accountName(c)
	if err != nil {
		return err
	}
	var ch accounts.Challenge
	err = p.write(c, func(ctx context.Context, tx pgx.Tx) (err error) {
		ch, err = p.Accounts.BeginPasskey(ctx, tx, kit.Actor(c), name)
		return err
	})
	return sendChallenge(c, ch, err)
}

func (p *pages) addPasskey(c kit.Context) error {
	var in keyAnswer
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	var signed accounts.SignedIn
	var codes []string
	err := p.write(c, func(ctx context.Context, tx pgx.Tx) (err error) {
		signed, codes, err = p.Accounts.FinishPasskey(ctx, tx, kit.Actor(c), in.Challenge, in.Name, json.RawMessage(in.Answer))
		return err
	})
	if err != nil {
		return err
	}
	return showRecovery(c, signed, codes)
}

func (p *pages) removePasskey(c kit.Context) error {
	id, err := pathID(c)
	if err == nil {
		err = p.write(c, func(ctx context.Context, tx pgx.Tx) error { return accounts.RemovePasskey(ctx, tx, kit.Actor(c), id) })
	}
	if err != nil {
		return err
	}
	return p.done(c, "signin.removed")
}

// tokenIn is the form for a personal token.
type tokenIn struct {
	Name   string   `form:"token" max:"100"`
	Scopes []string `form:"scopes"`
	Days   int      `form:"days"`
}

// lifetimes of a personal token, in days.
func tokenDays() []int { return []int{30, 90, 365} }

func (p *pages) makeToken(c kit.Context) error {
	var in tokenIn
	err := kit.Bind(c, &in)
	var secret string
	if err == nil {
		t := accounts.APIToken{Name: in.Name}
		for _, s := range in.Scopes {
			t.Scopes = append(t.Scopes, accounts.Scope(s))
		}
		if !slices.Contains(tokenDays(), in.Days) {
			in.Days = tokenDays()[0]
		}
		err = p.write(c, func(ctx context.Context, tx pgx.Tx) (err error) {
			secret, _, err = accounts.CreatePersonalToken(ctx, tx, kit.Actor(c), t, time.Duration(in.Days)*24*time.Hour)
			return err
		})
	}
	if fault.Is(err, fault.Invalid) {
		return p.showSecurity(c, http.StatusUnprocessableEntity, err, in, "")
	}
	if err != nil {
		return err
	}
	return p.showSecurity(c, http.StatusOK, nil, tokenIn{}, secret)
}

func (p *pages) revokeToken(c kit.Context) error {
	id, err := pathID(c)
	if err == nil {
		err = p.write(c, func(ctx context.Context, tx pgx.Tx) error {
			return accounts.RevokePersonalToken(ctx, tx, kit.Actor(c), id)
		})
	}
	if err != nil {
		return err
	}
	return p.done(c, "signin.token.revoked")
}

func tokenState(v securityView, t accounts.APIToken) string {
	scopes := make([]string, len(t.Scopes))
	for i, s := range t.Scopes {
		scopes[i] = v.T(scopeKey(s))
	}
	state := v.T("signin.token.until", "when", v.Loc.DateTime(t.ExpiresAt, v.Now))
	if t.RevokedAt != nil {
		state = v.T("signin.token.ended")
	}
	return strings.Join(scopes, ", ") + " · " + state
}

// scopeKey is the message that names a scope: "reports:read" is "read",
// "desk:read" is "desk_read".
func scopeKey(s accounts.Scope) string {
	return "signin.scope." + strings.ReplaceAll(strings.TrimPrefix(string(s), "reports:"), ":", "_")
}

func scopeOptions(v securityView) []kit.Option {
	var out []kit.Option
	for _, s := range accounts.PersonalScopes(v.Actor) {
		out = append(out, kit.Option{Value: string(s), Label: v.T(scopeKey(s)), On: slices.Contains(v.Token.Scopes, string(s))})
	}
	return out
}

func dayOptions(v securityView) []kit.Option {
	var out []kit.Option
	for _, d := range tokenDays() {
		out = append(out, kit.Option{Value: strconv.Itoa(d), Label: v.T("signin.token.for", "n", d), On: d == v.Token.Days})
	}
	return out
}
