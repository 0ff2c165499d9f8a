package api

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/internal/receipt"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const (
	tagComplaints     = "Complaints"
	tagComplaintsDesk = "Complaints on the desk"

	// complaintDraft keeps files of this API apart from the forms of the pages.
	complaintDraft = "api_complaint"
)

// CaseParam is a complaint in a path, and CodeParam whoever speaks about it as
// its author. It is found out before a transaction, as PartyParam is.
type CaseParam struct {
	Number string `path:"number" maxLength:"40" doc:"The number on the receipt." example:"B-2026-7K3QX9"`
}

func (p CaseParam) parse() (subject.Number, error) {
	prefix, n, err := subject.ParseNumber(p.Number)
	if err != nil || prefix != subject.PrefixComplaint {
		return 0, fault.Missing("complaint").Because(err)
	}
	return n, nil
}

// AuthorParam is exported for huma.
type AuthorParam struct {
	CaseParam
	CodeParam
}

// complainant is the complaint that a request names, and as whom the caller
// speaks about it: wrong codes are limited as on the page.
func (a *api) complainant(ctx context.Context, k *call, s accounts.Scope, p AuthorParam) (subject.Number, accounts.Actor, error) {
	n, err := p.parse()
	if err != nil || p.Code == "" {
		return n, k.actor(s), err
	}
	actor, err := a.Complaints.ActorByCode(ctx, n, p.Code)
	if fault.Is(err, fault.Forbidden) {
		if err := kit.Limit(k.c, accounts.RuleCode); err != nil { //nolint:contextcheck // the request's own is in k.c
			return n, accounts.Actor{}, err
		}
	}
	actor.Locale = kit.Loc(k.c).Lang()
	return n, actor, err
}

// ownComplaint is a complaint for whoever wrote it; for everybody else, staff
// included, there is none.
func (a *api) ownComplaint(ctx context.Context, s *complaints.Service, actor accounts.Actor, n subject.Number) (*complaints.View, error) {
	v, err := s.Get(ctx, actor, n)
	if err == nil && !v.IsOwner {
		err = fault.Missing("complaint")
	}
	return v, err
}

func (a *api) complaints() {
	a.complaintForm()
	a.complaintFiles()
	a.complain()
	a.readComplaints()
	a.sayToComplaint()
	a.receiptOps()
	a.complaintsDesk()
	a.complaintsBeside()
	a.complaintsSetup()
}

// ownerOp is an operation of whoever wrote: open, since number and code are enough.
func ownerOp(id, method, path, summary, detail string) op {
	o := op{id: id, method: method, path: path, tag: tagComplaints, open: true, scope: accounts.ScopeWrite, summary: summary, detail: detail}
	if method == http.MethodGet {
		o.scope = accounts.ScopeRead
	}
	return o
}

func (a *api) complaintForm() {
	reads(a, ownerOp("getComplaintForm", http.MethodGet, "/complaints/form", "Read what a complaint can be about",
		"Topics, departments that can be named, and the days until the answer. Read the traps out before you send: an official decision needs its own objection, "+
			"without contact a lost access code can't be replaced, and tips about corruption are not taken in here."),
		func(ctx context.Context, k *call, _ accounts.Actor, _ *struct{}) (complaintForm, error) {
			return a.formOf(ctx, k.loc().Lang())
		})
}

func (a *api) complaintFiles() {
	type input struct{ Body newComplaintFile }
	o := op{
		id: "uploadComplaintFile", method: http.MethodPost, path: "/complaints/files", tag: tagComplaints, people: true, scope: accounts.ScopeWrite, status: http.StatusCreated,
		rule: accounts.RuleUpload, long: talkBody, hidden: true, summary: "Upload a file for a complaint",
		detail: "Before the complaint that it belongs to: PDF, JPEG or PNG, up to 10 MB, checked by its content. The first one makes a draft; send the draft's id with the " +
			"others and with the complaint, within 24 hours and by the same token.",
	}
	reads(a, o, func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (complaintFile, error) {
		draft, err := a.filesDraft(ctx, actor, in.Body.Draft)
		if err != nil {
			return complaintFile{}, err
		}
		list, err := a.readyFiles(ctx, []sentFile{in.Body.File}, "/file")
		if err == nil {
			err = a.Complaints.AddToDraft(ctx, actor, draft, list)
		}
		if err != nil {
			return complaintFile{}, inBody(err)
		}
		all, err := a.Complaints.DraftFiles(ctx, actor, draft)
		if err != nil {
			return complaintFile{}, err
		}
		return complaintFile{complaintFilesOf(all[len(all)-1:])[0], draft.String()}, nil
	})
}

// filesDraft is the caller's draft of that id, or a new one. What was uploaded
// long ago and never used goes.
func (a *api) filesDraft(ctx context.Context, actor accounts.Actor, id string) (uuid.UUID, error) {
	if id != "" {
		draft, err := idIn(id, "/draft")
		if err != nil {
			return draft, err
		}
		d, err := drafts.Load(ctx, a.DB, actor, draft)
		if err == nil && d.Kind != complaintDraft {
			err = fault.Missing("draft")
		}
		return draft, err
	}
	now, err := a.now(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	old, err := drafts.Mine(ctx, a.DB, actor, complaintDraft)
	if err != nil {
		return uuid.Nil, err
	}
	draft := subject.NewID()
	return draft, db.Transact(ctx, a.DB, func(ctx context.Context, tx pgx.Tx) error {
		for i := range old {
			if old[i].CreatedAt.After(now.Add(-unused)) {
				continue
			}
			if err := a.Drafts.Delete(ctx, tx, actor, old[i].ID); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		_, err := drafts.Create(ctx, tx, actor, draft, complaintDraft, nil)
		return err
	})
}

// readyFiles checks files by their content and keeps their bytes, before any
// transaction.
func (a *api) readyFiles(ctx context.Context, files []sentFile, field string) ([]complaints.NewFile, error) {
	out := make([]complaints.NewFile, len(files))
	for i, f := range files {
		n, err := a.Complaints.Prepare(ctx, kit.Clean(f.Name, false), bytes.NewReader(f.Content))
		if fault.Is(err, fault.Unsupported) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.BadRequest) {
			var wrong fault.Fields
			wrong.Add(field, fault.As(err).Key, "max", complaints.MaxFileBytes>>20)
			return nil, wrong.Err()
		}
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

func (a *api) complain() {
	type input struct {
		OnceParam
		Body newComplaint
	}
	o := ownerOp("sendComplaint", http.MethodPost, "/complaints", "Send a complaint, praise, question or request",
		"Only whoever sends it and the department in charge ever know of it. No account and no token are needed, except for files. The answer holds the access code, "+
			"shown this once, and the signed receipt. Sent again with the same key, it is the same one.")
	o.status, o.rule = http.StatusCreated, accounts.RuleReport
	reads(a, o, func(ctx context.Context, k *call, actor accounts.Actor, in *input) (sentComplaint, error) {
		sub, err := in.Body.submission(k.loc().Lang())
		if err != nil {
			return sentComplaint{}, err
		}
		key := in.Key
		if key == "" && sub.Draft != uuid.Nil {
			key = sub.Draft.String()
		}
		req, err := k.request("api.complaints", key, "", in.Body)
		if err != nil {
			return sentComplaint{}, err
		}
		answer, err := a.Complaints.SubmitOnce(ctx, actor, complaints.Once{Route: req.Route, Key: req.Key, Hash: req.Hash}, sub, func(s complaints.Sent) (idem.Answer, error) {
			return answerOf(http.StatusCreated, "", sentComplaint{
				Number: s.Number.Format(subject.PrefixComplaint), AccessCode: s.Code, ArrivedAt: stamp(s.At), DueAt: stamp(s.Due), Links: a.caseLinks(s.Number),
			})
		})
		if err != nil {
			if fault.Is(err, fault.NotFound) { // of all that is looked up only the draft can be unknown
				err = fault.OnField("/draft", "api.err.complaint_draft").Because(err)
			}
			return sentComplaint{}, ownFields(err)
		}
		var out sentComplaint
		err = json.Unmarshal(answer.Body, &out)
		return out, err
	})
}

func (a *api) readComplaints() {
	reads(a, op{
		id: "listMyComplaints", method: http.MethodGet, path: "/complaints", tag: tagComplaints, people: true, scope: accounts.ScopeRead,
		summary: "List what you have sent or opened", detail: "Newest first, at most 100. For visitors and personal tokens.",
	}, func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (complaintList, error) {
		list, err := a.Complaints.Mine(ctx, actor)
		out := complaintList{Items: make([]ComplaintLine, len(list))}
		for i := range list {
			out.Items[i] = a.lineOf(&list[i])
		}
		return out, err
	})
	reads(a, ownerOp("getComplaint", http.MethodGet, "/complaints/{number}", "Read your complaint",
		"With its access code, or by the token that it was sent with: what you wrote, where it is, until when an answer comes, the dialogue, the answers, and who has looked at "+
			"your contact details. For everybody else it is a number that does not exist."),
		func(ctx context.Context, k *call, _ accounts.Actor, in *AuthorParam) (complaintView, error) {
			n, actor, err := a.complainant(ctx, k, accounts.ScopeRead, *in)
			if err != nil {
				return complaintView{}, err
			}
			v, err := a.ownComplaint(ctx, a.Complaints, actor, n)
			if err != nil {
				return complaintView{}, err
			}
			return a.complaintOf(k.loc(), v), nil
		})
	a.complaintFileOp(ownerOp("getComplaintFile", http.MethodGet, "/complaints/{number}/files/{file}", "Read a file of your complaint",
		"A PDF as it was sent, or a picture as we have re-encoded it. What the scanner has not passed is not there."), false)
}

// complaintFileOp reads one file, for its author or for the team.
func (a *api) complaintFileOp(o op, staff bool) {
	type input struct {
		AuthorParam
		File string `path:"file" maxLength:"40" doc:"As the complaint names it."`
	}
	type output struct {
		Type string `header:"Content-Type"`
		Name string `header:"Content-Disposition" doc:"With the file's plain name."`
		Body []byte
	}
	full := o.operation(typeOf[input]())
	binary := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	full.body = false
	full.Operation.Responses = map[string]*huma.Response{
		"200": {Description: "The file.", Content: map[string]*huma.MediaType{casework.PDF: binary, casework.JPEG: binary}},
	}
	add(a, full, func(ctx context.Context, k *call, in *input) (*output, error) {
		var n subject.Number
		var actor accounts.Actor
		var err error
		if staff {
			n, actor, err = a.clerk(k, o.scope, in.CaseParam)
		} else {
			n, actor, err = a.complainant(ctx, k, o.scope, in.AuthorParam)
		}
		if err != nil {
			return nil, err
		}
		if !staff {
			if _, err := a.ownComplaint(ctx, a.Complaints, actor, n); err != nil {
				return nil, err
			}
		}
		id, err := thing(in.File, "file")
		if err != nil {
			return nil, err
		}
		f, data, err := a.Complaints.File(ctx, actor, n, id)
		if err != nil {
			return nil, err
		}
		return &output{Type: f.Type, Name: mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}), Body: data}, nil
	})
}

func (a *api) receiptOps() {
	reads(a, ownerOp("getComplaintReceipt", http.MethodGet, "/complaints/{number}/receipt", "Read the signed receipt",
		"It proves time and content. Keep both as files, byte for byte; `mitwirk verify-receipt` and verifyReceipt check them with the public keys of /receipts/keys.json."),
		func(ctx context.Context, k *call, _ accounts.Actor, in *AuthorParam) (signedReceipt, error) {
			n, actor, err := a.complainant(ctx, k, accounts.ScopeRead, *in)
			if err != nil {
				return signedReceipt{}, err
			}
			file, content, err := a.Complaints.Proof(ctx, actor, n)
			return signedReceipt{Receipt: string(file), Content: string(content)}, err
		})
	type input struct{ Body signedReceipt }
	check := ownerOp("verifyReceipt", http.MethodPost, "/receipts/verification", "Check a receipt",
		"Whether it is one of ours as it was handed out, and fits its content. Nothing of it is kept, and nothing is said of the case.")
	check.rule = accounts.RulePost
	reads(a, check, func(ctx context.Context, _ *call, _ accounts.Actor, in *input) (verifiedReceipt, error) {
		keys, err := a.Complaints.Keys(ctx)
		if err != nil {
			return verifiedReceipt{}, err
		}
		r, err := receipt.Verify([]byte(in.Body.Receipt), keys)
		if err != nil {
			return verifiedReceipt{}, nil //nolint:nilerr // the answer is no
		}
		out := verifiedReceipt{Genuine: true, Number: r.Number, ArrivedAt: r.At, Key: r.Key}
		if in.Body.Content != "" {
			fits := r.Fits([]byte(in.Body.Content)) == nil
			out.Fits = &fits
		}
		return out, nil
	})
}

// formOf is what the form of the pages offers.
func (a *api) formOf(ctx context.Context, lang string) (complaintForm, error) {
	topics, err := a.Complaints.Topics(ctx)
	if err != nil {
		return complaintForm{}, err
	}
	rules, err := a.Complaints.Rules(ctx)
	if err != nil {
		return complaintForm{}, err
	}
	all, err := accounts.Departments(ctx, a.DB)
	if err != nil {
		return complaintForm{}, err
	}
	out := complaintForm{Topics: []namedPart{}, Departments: []namedPart{}, Days: map[string]int{}}
	for _, t := range topics {
		if t.Active {
			out.Topics = append(out.Topics, namedPart{t.Key, t.Name.In(lang)})
		}
	}
	for _, d := range all {
		if d.Active && d.Door == "desk" && d.Key != casework.TriageKey {
			out.Departments = append(out.Departments, namedPart{d.Key, d.Name.In(lang)})
		}
	}
	for _, r := range rules {
		out.Days[string(r.Kind)] = r.AnswerDays
	}
	return out, nil
}
