package accountpages

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	DB       db.DB
	Accounts *accounts.Service
	// Adopt moves what a visitor began (drafts, votes, follows) over to the
	// person they sign in as, in the same transaction.
	Adopt []func(ctx context.Context, tx pgx.Tx, visitor, person uuid.UUID) error
	// Unsubscribe ends the mails of a contact about one thing.
	Unsubscribe func(ctx context.Context, tx pgx.Tx, contact uuid.UUID, about subject.Ref) error
	// Describe tells what links are about; a kind without one is not named.
	Describe map[subject.Kind]subject.Describer
	// Proofs are what calls ask of an eID; nil: none asks.
	Proofs Proofs
	// Outbox is nil unless this is a demonstration: /dev/outbox does not exist then.
	Outbox Outbox
}

// Proofs knows the questions of calls and keeps the answers (ideas.Service).
type Proofs interface {
	// Asked is the question of a call; NotFound for one that asks none.
	Asked(ctx context.Context, actor accounts.Actor, number string, back bool) (accounts.Question, error)
	// NoteProof keeps yes or no about the actor; false: the eID has taken part as
	// somebody else, and its yes is not theirs.
	NoteProof(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id accounts.Identity, number string, asked accounts.Question, a accounts.Answer) (mine bool, err error)
}

type pages struct{ Deps }

// Register adds the routes.
func Register(r *kit.Router, deps Deps) {
	p := &pages{deps}
	r.GET("/login", p.login)
	r.POST("/login", p.askLink)
	r.GET("/login/code", p.showCode)
	r.POST("/login/code", p.useCode)
	r.POST("/login/passkey/begin", p.askPasskey)
	r.POST("/login/passkey", p.passkey)
	r.GET("/login/with/:provider", p.leave)
	r.GET("/login/with/:provider/back", p.back, kit.Secret)
	p.registerSecurity(r)
	p.registerOrganisations(r)
	r.GET("/login/:token", p.showLink, kit.Secret)
	r.POST("/login/:token", p.useLink, kit.Secret)
	r.POST("/logout", p.logout)
	r.GET("/confirm/:token", p.showConfirm, kit.Secret)
	r.POST("/confirm/:token", p.confirm, kit.Secret)
	r.GET("/unsubscribe/:token", p.showUnsubscribe, kit.Secret)
	r.POST("/unsubscribe/:token", p.unsubscribe, kit.Secret)
	r.POST("/theme", p.theme)
	if deps.Outbox != nil {
		r.GET("/dev/outbox", p.outbox)
		r.GET("/dev/outbox/:id", p.outboxMail)
	}
}

// registerSecurity adds how somebody signs in and where they are signed in.
func (p *pages) registerSecurity(r *kit.Router) {
	get := func(path string, h func(kit.Context) error) { r.GET(path, h, kit.RequireSignIn) }
	post := func(path string, h func(kit.Context) error) { r.POST(path, h, kit.RequireSignIn) }
	get(factorPath, p.factor)
	post(factorPath, p.proveFactor)
	get(securityPath, p.security)
	post(securityPath+"/sessions/end", p.endSessions)
	post(securityPath+"/sessions/:id/end", p.endSession)
	get(securityPath+"/app", p.app)
	post(securityPath+"/app", p.beginApp)
	post(securityPath+"/app/confirm", p.confirmApp)
	post(securityPath+"/app/remove", p.removeApp)
	post(securityPath+"/passkeys/begin", p.beginPasskey)
	post(securityPath+"/passkeys", p.addPasskey)
	post(securityPath+"/passkeys/:id/remove", p.removePasskey)
	post(securityPath+"/tokens", p.makeToken)
	post(securityPath+"/tokens/:id/revoke", p.revokeToken)
}

// page is a page of this folder: nobody should find it by a search engine.
func page(c kit.Context, titleKey string) kit.Page {
	p := kit.NewPage(c, titleKey)
	p.Robots = "noindex"
	return p
}

// about is the public card of what a link is about, or nil: a link from a mail
// must not tell more than the public page does.
func (p *pages) about(ctx context.Context, ref subject.Ref) *subject.Card {
	d := p.Describe[ref.Kind]
	if d == nil || ref.IsZero() {
		return nil
	}
	cards, err := d.Describe(ctx, []uuid.UUID{ref.ID})
	if err != nil || len(cards) != 1 || cards[0].Audience != subject.Public || cards[0].Path == "" {
		return nil // the page works without it
	}
	return &cards[0]
}

func (p *pages) theme(c kit.Context) error {
	var in struct {
		Theme string `form:"theme" max:"10"`
		Next  string `form:"next" max:"2000"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	kit.SetTheme(c, in.Theme)
	return kit.Redirect(c, in.Next)
}
