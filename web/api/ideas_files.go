package api

import (
	"bytes"
	"context"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ideaFile is a PDF of an idea.
type ideaFile struct {
	ID    uuid.UUID `json:"id"`
	Name  string    `json:"name" example:"Lageplan.pdf"`
	Type  string    `json:"type" example:"application/pdf"`
	Size  int       `json:"size" doc:"In bytes."`
	Held  bool      `json:"held" doc:"Not public yet: its authors and the team only."`
	State string    `json:"state" enum:"quarantined,clean,infected" doc:"Only what is clean can be read; the bytes of what is infected are gone."`
	URL   string    `json:"url,omitempty" format:"uri" doc:"Where everybody downloads it; absent while it is held."`
}

func (a *api) ideaFilesOf(v *ideas.View) []ideaFile {
	list := make([]ideaFile, len(v.Files))
	for i := range v.Files {
		f := &v.Files[i]
		list[i] = ideaFile{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, Held: !f.Released, State: string(f.State)}
		if f.Released {
			list[i].URL = a.router.URL(v.Path() + "/files/" + f.ID.String())
		}
	}
	return list
}

// FileOfIdea is a file of an idea.
type FileOfIdea struct {
	IdeaParam

	File string `path:"file" maxLength:"40" doc:"As the idea names it."`
}

// newIdeaFile is a PDF with its name.
type newIdeaFile struct {
	Name string `json:"name" minLength:"1" maxLength:"200" doc:"Its plain name is kept: letters, digits, blank, hyphen." example:"Lageplan.pdf"`
	File []byte `json:"file" doc:"Base64 of a PDF up to 10 MB, checked by its content. It is kept as it is, properties included."`
}

type addIdeaFileIn struct {
	IdeaParam
	OnceParam
	Body newIdeaFile

	file casework.NewFile
}

func (in *addIdeaFileIn) before(ctx context.Context, a *api, k *call, actor accounts.Actor) error {
	v, err := a.idea(ctx, actor, in.IdeaParam)
	if err != nil {
		return err
	}
	if !v.May.Edit {
		return fault.New(fault.Forbidden, "err.403").With("why", "idea.why.not_author")
	}
	if err := a.limit(ctx, k, accounts.RuleUpload); err != nil {
		return err
	}
	in.file, err = a.Files.PreparePDF(ctx, kit.Clean(in.Body.Name, false), bytes.NewReader(in.Body.File))
	if fault.Is(err, fault.Unsupported) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.BadRequest) {
		var wrong fault.Fields
		wrong.Add("/file", fault.As(err).Key, "max", casework.MaxFileBytes>>20)
		return wrong.Err()
	}
	return err
}

func (a *api) ideaFiles() {
	o := ideaOp("addIdeaFile", http.MethodPost, "/ideas/{number}/files", "Add a PDF to your idea",
		"By its authors, at most five. It becomes public when somebody of the city has looked at it; nobody reads it before it was scanned for malware. The same file again changes nothing.").byPeople()
	o.status, o.long = http.StatusCreated, talkBody
	ideaDrop(a, o, func(ctx context.Context, w *ideaWork, in *addIdeaFileIn) error {
		return renamed(w.ideas.AddFile(ctx, w.actor, w.n, in.file), map[string]string{"file": "/file"})
	})
	type gone struct {
		FileOfIdea
		OnceParam
	}
	ideaDrop(a, ideaOp("removeIdeaFile", http.MethodDelete, "/ideas/{number}/files/{file}", "Remove a file from your idea", "By its authors, for good.").byPeople(),
		func(ctx context.Context, w *ideaWork, in *gone) error {
			id, err := thing(in.File, "file")
			if err != nil {
				return err
			}
			return w.ideas.RemoveFile(ctx, w.actor, w.n, id)
		})
	a.readIdeaFile()
	type fileShown struct {
		Public bool `json:"public"`
	}
	type showIn struct {
		FileOfIdea
		OnceParam
		Body fileShown
	}
	ideaDeskWrites(a, ideaDeskOp("releaseIdeaFile", http.MethodPut, "/desk/ideas/{number}/files/{file}", "Make a file public, or no longer", "409 while it waits for the scanner. To read it: getIdeaFile."),
		func(ctx context.Context, w *ideaWork, in *showIn) error {
			id, err := thing(in.File, "file")
			if err != nil {
				return err
			}
			return w.ideas.ReleaseFile(ctx, w.actor, w.n, id, in.Body.Public)
		})
}

func (a *api) readIdeaFile() {
	type output struct {
		Type string `header:"Content-Type"`
		Name string `header:"Content-Disposition" doc:"With the file's plain name."`
		Body []byte
	}
	o := ideaOp("getIdeaFile", http.MethodGet, "/ideas/{number}/files/{file}", "Read a file of an idea",
		"A PDF as it was sent. One that is held: its authors, and those who work on the idea.").operation(typeOf[FileOfIdea]())
	o.Responses = map[string]*huma.Response{"200": {
		Description: "The file.", Content: map[string]*huma.MediaType{casework.PDF: {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
	add(a, o, func(ctx context.Context, k *call, in *FileOfIdea) (*output, error) {
		n, err := in.idea()
		if err != nil {
			return nil, err
		}
		id, err := thing(in.File, "file")
		if err != nil {
			return nil, err
		}
		f, data, err := a.Ideas.File(ctx, k.actor(accounts.ScopeRead), n, id)
		if err != nil {
			return nil, err
		}
		return &output{Type: f.Type, Name: mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}), Body: data}, nil
	})
}
