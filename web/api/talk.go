package api

import (
	"bytes"
	"context"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const tagDialogue = "Dialogue"

// talkBody lets a message with its files in: 10 MB of them, as base64.
const talkBody = 14<<20 + maxBody

// sentFile is a file as it is sent.
type sentFile struct {
	Name    string `json:"name" maxLength:"200" example:"Plan.pdf"`
	Content []byte `json:"content" doc:"Base64 of a PDF, JPEG, PNG or WebP. Pictures are re-encoded; place and device are deleted from them."`
}

// newMessage is what either side writes.
type newMessage struct {
	Text  string     `json:"text,omitempty" maxLength:"4000" doc:"Only the two sides read it. May be missing where there are files."`
	Files []sentFile `json:"files,omitempty" nullable:"false" maxItems:"5" doc:"Together up to 10 MB."`
}

// talkFile is a file of a message.
type talkFile struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Type  string `json:"type"`
	Bytes int    `json:"bytes"`
	State string `json:"state" doc:"clean: it can be opened. quarantined: it waits for the scanner. infected: its bytes are gone."`
}

// talkMessage is one turn of the dialogue.
type talkMessage struct {
	From     string     `json:"from" doc:"team or reporter."`
	Kind     string     `json:"kind" doc:"question, answer, addition, message and others."`
	Text     string     `json:"text,omitempty"`
	Deadline string     `json:"deadline,omitempty" format:"date-time"`
	At       string     `json:"at" format:"date-time"`
	Unread   bool       `json:"unread" doc:"The other side has not looked at it yet."`
	Files    []talkFile `json:"files" nullable:"false"`
}

// dialogue is the whole of it.
type dialogue struct {
	Messages []talkMessage `json:"messages" nullable:"false" doc:"Oldest first."`
	MaySay   bool          `json:"may_write"`
	MayRate  bool          `json:"may_rate" doc:"The case is closed, and you reported it."`
	Opinion  *opinion      `json:"satisfaction,omitempty"`
	Joined   []joinedTalk  `json:"joined,omitempty" nullable:"false" doc:"For the team: of the reports that were joined to this one. Their authors never read each other."`
}

// joinedTalk is the dialogue of a report that was joined to another one.
type joinedTalk struct {
	Number   string        `json:"number" example:"M-2026-7K3QX9"`
	Messages []talkMessage `json:"messages" nullable:"false" doc:"Oldest first."`
}

// opinion answers "Waren Sie zufrieden?".
type opinion struct {
	Value  string `json:"value" enum:"unhappy,so_so,happy"`
	Text   string `json:"text,omitempty" maxLength:"1000"`
	Reopen bool   `json:"reopen,omitempty" doc:"Open a solved report again, within the time for that."`
}

// opinionValues are the words of the values, from 1 on.
func opinionValues() []string { return []string{"", "unhappy", "so_so", "happy"} }

func (o *opinion) value() int {
	for i, word := range opinionValues() {
		if word == o.Value {
			return i
		}
	}
	return 0
}

func dialogueOf(c *reports.Conversation) dialogue {
	out := dialogue{Messages: messagesOf(c.Messages, c.Files), MaySay: c.MaySay, MayRate: c.MayRate}
	for _, j := range c.Joined {
		out.Joined = append(out.Joined, joinedTalk{Number: j.Number.Format(subject.PrefixReport), Messages: messagesOf(j.Messages, j.Files)})
	}
	if o := c.Opinion; o.Value > 0 && o.Value < len(opinionValues()) {
		out.Opinion = &opinion{Value: opinionValues()[o.Value], Text: o.Text}
	}
	return out
}

func messagesOf(list []casework.Message, files map[uuid.UUID][]casework.File) []talkMessage {
	out := make([]talkMessage, len(list))
	for i := range list {
		m := &list[i]
		line := talkMessage{From: "reporter", Kind: m.Kind, Text: m.Text, Deadline: stampOf(m.Deadline), At: stamp(m.At), Unread: m.Unread, Files: filesOf(files[m.ID])}
		if m.Direction == casework.Out {
			line.From = "team"
		}
		out[i] = line
	}
	return out
}

// side is a report for one of the two sides of its dialogue; for everybody else
// it has none.
func (a *api) side(ctx context.Context, actor accounts.Actor, n subject.Number) (*reports.View, error) {
	v, err := a.Reports.Get(ctx, actor, n)
	if err == nil && !v.Actor.Owner && !v.Actor.Staff {
		err = fault.New(fault.Forbidden, "err.403").With("why", "report.why.not_staff")
	}
	return v, err
}

// taken checks the files that came and keeps their bytes, before any transaction.
func (a *api) taken(ctx context.Context, k *call, files []sentFile) ([]casework.NewFile, error) {
	if len(files) == 0 {
		return nil, nil
	}
	if err := a.limit(ctx, k, accounts.RuleUpload); err != nil {
		return nil, err
	}
	out := make([]casework.NewFile, len(files))
	for i, f := range files {
		n, err := a.Files.Prepare(ctx, kit.Clean(f.Name, false), bytes.NewReader(f.Content))
		if fault.Is(err, fault.Unsupported) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.BadRequest) {
			var wrong fault.Fields
			wrong.Add("/files", fault.As(err).Key, "max", casework.MaxFileBytes>>20, "name", kit.Clean(f.Name, false))
			return nil, wrong.Err()
		}
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// ownFiles are the files that whoever reported sends along.
func (a *api) ownFiles(ctx context.Context, k *call, p NumberParam, code string, files []sentFile) ([]casework.NewFile, error) {
	if len(files) == 0 {
		return nil, nil
	}
	n, err := number(p.Number)
	if err != nil {
		return nil, err
	}
	actor, err := a.as(ctx, k, accounts.ScopeWrite, n, code)
	if err != nil {
		return nil, err
	}
	v, err := a.Reports.Get(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	if !v.Actor.Owner {
		return nil, fault.New(fault.Forbidden, "err.403").With("why", "report.why.not_yours")
	}
	return a.taken(ctx, k, files)
}

// letterIn is a message of the team.
type letterIn struct {
	NumberParam
	OnceParam
	Body newMessage

	files []casework.NewFile
}

// before reads what the transaction must not wait for.
func (in *letterIn) before(ctx context.Context, a *api, k *call, actor accounts.Actor) error {
	n, err := number(in.Number)
	if err != nil {
		return err
	}
	v, err := a.Reports.Get(ctx, actor, n)
	if err != nil {
		return err
	}
	if !v.Actor.Staff {
		return fault.New(fault.Forbidden, "err.403").With("why", "report.why.not_staff")
	}
	in.files, err = a.taken(ctx, k, in.Body.Files)
	return err
}

func (a *api) talk() {
	type readIn struct {
		NumberParam
		CodeParam
	}
	reads(a, op{
		id: "getDialogue", method: http.MethodGet, path: "/reports/{number}/messages", tag: tagDialogue, open: true, scope: accounts.ScopeRead,
		summary: "Read the dialogue", detail: "What the team and whoever reported have written to each other: for these two sides only (access code, or a token of the team in charge).",
	}, func(ctx context.Context, k *call, _ accounts.Actor, in *readIn) (dialogue, error) {
		n, actor, err := a.party(ctx, k, accounts.ScopeRead, in.NumberParam, in.CodeParam)
		if err != nil {
			return dialogue{}, err
		}
		v, err := a.side(ctx, actor, n)
		if err != nil {
			return dialogue{}, err
		}
		c, err := a.Reports.Conversation(ctx, v)
		return dialogueOf(&c), err
	})

	writes(a, op{
		id: "writeToReporter", method: http.MethodPost, path: "/reports/{number}/messages", tag: tagDialogue, scope: accounts.ScopeDeskWrite, long: talkBody,
		status: http.StatusCreated, summary: "Write to whoever reported",
		detail: "By the team in charge. A mail says that there is a message, and nothing of what stands in it. Questions are asked with the status waiting.",
	}, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *letterIn) (nothing, error) {
		n, err := number(in.Number)
		if err != nil {
			return nothing{}, err
		}
		return nothing{true}, a.Reports.Within(tx).Write(ctx, actor, n, reports.Said{Text: kit.Clean(in.Body.Text, true), Files: in.files})
	})

	type seenIn struct {
		PartyParam
		OnceParam
	}
	writes(a, op{
		id: "markDialogueRead", method: http.MethodPost, path: "/reports/{number}/messages/read", tag: tagDialogue, open: true, scope: accounts.ScopeWrite,
		summary: "Say that the team's messages were read", detail: "By whoever reported it. The team has markCaseDialogueRead. No body.",
	}, func(ctx context.Context, tx pgx.Tx, _ *call, _ accounts.Actor, in *seenIn) (nothing, error) {
		return nothing{true}, a.Reports.Within(tx).MarkReadAs(ctx, in.actor, in.number, false)
	})
	type readByTeam struct {
		NumberParam
		OnceParam
	}
	deskDrop(a, op{
		id: "markCaseDialogueRead", method: http.MethodPost, path: "/desk/reports/{number}/messages/read",
		summary: "Say that the reporter's messages were read", detail: "By the team in charge: the case leaves the list of those whose answer waits. No body.",
	}, func(ctx context.Context, d *desk, in *readByTeam) error {
		n, err := number(in.Number)
		if err != nil {
			return err
		}
		return d.reports.MarkReadAs(ctx, d.actor, n, true)
	})

	type rateIn struct {
		PartyParam
		OnceParam
		Body opinion
	}
	writes(a, op{
		id: "rateReport", method: http.MethodPut, path: "/reports/{number}/satisfaction", tag: tagDialogue, open: true, scope: accounts.ScopeWrite,
		summary: "Say whether you are satisfied", detail: "By whoever reported it, once it is closed; may be changed. With reopen a solved report is opened again.",
	}, func(ctx context.Context, tx pgx.Tx, _ *call, _ accounts.Actor, in *rateIn) (nothing, error) {
		o := casework.Opinion{Value: in.Body.value(), Text: kit.Clean(in.Body.Text, true)}
		return nothing{true}, a.Reports.Within(tx).Rate(ctx, in.actor, in.number, o, in.Body.Reopen)
	})
	a.talkFile()
}

func (a *api) talkFile() {
	type input struct {
		NumberParam
		CodeParam
		File string `path:"file" maxLength:"40" doc:"As the dialogue names it."`
	}
	type output struct {
		Type string `header:"Content-Type"`
		Name string `header:"Content-Disposition" doc:"With the file's plain name."`
		Body []byte
	}
	o := op{
		id: "getDialogueFile", method: http.MethodGet, path: "/reports/{number}/messages/files/{file}", tag: tagDialogue, open: true, scope: accounts.ScopeRead,
		summary: "Read a file of the dialogue", detail: "A PDF as it was sent, or a picture as we have re-encoded it. For the two sides only.",
	}.operation(typeOf[input]())
	binary := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	o.body = false
	answers := map[string]*huma.MediaType{casework.PDF: binary, casework.JPEG: binary}
	o.Operation.Responses = map[string]*huma.Response{"200": {Description: "The file.", Content: answers}}
	add(a, o, func(ctx context.Context, k *call, in *input) (*output, error) {
		n, actor, err := a.party(ctx, k, accounts.ScopeRead, in.NumberParam, in.CodeParam)
		if err != nil {
			return nil, err
		}
		id, err := thing(in.File, "file")
		if err != nil {
			return nil, err
		}
		f, data, err := a.fileOf(ctx, actor, n, id)
		if err != nil {
			return nil, err
		}
		return &output{Type: f.Type, Name: mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}), Body: data}, nil
	})
}

// fileOf is a file of this very report, for a side of its dialogue.
func (a *api) fileOf(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) (casework.File, []byte, error) {
	v, err := a.Reports.Get(ctx, actor, n)
	if err != nil {
		return casework.File{}, nil, err
	}
	f, err := casework.FileByID(ctx, a.DB, id)
	if err != nil {
		return f, nil, err
	}
	if f.Ref != (subject.Ref{Kind: subject.Report, ID: v.ID}) || a.Reports.MayTalk(ctx, actor, v.ID) != nil {
		return f, nil, fault.Missing("file")
	}
	data, err := a.Files.Read(ctx, f)
	return f, data, err
}
