package api

import (
	"context"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// caseNote is a word of the team among themselves.
type caseNote struct {
	ID       uuid.UUID   `json:"id" format:"uuid"`
	By       person      `json:"by"`
	Text     string      `json:"text"`
	Mentions []uuid.UUID `json:"mentions" nullable:"false" doc:"Ids of colleagues whose name stands behind an @."`
	At       string      `json:"at" format:"date-time"`
	Files    []talkFile  `json:"files" nullable:"false" doc:"For your department alone. Empty in a list of mentions."`
}

type caseNotes struct {
	Items []caseNote `json:"items" nullable:"false" doc:"Oldest first."`
}

type newNote struct {
	Text  string     `json:"text" minLength:"1" maxLength:"4000" doc:"@Name mentions a colleague of the department." example:"@Ayşe, fährst du morgen vorbei?"`
	Files []sentFile `json:"files,omitempty" nullable:"false" maxItems:"5" doc:"Together up to 10 MB."`
}

// noteIn is a note of the team; its files are read before the transaction.
type noteIn struct {
	NumberParam
	OnceParam
	Body newNote

	files []casework.NewFile
}

func (in *noteIn) before(ctx context.Context, a *api, k *call, actor accounts.Actor) error {
	if len(in.Body.Files) == 0 {
		return nil
	}
	n, err := number(in.Number)
	if err != nil {
		return err
	}
	if _, err := a.Reports.OnDesk(ctx, actor, n); err != nil {
		return err
	}
	in.files, err = a.taken(ctx, k, in.Body.Files)
	return err
}

// newBack is a day on which a case comes back.
type newBack struct {
	On   string `json:"on" format:"date" example:"2026-03-28"`
	Note string `json:"note,omitempty" maxLength:"300"`
}

// caseDue is a case that comes back to somebody.
type caseDue struct {
	Number string `json:"number"`
	Title  string `json:"title"`
	Place  string `json:"place"`
	Status string `json:"status"`
	On     string `json:"on" format:"date"`
	Note   string `json:"note,omitempty"`
	Raised bool   `json:"raised" doc:"Its day has come."`
	For    string `json:"for,omitempty" doc:"Name of the colleague you stand in for."`
}

type caseDues struct {
	Items []caseDue `json:"items" nullable:"false" doc:"The next first."`
}

type mention struct {
	Number string   `json:"number"`
	Title  string   `json:"title"`
	Note   caseNote `json:"note"`
}

type mentions struct {
	Items []mention `json:"items" nullable:"false" doc:"Of the last 90 days, newest first."`
}

func notesOf(list []casework.Note, files map[uuid.UUID][]casework.File) []caseNote {
	out := make([]caseNote, len(list))
	for i, n := range list {
		out[i] = caseNote{ID: n.ID, By: person{ID: n.Author, Name: n.Name}, Text: n.Text, Mentions: append([]uuid.UUID{}, n.Mentions...), At: stamp(n.At), Files: filesOf(files[n.ID])}
	}
	return out
}

func filesOf(list []casework.File) []talkFile {
	out := make([]talkFile, len(list))
	for i, f := range list {
		out[i] = talkFile{ID: f.ID.String(), Name: f.Name, Type: f.Type, Bytes: f.Size, State: string(f.State)}
	}
	return out
}

func (a *api) noteOps() {
	deskRead(a, op{
		id: "listNotes", method: http.MethodGet, path: "/desk/reports/{number}/notes",
		summary: "List the notes of a case", detail: "Of your department. Notes stay with the department that wrote them, also when the case goes to another one.",
	}, func(ctx context.Context, _ *call, actor accounts.Actor, in *NumberParam) (caseNotes, error) {
		list, files, err := a.notesFor(ctx, a.Reports, actor, in.Number)
		return caseNotes{Items: notesOf(list, files)}, err
	})
	a.noteFile()
	deskWrite(a, op{
		id: "addNote", method: http.MethodPost, path: "/desk/reports/{number}/notes", status: http.StatusCreated,
		summary: "Write a note", detail: "For the team alone. Whoever is mentioned finds it in their list of mentions.",
	}, func(ctx context.Context, d *desk, in *noteIn) (caseNote, error) {
		n, err := number(in.Number)
		if err != nil {
			return caseNote{}, err
		}
		said := reports.Said{Text: kit.Clean(in.Body.Text, true), Files: in.files}
		if err := d.reports.NoteWith(ctx, d.actor, n, said); err != nil {
			return caseNote{}, renamed(err, map[string]string{"note": "/text"})
		}
		list, files, err := a.notesFor(ctx, d.reports, d.actor, in.Number)
		if err != nil {
			return caseNote{}, err
		}
		for _, note := range slices.Backward(list) { // the newest of one's own; the same again within a minute is no second note
			if d.actor.Is(note.Author) {
				return notesOf([]casework.Note{note}, files)[0], nil
			}
		}
		return caseNote{}, fault.Missing("note")
	})
	a.backOps()
	deskRead(a, op{
		id: "listMentions", method: http.MethodGet, path: "/desk/mentions",
		summary: "List notes that mention you", detail: "As far as you still work on their cases.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (mentions, error) {
		if err := casework.MayQueue(actor); err != nil {
			return mentions{}, err
		}
		list, err := casework.MentionsOf(ctx, a.DB, actor)
		out := mentions{Items: make([]mention, len(list))}
		for i := range list {
			out.Items[i] = mention{
				Number: list[i].Number.Format(subject.PrefixReport), Title: list[i].Titles.In(k.loc().Lang()), Note: notesOf([]casework.Note{list[i].Note}, nil)[0],
			}
		}
		return out, err
	})
}

// notesFor are the notes of a case, and their files, for somebody who works on it.
func (a *api) notesFor(ctx context.Context, s *reports.Service, actor accounts.Actor, text string) ([]casework.Note, map[uuid.UUID][]casework.File, error) {
	n, err := number(text)
	if err != nil {
		return nil, nil, err
	}
	if _, err := s.OnDesk(ctx, actor, n); err != nil {
		return nil, nil, err
	}
	d, err := s.DeskOf(ctx, actor, n)
	if err != nil {
		return nil, nil, err
	}
	return d.Notes, d.NoteFiles, nil
}

// noteFile hands a file of a note out.
func (a *api) noteFile() {
	type input struct {
		NumberParam
		File string `path:"file" maxLength:"40" doc:"As the notes name it."`
	}
	type output struct {
		Type string `header:"Content-Type"`
		Name string `header:"Content-Disposition" doc:"With the file's plain name."`
		Body []byte
	}
	o := op{
		id: "getNoteFile", method: http.MethodGet, path: "/desk/reports/{number}/notes/files/{file}", tag: tagDesk, scope: accounts.ScopeDeskRead,
		summary: "Read a file of a note", detail: "Of your department, once the scanner has passed it.",
	}.operation(typeOf[input]())
	binary := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	o.body = false
	o.Operation.Responses = map[string]*huma.Response{"200": {Description: "The file.", Content: map[string]*huma.MediaType{casework.PDF: binary, casework.JPEG: binary}}}
	add(a, o, func(ctx context.Context, k *call, in *input) (*output, error) {
		n, err := number(in.Number)
		if err != nil {
			return nil, err
		}
		id, err := thing(in.File, "file")
		if err != nil {
			return nil, err
		}
		actor := k.actor(accounts.ScopeDeskRead)
		if _, err := a.Reports.OnDesk(ctx, actor, n); err != nil {
			return nil, err
		}
		f, data, err := a.Reports.NoteFile(ctx, actor, n, id)
		if err != nil {
			return nil, err
		}
		return &output{Type: f.Type, Name: mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}), Body: data}, nil
	})
}

// backOps are about cases that come back on a day ("Wiedervorlage").
func (a *api) backOps() {
	deskRead(a, op{
		id: "listResubmissions", method: http.MethodGet, path: "/desk/resubmissions",
		summary: "List what comes back to you", detail: "And to those you stand in for.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (caseDues, error) {
		if err := casework.MayQueue(actor); err != nil {
			return caseDues{}, err
		}
		today, err := casework.Today(ctx, a.DB, a.Zone)
		if err != nil {
			return caseDues{}, err
		}
		list, err := casework.Resubmissions(ctx, a.DB, actor, today)
		out := caseDues{Items: make([]caseDue, len(list))}
		for i, r := range list {
			out.Items[i] = caseDue{
				Number: r.Number.Format(subject.PrefixReport), Title: r.Titles.In(k.loc().Lang()), Place: r.Place, Status: r.Status,
				On: r.On.Format(time.DateOnly), Note: r.Note, Raised: r.Raised, For: r.For,
			}
		}
		return out, err
	})
	type set struct {
		NumberParam
		OnceParam
		Body newBack
	}
	deskWrite(a, op{
		id: "resubmitCase", method: http.MethodPut, path: "/desk/reports/{number}/resubmission",
		summary: "Have a case come back on a day", detail: "To you, or to whoever stands in for you then. A second one for the same case replaces the first.",
	}, func(ctx context.Context, d *desk, in *set) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			on, err := time.Parse(time.DateOnly, in.Body.On)
			if err != nil {
				return fault.OnField("/on", "api.field.day")
			}
			return renamed(d.reports.Resubmit(ctx, d.actor, n, on, kit.Clean(in.Body.Note, true)), map[string]string{"reminder": "/note"})
		})
	})
	type ended struct {
		NumberParam
		OnceParam
	}
	deskWrite(a, op{
		id: "endResubmission", method: http.MethodDelete, path: "/desk/reports/{number}/resubmission",
		summary: "Have a case come back no more", detail: "Yours, and that of those you stand in for. Without one nothing changes.",
	}, func(ctx context.Context, d *desk, in *ended) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error { return d.reports.EndResubmission(ctx, d.actor, n) })
	})
}
