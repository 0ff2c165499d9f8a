package api

import (
	"context"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Papers makes the PDF of a case (deskpages.Papers): with a purpose also of what
// only its person and the team may read.
type Papers interface {
	Case(c kit.Context, actor accounts.Actor, n subject.Number, purpose *string) (name string, pdf []byte, err error)
}

// paperOut is a PDF.
type paperOut struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition" doc:"With the file's plain name."`
	Body []byte
}

// paperOps hand a case out as PDF. The answer is kept nowhere, so that they know
// no Idempotency-Key.
func (a *api) paperOps() {
	paper := func(ctx context.Context, k *call, actor accounts.Actor, text string, purpose *string) (*paperOut, error) {
		if err := a.limit(ctx, k, accounts.RuleFile); err != nil {
			return nil, err
		}
		n, err := number(text)
		if err != nil {
			return nil, err
		}
		name, pdf, err := a.Papers.Case(k.c, actor, n, purpose)
		if err != nil {
			return nil, err
		}
		return &paperOut{Type: casework.PDF, Name: mime.FormatMediaType("attachment", map[string]string{"filename": name}), Body: pdf}, nil
	}
	answers := map[string]*huma.Response{"200": {
		Description: "The file.", Content: map[string]*huma.MediaType{casework.PDF: {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
	get := op{
		id: "getCasePDF", method: http.MethodGet, path: "/desk/reports/{number}/pdf", tag: tagDesk, scope: accounts.ScopeDeskRead, rule: accounts.RuleFile,
		summary: "Read a case as PDF", detail: "To pass on: what the public may read of it, the facts and the public history. No contact data, no notes, no dialogue.",
	}.operation(typeOf[NumberParam]())
	get.Operation.Responses = answers
	add(a, get, func(ctx context.Context, k *call, in *NumberParam) (*paperOut, error) {
		return paper(ctx, k, k.actor(accounts.ScopeDeskRead), in.Number, nil)
	})
	type wholeCase struct {
		Purpose string `json:"purpose" minLength:"1" maxLength:"400" doc:"Why you need it. The audit log keeps it with your name." example:"Akte für den Bauhof"`
	}
	type input struct {
		NumberParam
		Body wholeCase
	}
	whole := op{
		id: "readWholeCasePDF", method: http.MethodPost, path: "/desk/reports/{number}/pdf", tag: tagDesk, scope: accounts.ScopeDeskWrite, rule: accounts.RuleFile,
		summary: "Read a case as PDF with contact data",
		detail:  "For the file of its department, with contact data, dialogue and notes, for a purpose. By a personal token: a system's has no person behind it.",
	}.operation(typeOf[input]())
	whole.Operation.Responses = answers
	add(a, whole, func(ctx context.Context, k *call, in *input) (*paperOut, error) {
		actor, purpose := k.actor(accounts.ScopeDeskWrite), kit.Clean(in.Body.Purpose, true)
		n, err := number(in.Number)
		if err == nil {
			_, err = a.Reports.OnDesk(ctx, actor, n)
		}
		if err == nil && !k.bearer.Token.Personal { // a purpose needs somebody who has it
			err = fault.New(fault.Forbidden, "api.err.people")
		}
		if err != nil {
			return nil, err
		}
		return paper(ctx, k, actor, in.Number, &purpose)
	})
}
