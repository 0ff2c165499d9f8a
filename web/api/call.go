package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// call is one request. What huma writes is kept in it until it is clear that
// there was no error; an error goes to kit's writer instead.
type call struct {
	c      kit.Context
	bearer accounts.Bearer
	known  bool // a bearer token came and is good

	err    error
	status int
	header http.Header
	body   bytes.Buffer
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	k, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		panic("api: request without a call") // a mistake of ours
	}
	return k
}

// begin is around all operations: it finds out who calls, and writes the answer.
func (a *api) begin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Del("Set-Cookie") // cookies mean nothing here
		k := &call{c: c, header: http.Header{}}
		if err := a.authenticate(k); err != nil {
			return k.say(err)
		}
		c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), callKey{}, k)))
		do := next
		if bytes, ok := a.large[c.Request().Method+" "+c.Path()]; ok {
			do = kit.BodyLimit(bytes + 1<<10)(next)
		}
		if err := do(c); err != nil {
			return err
		}
		if k.err != nil {
			return k.say(k.err)
		}
		maps.Copy(h, k.header)
		h.Set("Content-Language", kit.Loc(c).HTMLLang())
		h.Add("Vary", "Authorization")
		h.Add("Vary", accessCode)
		if k.secret() {
			kit.NoStore(c)
		}
		return kit.Send(c, k.status, k.header.Get("Content-Type"), k.body.Bytes())
	}
}

// authenticate reads the bearer token; without one the call is anonymous.
func (a *api) authenticate(k *call) error {
	text := k.c.Request().Header.Get("Authorization")
	if text == "" {
		return nil
	}
	scheme, secret, _ := strings.Cut(text, " ")
	if !strings.EqualFold(scheme, "Bearer") || len(secret) > 200 {
		return fault.New(fault.Unauthenticated, "api.err.token")
	}
	var err error
	k.bearer, err = a.Accounts.ByBearer(k.c.Request().Context(), strings.TrimSpace(secret))
	k.known = err == nil
	return err
}

// secret tells whether the answer depends on who asks, or must not be kept.
func (k *call) secret() bool {
	r := k.c.Request()
	return r.Method != http.MethodGet || k.known || r.Header.Get(accessCode) != ""
}

// need says who may use an operation at all. Everything else is the domain's.
type need struct {
	scope   accounts.Scope // of a system's token; "": any will do
	person  bool           // not for the anonymous
	visitor bool           // only for visitors: a system is not concerned by a defect
	people  bool           // for visitors and personal tokens: not for systems
	system  bool           // only for systems
}

func (k *call) allow(n need) error {
	if !k.known {
		if n.person || n.visitor || n.people {
			return fault.New(fault.Unauthenticated, "api.err.visitor")
		}
		if n.system {
			return fault.New(fault.Unauthenticated, "api.err.system")
		}
		return nil
	}
	t := k.bearer.Token
	switch {
	case t == nil && n.system:
		return fault.New(fault.Forbidden, "api.err.scope").With("scope", string(n.scope))
	case t != nil && (n.visitor || n.people && !t.Personal):
		return fault.New(fault.Forbidden, "api.err.people")
	case t != nil && n.scope != "" && !t.Has(n.scope):
		return fault.New(fault.Forbidden, "api.err.scope").With("scope", string(n.scope))
	}
	return nil
}

// actor is who acts where the token's scope is used.
func (k *call) actor(s accounts.Scope) accounts.Actor {
	a := k.bearer.Visitor
	if k.bearer.Token != nil {
		a = k.bearer.Token.Actor(s)
	}
	a.Locale = kit.Loc(k.c).Lang()
	return a
}

// party is the report that a request names, and as whom the caller speaks about it.
func (a *api) party(ctx context.Context, k *call, s accounts.Scope, of NumberParam, code CodeParam) (subject.Number, accounts.Actor, error) {
	n, err := number(of.Number)
	if err != nil {
		return 0, accounts.Actor{}, err
	}
	actor, err := a.as(ctx, k, s, n, code.Code)
	return n, actor, err
}

// PartyParam is a report and whoever speaks about it. It is found out before the
// transaction: a code takes a connection of its own, and a wrong one waits.
type PartyParam struct {
	NumberParam
	CodeParam

	number subject.Number
	actor  accounts.Actor
}

func (p *PartyParam) before(ctx context.Context, a *api, k *call, _ accounts.Actor) (err error) {
	p.number, p.actor, err = a.party(ctx, k, accounts.ScopeWrite, p.NumberParam, p.CodeParam)
	return err
}

// as is actor, or the report's author for whoever sends its access code. Wrong
// codes are limited as on the page; the right one always opens.
func (a *api) as(ctx context.Context, k *call, s accounts.Scope, n subject.Number, code string) (accounts.Actor, error) {
	if code == "" {
		return k.actor(s), nil
	}
	actor, err := a.Reports.ActorByCode(ctx, n, code)
	if fault.Is(err, fault.Forbidden) {
		if err := kit.Limit(k.c, accounts.RuleCode); err != nil { //nolint:contextcheck // the request's own is in k.c
			return accounts.Actor{}, err
		}
	}
	actor.Locale = kit.Loc(k.c).Lang()
	return actor, err
}

// limit counts one act: by address as on the pages, or by the token of another
// system, behind whose one address many people may be.
func (a *api) limit(ctx context.Context, k *call, rule accounts.Rule) error {
	if t := k.bearer.Token; t != nil {
		if rule == accounts.RuleReport {
			rule = accounts.RulePost
		}
		return a.Accounts.Allow(ctx, rule, "api:"+t.ID.String())
	}
	return kit.Limit(k.c, rule) //nolint:contextcheck // the request's own is in k.c
}

func (k *call) loc() *i18n.Localizer { return kit.Loc(k.c) }

// number reads the public number of a path; what is none is not found.
func number(text string) (subject.Number, error) {
	prefix, n, err := subject.ParseNumber(text)
	if err != nil || prefix != subject.PrefixReport {
		return 0, fault.Missing("report").Because(err)
	}
	return n, nil
}

// request is what idem compares: the body as it was understood, the path and
// who sends it, but not the language of the answer.
func (k *call) request(route, key, path string, body any) (reports.Request, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return reports.Request{}, err
	}
	who := k.actor("").Person
	return reports.Request{Route: route, Key: key, Hash: idem.Hash(raw, []byte(path), []byte(k.c.Request().Header.Get(accessCode)), who[:])}, nil
}

// answerOf makes a stored answer of a body.
func answerOf(status int, location string, body any) (idem.Answer, error) {
	raw, err := json.Marshal(body)
	return idem.Answer{Status: status, Location: location, Body: raw}, err
}

// operation is what all have in common.
type operation struct {
	huma.Operation

	need  need
	body  bool  // wrong entries are named by JSON pointers
	fails []int // documented besides 401, 403 and 500
}

// add registers an operation.
func add[I, O any](a *api, o operation, do func(ctx context.Context, k *call, in *I) (*O, error)) {
	op := o.Operation
	op.MaxBodyBytes, op.BodyReadTimeout = cmp.Or(op.MaxBodyBytes, maxBody), bodyPatience
	op.Middlewares = huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
		k := callOf(ctx.Context())
		if k.err = k.allow(o.need); k.err == nil {
			next(&held{humaContext: ctx, call: k})
		}
	}}
	op.Security = []map[string][]string{{}, {"token": {}}}
	if o.need.person || o.need.visitor || o.need.people || o.need.system {
		op.Security = op.Security[1:]
	}
	answers := op.Responses
	op.Responses = a.problems(o)
	maps.Copy(op.Responses, answers)
	if op.MaxBodyBytes > maxBody { // the router itself lets a megabyte in
		a.large[op.Method+" "+Root+strings.NewReplacer("{", ":", "}", "").Replace(op.Path)] = op.MaxBodyBytes
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, callOf(ctx), in)
		if err != nil {
			if o.body {
				err = inBody(err)
			}
			return nil, &caught{err}
		}
		return out, nil
	})
}

// caught carries an error of ours through huma to the transformer, untouched.
type caught struct{ error }

// GetStatus makes huma take it for an answer of its own.
func (*caught) GetStatus() int  { return http.StatusInternalServerError }
func (e *caught) Unwrap() error { return e.error }

// keepError is the transformer that catches errors, ours and huma's.
func keepError(ctx huma.Context, _ string, v any) (any, error) {
	k := callOf(ctx.Context())
	switch v := v.(type) {
	case *caught:
		k.err = v.error
	case *huma.ErrorModel:
		k.err = refused(v)
	case error:
		k.err = v
	}
	return v, nil
}

type humaContext huma.Context

// held keeps what huma writes.
type held struct {
	humaContext

	call *call
}

// Unwrap is for humaecho.
func (h *held) Unwrap() huma.Context            { return h.humaContext }
func (h *held) SetStatus(code int)              { h.call.status = code }
func (h *held) Status() int                     { return h.call.status }
func (h *held) SetHeader(name, value string)    { h.call.header.Set(name, value) }
func (h *held) AppendHeader(name, value string) { h.call.header.Add(name, value) }
func (h *held) BodyWriter() io.Writer           { return &h.call.body }

// problems documents the errors of an operation.
func (a *api) problems(o operation) map[string]*huma.Response {
	schema := a.doc.Components.Schemas.Schema(typeOf[problem](), true, "Problem")
	out := map[string]*huma.Response{}
	codes := append([]int{http.StatusUnauthorized, http.StatusInternalServerError, http.StatusServiceUnavailable}, o.fails...)
	if o.need != (need{}) {
		codes = append(codes, http.StatusForbidden)
	}
	for _, code := range codes {
		r := &huma.Response{
			Description: meaning(code),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
		}
		switch code {
		case http.StatusUnauthorized:
			r.Headers = map[string]*huma.Param{"WWW-Authenticate": {Schema: &huma.Schema{Type: "string"}}}
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			r.Headers = map[string]*huma.Param{"Retry-After": {Description: "Seconds.", Schema: &huma.Schema{Type: "string"}}}
		}
		out[strconv.Itoa(code)] = r
	}
	return out
}

func meaning(code int) string {
	switch code {
	case http.StatusBadRequest:
		return "The body is no JSON."
	case http.StatusUnauthorized:
		return "The token is missing, unknown or over."
	case http.StatusForbidden:
		return "Not for you: the scope, the team or the access code is not the right one, or it is not possible at this stage."
	case http.StatusNotFound:
		return "There is no such report, or you may not know of it."
	case http.StatusConflict:
		return "Somebody was faster, or the same request is still at work."
	case http.StatusRequestEntityTooLarge:
		return "Too large."
	case http.StatusUnsupportedMediaType:
		return "Not a format that can be read here."
	case http.StatusUnprocessableEntity:
		return "Entries need a change; errors says which and how."
	case http.StatusTooManyRequests:
		return "Too often. Retry-After says when to try again."
	case http.StatusServiceUnavailable:
		return "Not possible just now; nothing was saved. Retry-After says when to try again."
	default:
		return "Our fault."
	}
}

var errNoBody = errors.New("empty body")
