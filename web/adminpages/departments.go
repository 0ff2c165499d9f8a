package adminpages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

const departmentsPath = "/desk/admin/departments"

type departmentsView struct {
	kit.Page
	Rows []departmentRow
}

type departmentRow struct {
	URL, Name, Parent, Door, Does string
	Off                           bool
}

func (p *pages) departments(c kit.Context) error {
	if err := accounts.May(kit.Actor(c), accounts.ManageDepartments); err != nil {
		return err
	}
	list, err := accounts.Departments(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	v := departmentsView{Page: page(c, "admin.departments")}
	lang := v.Loc.Lang()
	names := map[uuid.UUID]string{}
	for _, d := range list {
		names[d.ID] = d.Name.In(lang)
	}
	for _, d := range list {
		r := departmentRow{URL: departmentsPath + "/" + d.Key, Name: d.Name.In(lang), Door: v.T("admin.door." + string(d.Door)), Does: d.Does.In(lang), Off: !d.Active}
		if d.Parent != nil {
			r.Parent = names[*d.Parent]
		}
		v.Rows = append(v.Rows, r)
	}
	return kit.Render(c, http.StatusOK, departmentsPage(v))
}

// departmentInput is the form. Days are the hours from Monday to Sunday.
type departmentInput struct {
	Was    string    `form:"was" max:"64"`
	Key    string    `form:"key" max:"40"`
	NameDE string    `form:"name_de" max:"200"`
	NameEN string    `form:"name_en" max:"200"`
	DoesDE string    `form:"does_de" max:"500"`
	DoesEN string    `form:"does_en" max:"500"`
	Parent uuid.UUID `form:"parent"`
	Door   string    `form:"door" max:"4"`
	Mail   string    `form:"mail" max:"254"`
	Active bool      `form:"active"`

	hoursInput
}

// hoursInput is opening hours, a line for each day.
type hoursInput struct {
	Mo string `form:"h_mo" max:"60"`
	Tu string `form:"h_tu" max:"60"`
	We string `form:"h_we" max:"60"`
	Th string `form:"h_th" max:"60"`
	Fr string `form:"h_fr" max:"60"`
	Sa string `form:"h_sa" max:"60"`
	Su string `form:"h_su" max:"60"`
}

type hoursRow struct{ Name, Label, Value, Error string }

func (in *hoursInput) days() []struct{ name, day, value string } {
	return []struct{ name, day, value string }{
		{"h_mo", "Mo", in.Mo}, {"h_tu", "Tu", in.Tu}, {"h_we", "We", in.We}, {"h_th", "Th", in.Th}, {"h_fr", "Fr", in.Fr}, {"h_sa", "Sa", in.Sa}, {"h_su", "Su", in.Su},
	}
}

func hoursOf(h categories.Hours) hoursInput {
	day := func(weekday int) string {
		var one categories.Hours
		one[weekday] = h[weekday]
		_, text, _ := strings.Cut(one.String(), " ")
		return strings.ReplaceAll(text, ",", ", ")
	}
	return hoursInput{day(1), day(2), day(3), day(4), day(5), day(6), day(0)}
}

// hours reads what was typed: "8-12, 13:00-17" as well as "08:00-12:00,13:00-17:00".
func (in *hoursInput) hours() (categories.Hours, error) {
	var out categories.Hours
	var wrong fault.Fields
	for i, d := range in.days() {
		if strings.TrimSpace(d.value) == "" {
			continue
		}
		one, err := categories.ParseHours(d.day + " " + tidyHours(d.value))
		if err != nil {
			wrong.Add(d.name, "admin.err.hours")
			continue
		}
		weekday := (i + 1) % 7
		out[weekday] = one[weekday]
	}
	return out, wrong.Err()
}

// tidyHours brings "8 – 12 Uhr, 13.30-17" into the form that ParseHours reads.
func tidyHours(text string) string {
	text = strings.NewReplacer("–", "-", "—", "-", "Uhr", "", " ", "", ";", ",", ".", ":", "und", ",").Replace(text)
	var spans []string
	for span := range strings.SplitSeq(text, ",") {
		from, to, _ := strings.Cut(span, "-")
		spans = append(spans, clock(from)+"-"+clock(to))
	}
	return strings.Join(spans, ",")
}

func clock(text string) string {
	hour, minute, ok := strings.Cut(text, ":")
	if !ok {
		minute = "00"
	}
	if len(hour) == 1 {
		hour = "0" + hour
	}
	return hour + ":" + minute
}

func hoursRows(p kit.Page, in *hoursInput, errs kit.Errors) []hoursRow {
	var out []hoursRow
	for _, d := range in.days() {
		out = append(out, hoursRow{d.name, p.T("admin.day." + strings.ToLower(d.day)), d.value, errs.For(d.name)})
	}
	return out
}

type departmentView struct {
	kit.Page
	Heading  string
	Action   string
	New      bool
	In       departmentInput
	Parents  []kit.Option
	Doors    []kit.Option
	Hours    []hoursRow
	Conflict bool
	Errors   kit.Errors
}

func departmentInputOf(d *accounts.Department, h categories.Hours) departmentInput {
	in := departmentInput{
		Was: departmentPrint(d), Key: d.Key, NameDE: d.Name[i18n.German], NameEN: d.Name[i18n.English], DoesDE: d.Does[i18n.German], DoesEN: d.Does[i18n.English],
		Door: string(d.Door), Mail: d.Mail, Active: d.Active, hoursInput: hoursOf(h),
	}
	if d.Parent != nil {
		in.Parent = *d.Parent
	}
	return in
}

// departmentPrint is short for everything that is said of a department.
func departmentPrint(d *accounts.Department) string {
	raw, err := json.Marshal(d)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12])
}

func (in *departmentInput) onto(d accounts.Department) accounts.Department {
	d.Name, d.Does = spoken(d.Name, in.NameDE, in.NameEN), spoken(d.Does, in.DoesDE, in.DoesEN)
	d.Door, d.Mail, d.Active, d.Parent = accounts.Door(in.Door), in.Mail, in.Active, nil
	if in.Parent != uuid.Nil {
		d.Parent = &in.Parent
	}
	return d
}

// departmentNow is the one of the address with its hours.
func (p *pages) departmentNow(c kit.Context) (accounts.Department, categories.Hours, error) {
	all, err := p.catalogue(c)
	if err != nil {
		return accounts.Department{}, categories.Hours{}, err
	}
	d, err := accounts.DepartmentByKey(c.Request().Context(), p.DB, c.Param("key"))
	if err != nil {
		return accounts.Department{}, categories.Hours{}, err
	}
	known, _ := all.Department(d.Key)
	return d, known.Hours, nil
}

func (p *pages) newDepartment(c kit.Context) error {
	if err := accounts.May(kit.Actor(c), accounts.ManageDepartments); err != nil {
		return err
	}
	return p.renderDepartment(c, http.StatusOK, nil, departmentInput{Door: "desk", Active: true}, nil)
}

func (p *pages) department(c kit.Context) error {
	d, hours, err := p.departmentNow(c)
	if err != nil {
		return err
	}
	return p.renderDepartment(c, http.StatusOK, &d, departmentInputOf(&d, hours), nil)
}

func (p *pages) saveNewDepartment(c kit.Context) error {
	if err := accounts.May(kit.Actor(c), accounts.ManageDepartments); err != nil {
		return err
	}
	var in departmentInput
	wrong := kit.Bind(c, &in)
	var hours categories.Hours
	if wrong == nil {
		hours, wrong = in.hours()
	}
	if wrong == nil {
		if wrong = p.Categories.SaveDepartment(c.Request().Context(), kit.Actor(c), nil, in.onto(accounts.Department{Key: in.Key}), hours); wrong == nil {
			kit.Flash(c, "success", "admin.saved")
			return kit.Redirect(c, departmentsPath)
		}
	}
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	return p.renderDepartment(c, http.StatusUnprocessableEntity, nil, in, wrong)
}

func (p *pages) saveDepartment(c kit.Context) error {
	d, _, err := p.departmentNow(c)
	if err != nil {
		return err
	}
	var in departmentInput
	wrong := kit.Bind(c, &in)
	var hours categories.Hours
	if wrong == nil {
		hours, wrong = in.hours()
	}
	if wrong == nil && in.Was != departmentPrint(&d) {
		wrong = fault.New(fault.Conflict, "err.409")
	}
	if wrong == nil {
		if wrong = p.Categories.SaveDepartment(c.Request().Context(), kit.Actor(c), &d, in.onto(d), hours); wrong == nil {
			kit.Flash(c, "success", "admin.saved")
			return kit.Redirect(c, departmentsPath)
		}
	}
	switch {
	case fault.Is(wrong, fault.Conflict):
		in.Was = departmentPrint(&d)
		return p.renderDepartment(c, http.StatusConflict, &d, in, wrong)
	case fault.Is(wrong, fault.Invalid):
		return p.renderDepartment(c, http.StatusUnprocessableEntity, &d, in, wrong)
	}
	return wrong
}

func (p *pages) renderDepartment(c kit.Context, status int, d *accounts.Department, in departmentInput, wrong error) error {
	v := departmentView{Page: page(c, "admin.department.new"), New: d == nil, In: in, Action: departmentsPath + "/new", Conflict: fault.Is(wrong, fault.Conflict)}
	v.Heading = v.Title
	if d != nil {
		v.Heading = d.Name.In(v.Loc.Lang())
		v.Title, v.Action = v.Heading, departmentsPath+"/"+d.Key
	}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	options, err := p.departmentOptions(c, in.Parent.String())
	if err != nil {
		return err
	}
	v.Parents = []kit.Option{{Label: v.T("admin.department.top")}}
	for _, o := range options {
		if d == nil || o.Value != d.ID.String() {
			v.Parents = append(v.Parents, o)
		}
	}
	for _, x := range []string{"desk", "mail"} {
		v.Doors = append(v.Doors, kit.Option{Value: x, Label: v.T("admin.door." + x), Hint: v.T("admin.door." + x + ".hint"), On: in.Door == x})
	}
	v.Hours = hoursRows(v.Page, &in.hoursInput, v.Errors)
	return kit.Render(c, status, departmentPage(v))
}
