package complaintpages

import (
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// stepInput is what any page of the way may send.
type stepInput struct {
	Do         string          `form:"do"`
	Version    int             `form:"version"`
	Text       string          `form:"text" lines:"true" max:"9000"`
	Kind       complaints.Kind `form:"kind"`
	Topic      string          `form:"topic"`
	Wanted     string          `form:"wanted" lines:"true" max:"3000"`
	Place      string          `form:"place" max:"600"`
	Happened   string          `form:"happened" max:"300"`
	Earlier    string          `form:"earlier" max:"600"`
	Wish       string          `form:"wish"`
	Lang       string          `form:"lang"`
	Help       []string        `form:"help"`
	Phone      string          `form:"phone" max:"200"`
	OnBehalf   string          `form:"on_behalf" max:"600"`
	Notice     bool            `form:"notice"`
	Person     bool            `form:"person"`
	PersonAt   string          `form:"person_at"`
	NameKind   string          `form:"name_kind"`
	Name       string          `form:"name" max:"600"`
	Contact    string          `form:"contact"`
	Mail       string          `form:"mail" max:"300"`
	Postal     string          `form:"postal" lines:"true" max:"1000"`
	NoticeRead bool            `form:"notice_read"`
	CodeRead   bool            `form:"code_read"`
	TipRead    bool            `form:"tip_read"`
}

func bindStep(c kit.Context) (stepInput, kit.Errors, error) {
	var in stepInput
	err := kit.Bind(c, &in)
	if fault.Is(err, fault.Invalid) {
		return in, kit.ErrorsOf(kit.Page{Loc: kit.Loc(c)}, err), nil
	}
	return in, nil, err
}

// apply takes the fields of one page over and leaves the others alone.
func (in *stepInput) apply(at string, f *complaints.Submission) {
	switch at {
	case stepWhat:
		if f.Text != in.Text {
			f.TipRead = false
		}
		f.Text = in.Text
	case stepDetails:
		f.Kind, f.Topic, f.Wanted, f.Place, f.Happened, f.Earlier, f.Wish = in.Kind, in.Topic, in.Wanted, in.Place, in.Happened, in.Earlier, in.Wish
		f.Lang, f.Help, f.Phone, f.OnBehalf = in.Lang, in.Help, in.Phone, in.OnBehalf
		f.Notice, f.Person, f.PersonAt = in.Notice, in.Person, in.PersonAt
		if !in.Notice {
			f.NoticeRead = false
		}
	case stepContact:
		f.NameKind, f.Name, f.Contact, f.Mail, f.Postal = in.NameKind, in.Name, in.Contact, in.Mail, in.Postal
	case stepCheck:
		f.NoticeRead, f.CodeRead, f.TipRead = in.NoticeRead, in.CodeRead, in.TipRead
	}
}

// takeFiles checks the files of a bound multipart form and keeps their bytes.
func takeFiles(c kit.Context, s *complaints.Service) ([]complaints.NewFile, kit.Errors, error) {
	m := c.Request().MultipartForm
	if m == nil {
		return nil, nil, nil
	}
	loc := kit.Loc(c)
	sent := slices.DeleteFunc(slices.Clone(m.File["files"]), emptyFile)
	if len(sent) == 0 {
		return nil, nil, nil
	}
	if len(sent) > complaints.MaxFiles {
		return nil, kit.Errors{{Name: "files", Text: loc.T("talk.file.many", "max", complaints.MaxFiles)}}, nil
	}
	if err := kit.Limit(c, accounts.RuleUpload); err != nil {
		return nil, nil, err
	}
	var list []complaints.NewFile
	var wrong kit.Errors
	for _, h := range sent {
		f, err := h.Open()
		if err != nil {
			return nil, nil, fault.New(fault.BadRequest, "err.400").Because(err)
		}
		n, err := s.Prepare(c.Request().Context(), h.Filename, f)
		_ = f.Close() // it was read
		switch {
		case fault.Is(err, fault.Unsupported), fault.Is(err, fault.TooLarge):
			wrong = append(wrong, kit.FieldError{Name: "files", Text: h.Filename + ": " + loc.T(fileKey(err), "max", complaints.MaxFileBytes>>20)})
		case err != nil:
			return nil, nil, err
		default:
			list = append(list, n)
		}
	}
	return list, wrong, nil
}

func fileKey(err error) string {
	if fault.Is(err, fault.TooLarge) {
		return "talk.file.size"
	}
	return "talk.file.type"
}

// frame is what each page of the way has around its form.
type frame struct {
	kit.Page
	Step, Name     string
	I, Of          int
	Back           string
	Action, Delete string
	Draft, Device  string
	Version        int
	Errors         kit.Errors
}

func (f frame) err(name string) string { return f.Errors.For(name) }

func (p *pages) page(c kit.Context, title string, params ...any) kit.Page {
	page := kit.NewPage(c, title, params...)
	page.Nav, page.Robots = "complaint", "noindex"
	return page
}

func (p *pages) frame(c kit.Context, at string, draft uuid.UUID, version int) frame {
	i := slices.Index(steps(), at)
	f := frame{Page: p.page(c, "complaint.step."+at+".title"), Step: at, I: i + 1, Of: len(steps()), Draft: draft.String(), Version: version}
	f.Name = f.Title
	if at == stepWhat {
		f.Robots = ""
	}
	if draft != uuid.Nil {
		f.Action, f.Delete, f.Device = pathOf(draft, at), pathOf(draft, "delete"), pathOf(draft, "device")
		if i > 0 {
			f.Back = pathOf(draft, steps()[i-1])
		}
	}
	return f
}

type whatView struct {
	frame
	Text                 string
	Fresh                string // id of a draft that may come to be
	Earlier, EarlierText string
	About                string
}

type detailsView struct {
	frame
	F             complaints.Submission
	Kinds, Topics []kit.Option
	Departments   []kit.Option
	Persons       []kit.Option
	Langs, Helps  []kit.Option
	Files         []casework.File
	Whistle       bool
}

type contactView struct {
	frame
	F           complaints.Submission
	Names, Ways []kit.Option
}

type checkView struct {
	frame
	F     complaints.Submission
	Lines []line
	Due   string
}

type line struct{ Name, Value, Change string }

type receiptView struct {
	kit.Page
	Number, Code, Path, Address string
	Arrived, Due, Team          string
	Mail, Letter                bool
	Printed, Proof              string
}

// render shows a page of the way.
func (p *pages) render(v *visit, at string, status int, wrong kit.Errors) error {
	f := p.frame(v.c, at, v.draft.ID, v.draft.Version)
	f.Errors = wrong
	if len(wrong) > 0 {
		f.Title = f.T("ui.error") + " " + f.Title
	}
	kit.NoStore(v.c)
	switch at {
	case stepWhat:
		return kit.Render(v.c, status, whatPage(whatView{frame: f, Text: v.form.Text}))
	case stepDetails:
		d, err := p.details(v, f)
		if err != nil {
			return err
		}
		return kit.Render(v.c, status, detailsPage(d))
	case stepContact:
		return kit.Render(v.c, status, contactPage(contactView{
			frame: f, F: v.form,
			Names: options(f.Page, "complaint.name.", v.form.NameKind, complaints.Anonymous, complaints.Pseudonym, complaints.Named),
			Ways:  options(f.Page, "complaint.contact.", v.form.Contact, complaints.ByMail, complaints.ByLetter, complaints.ByCode),
		}))
	}
	k, err := p.checkView(v, f)
	if err != nil {
		return err
	}
	return kit.Render(v.c, status, checkPage(k))
}

// options are choices with a hint each, where there is one.
func options(page kit.Page, prefix, on string, values ...string) []kit.Option {
	list := make([]kit.Option, len(values))
	for i, value := range values {
		list[i] = kit.Option{Value: value, Label: page.T(prefix + value), On: value == on}
		if page.Loc.Has(prefix + value + ".hint") {
			list[i].Hint = page.T(prefix + value + ".hint")
		}
	}
	return list
}

func (p *pages) details(v *visit, f frame) (detailsView, error) {
	ctx, lang := v.c.Request().Context(), f.Loc.Lang()
	d := detailsView{frame: f, F: v.form, Whistle: complaints.LooksLikeTip(v.form.Text)}
	for _, k := range complaints.Kinds() {
		d.Kinds = append(d.Kinds, kit.Option{Value: string(k), Label: f.T("complaint.kind." + string(k)), On: k == v.form.Kind})
	}
	topics, err := p.Complaints.Topics(ctx)
	if err != nil {
		return d, err
	}
	for _, t := range topics {
		if t.Active {
			d.Topics = append(d.Topics, kit.Option{Value: t.Key, Label: t.Name.In(lang), On: t.Key == v.form.Topic})
		}
	}
	all, err := accounts.Departments(ctx, p.DB)
	if err != nil {
		return d, err
	}
	d.Departments = []kit.Option{{Label: f.T("complaint.person.unknown")}}
	d.Persons = []kit.Option{{Label: f.T("complaint.person.unknown")}}
	for _, dep := range all {
		if dep.Active && dep.Door == "desk" && dep.Key != casework.TriageKey {
			d.Departments = append(d.Departments, kit.Option{Value: dep.Key, Label: dep.Name.In(lang), On: dep.Key == v.form.Wish})
			d.Persons = append(d.Persons, kit.Option{Value: dep.Key, Label: dep.Name.In(lang), On: dep.Key == v.form.PersonAt})
		}
	}
	for _, l := range []string{i18n.German, i18n.English} {
		d.Langs = append(d.Langs, kit.Option{Value: l, Label: f.T("complaint.lang." + l), On: l == v.form.Lang})
	}
	for _, h := range []string{complaints.HelpEasy, complaints.HelpSign, complaints.HelpCall} {
		d.Helps = append(d.Helps, kit.Option{Value: h, Label: f.T("complaint.help." + h), On: slices.Contains(v.form.Help, h)})
	}
	d.Files = shown(v.files)
	return d, nil
}

// shown are files as the parts of the dialogue print them.
func shown(list []complaints.File) []casework.File {
	out := make([]casework.File, len(list))
	for i, f := range list {
		out[i] = casework.File{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, State: f.State, Scanned: f.Scanned, At: f.At}
	}
	return out
}

func (p *pages) checkView(v *visit, f frame) (checkView, error) {
	k := checkView{frame: f, F: v.form}
	k.F.Clean()
	topics, err := p.Complaints.Topics(v.c.Request().Context())
	if err != nil {
		return k, err
	}
	names := ""
	for _, file := range v.files {
		if names != "" {
			names += ", "
		}
		names += file.Name
	}
	help := ""
	for _, h := range k.F.Help {
		if help != "" {
			help += ", "
		}
		help += f.T("complaint.help." + h)
	}
	reach := f.T("complaint.contact." + k.F.Contact)
	if k.F.Mail+k.F.Postal != "" {
		reach += ": " + k.F.Mail + k.F.Postal
	}
	who := f.T("complaint.name." + k.F.NameKind)
	if k.F.Name != "" {
		who += ": " + k.F.Name
	}
	person := ""
	if k.F.Person {
		person = f.T("complaint.ask.person")
	}
	for _, l := range []struct{ key, value, step string }{
		{"kind", f.T("complaint.kind." + string(k.F.Kind)), stepDetails},
		{"text", k.F.Text, stepWhat},
		{"topic", topics.Name(k.F.Topic, f.Loc.Lang()), stepDetails},
		{"wanted", k.F.Wanted, stepDetails},
		{"place", k.F.Place, stepDetails},
		{"happened", k.F.Happened, stepDetails},
		{"earlier", k.F.Earlier, stepDetails},
		{"files", names, stepDetails},
		{"person", person, stepDetails},
		{"on_behalf", k.F.OnBehalf, stepDetails},
		{"help", help, stepDetails},
		{"who", who, stepContact},
		{"reach", reach, stepContact},
	} {
		if l.value != "" {
			k.Lines = append(k.Lines, line{f.T("complaint.field." + l.key), l.value, pathOf(v.draft.ID, l.step)})
		}
	}
	return k, nil
}
