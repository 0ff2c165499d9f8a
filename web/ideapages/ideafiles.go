package ideapages

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// filesAt is below what the files of an idea lie.
func filesAt(i *ideas.View) string { return i.Path() + "/files" }

// ofFile tells people who hear a button which file it is about.
func ofFile(label string, f *casework.Beside) templ.Attributes {
	return templ.Attributes{"aria-label": label + ": " + f.Name}
}

func fileInput(f *wordsForm) templ.Attributes {
	if f.Errors.For("file") == "" {
		return templ.Attributes{"aria-describedby": "f-file-hint"}
	}
	return templ.Attributes{"aria-describedby": "f-file-hint f-file-err", "aria-invalid": "true"}
}

// file hands out one file of an idea.
func (p *pages) file(c kit.Context) error {
	n, id, err := fileOf(c)
	if err != nil {
		return err
	}
	f, data, err := p.Ideas.File(c.Request().Context(), kit.Actor(c), n, id)
	if err != nil {
		return err
	}
	return kit.SendFile(c, f, data)
}

// viewFile shows what is in a file of an idea.
func (p *pages) viewFile(c kit.Context) error {
	n, id, err := fileOf(c)
	if err != nil {
		return err
	}
	f, err := p.Ideas.FileHead(c.Request().Context(), kit.Actor(c), n, id)
	if err != nil {
		return err
	}
	number := n.Format(subject.PrefixIdea)
	return kit.ShowPreview(c, f, kit.Crumb{Name: number, URL: "/ideas/" + number}, func(ctx context.Context) (preview.Document, error) { return p.Ideas.PreviewFile(ctx, f) })
}

func fileOf(c kit.Context) (subject.Number, uuid.UUID, error) {
	n, err := numberOf(c)
	if err != nil {
		return 0, uuid.Nil, err
	}
	id, err := uuid.Parse(c.Param("file"))
	if err != nil || len(c.Param("file")) != 36 {
		return 0, uuid.Nil, fault.Missing("file")
	}
	return n, id, nil
}

func (p *pages) addFile(c kit.Context) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	i, err := p.Ideas.Get(ctx, actor, n)
	if err != nil {
		return err
	}
	if p.Files == nil || !i.May.Edit { // asked again when it is stored; nobody else makes us keep bytes
		return fault.New(fault.Forbidden, "err.403").With("why", "idea.why.not_author")
	}
	file, err := p.takeFile(c)
	if err == nil {
		err = p.Ideas.AddFile(ctx, actor, n, file)
	}
	if err != nil {
		return p.again(c, actor, n, err, func(*wordsForm) {})
	}
	kit.Flash(c, "success", "idea.file.added")
	return kit.Redirect(c, i.Path()+"/edit#dateien")
}

// takeFile checks the PDF of a form and keeps its bytes; Invalid on "file" for
// what can't be taken.
func (p *pages) takeFile(c kit.Context) (casework.NewFile, error) {
	sent, err := c.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && sent.Size == 0 {
		return casework.NewFile{}, fault.OnField("file", "idea.err.file")
	}
	if err != nil {
		return casework.NewFile{}, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	if err := kit.Limit(c, accounts.RuleUpload); err != nil {
		return casework.NewFile{}, err
	}
	r, err := sent.Open()
	if err != nil {
		return casework.NewFile{}, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	defer func() { _ = r.Close() }() // only read
	file, err := p.Files.PreparePDF(c.Request().Context(), sent.Filename, r)
	if fault.Is(err, fault.Unsupported) || fault.Is(err, fault.TooLarge) {
		var wrong fault.Fields
		wrong.Add("file", fault.As(err).Key, "max", casework.MaxFileBytes>>20)
		return casework.NewFile{}, wrong.Err()
	}
	return file, err
}

func (p *pages) removeFile(c kit.Context) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	_, id, err := fileOf(c)
	if err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	if err := p.Ideas.RemoveFile(c.Request().Context(), actor, n, id); err != nil {
		return err
	}
	kit.Flash(c, "success", "idea.file.removed")
	return kit.Redirect(c, ideas.Path(n)+"/edit#dateien")
}

func (p *pages) releaseFile(c kit.Context) error {
	var in struct {
		On bool `form:"on"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, id, err := fileOf(c)
	if err != nil {
		return err
	}
	return p.deskDone(c, n, p.Ideas.ReleaseFile(c.Request().Context(), kit.Actor(c), n, id, in.On), "idea.desk.done.photo")
}
