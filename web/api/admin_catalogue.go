package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// AdminDepartment is what the city says of a department; in an answer with its
// version. Exported, as AdminCategory, for huma.
type AdminDepartment struct {
	Name    translated `json:"name"`
	Does    string     `json:"does,omitempty" maxLength:"500" doc:"What it is in charge of, in a line."`
	DoesEN  string     `json:"does_en,omitempty" maxLength:"500"`
	Parent  string     `json:"parent,omitempty" maxLength:"40" doc:"Key of the department above it."`
	Door    string     `json:"door" enum:"desk,mail" doc:"How it is reached: here, or by mail."`
	Mail    string     `json:"mail,omitempty" maxLength:"254" doc:"Where cases go if the door is mail."`
	Hours   string     `json:"opening_hours,omitempty" maxLength:"400" doc:"As OpenStreetMap writes them; missing: those of the city." example:"Mo-Fr 08:00-16:00"`
	Active  bool       `json:"active" doc:"False only where no case, category, person or team needs it."`
	Version string     `json:"version,omitempty" maxLength:"64" doc:"Of the department as you read it: 409 when somebody has changed it since. Missing: a new one."`
}

type departmentLine struct {
	Key string `json:"key"`
	AdminDepartment
}

type departmentLines struct {
	Departments []departmentLine `json:"departments" nullable:"false"`
}

// SetupKeyParam is the key of a department or category in a path.
type SetupKeyParam struct {
	Key string `path:"key" maxLength:"40" pattern:"^[a-z][a-z0-9-]*$" example:"bau-str" doc:"As catalogues name it."`
}

// printOf is short for everything that is said of a thing.
func printOf(parts ...any) string {
	raw, err := json.Marshal(parts)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12])
}

// departmentsNow are all departments with their hours.
func (a *api) departmentsNow(ctx context.Context, actor accounts.Actor) ([]accounts.Department, map[string]categories.Hours, error) {
	if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
		return nil, nil, err
	}
	list, err := accounts.Departments(ctx, a.DB)
	if err != nil {
		return nil, nil, err
	}
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return nil, nil, err
	}
	hours := map[string]categories.Hours{}
	for _, d := range cat.Departments {
		hours[d.Key] = d.Hours
	}
	return list, hours, nil
}

func departmentByKey(list []accounts.Department, key string) *accounts.Department {
	for i := range list {
		if list[i].Key == key {
			return &list[i]
		}
	}
	return nil
}

// onto is a department with what was sent.
func (in *AdminDepartment) onto(d accounts.Department, all []accounts.Department) (accounts.Department, categories.Hours, error) {
	hours, err := categories.ParseHours(kit.Clean(in.Hours, false))
	if err != nil {
		return d, hours, fault.OnField("/opening_hours", "admin.err.hours").Because(err)
	}
	name := i18n.Text{}
	maps.Copy(name, d.Name)
	maps.Copy(name, in.Name.text())
	d.Name, d.Does = name, i18n.Text{}
	if does := kit.Clean(in.Does, false); does != "" {
		d.Does[i18n.German] = does
	}
	if does := kit.Clean(in.DoesEN, false); does != "" {
		d.Does[i18n.English] = does
	}
	d.Door, d.Mail, d.Active, d.Parent = accounts.Door(in.Door), kit.Clean(in.Mail, false), in.Active, nil
	if in.Parent != "" {
		above := departmentByKey(all, in.Parent)
		if above == nil {
			return d, hours, fault.OnField("/parent", "report.err.department")
		}
		d.Parent = &above.ID
	}
	return d, hours, nil
}

func (a *api) departmentSetup() {
	reads(a, adminOp("listAdminDepartments", http.MethodGet, "/admin/departments", "List departments", "Those that are closed included. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (departmentLines, error) {
			list, hours, err := a.departmentsNow(ctx, actor)
			out := departmentLines{Departments: make([]departmentLine, len(list))}
			keys := map[string]string{}
			for _, d := range list {
				keys[d.ID.String()] = d.Key
			}
			for i, d := range list {
				line := AdminDepartment{
					Name: translatedOf(d.Name), Does: d.Does[i18n.German], DoesEN: d.Does[i18n.English], Door: string(d.Door), Mail: d.Mail,
					Hours: hours[d.Key].String(), Active: d.Active, Version: printOf(d, hours[d.Key]),
				}
				if d.Parent != nil {
					line.Parent = keys[d.Parent.String()]
				}
				out.Departments[i] = departmentLine{d.Key, line}
			}
			return out, err
		})
	type input struct {
		SetupKeyParam
		Body AdminDepartment
	}
	names := map[string]string{"name_de": "/name/de", "door": "/door", "mail": "/mail", "parent": "/parent", "active": "/active", "key": "/key"}
	setsUp(a, adminOp("putDepartment", http.MethodPut, "/admin/departments/{key}", "Add or change a department", "With all that is said of it. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			list, hours, err := a.departmentsNow(ctx, actor)
			if err != nil {
				return nothing{}, err
			}
			was := departmentByKey(list, in.Key)
			next := accounts.Department{Key: in.Key}
			switch {
			case was == nil && in.Body.Version != "":
				return nothing{}, fault.Missing("department " + in.Key)
			case was != nil && in.Body.Version != printOf(*was, hours[in.Key]):
				return nothing{}, fault.New(fault.Conflict, "err.409")
			case was != nil:
				next = *was
			}
			next, opens, err := in.Body.onto(next, list)
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, renamed(a.Categories.SaveDepartment(ctx, actor, was, next, opens), names)
		})
	drop := adminOp("closeDepartment", http.MethodDelete, "/admin/departments/{key}", "Close a department", "It keeps its past. 422 while a case, category, person or team needs it. For admins.")
	setsUp(a, drop, func(ctx context.Context, _ *call, actor accounts.Actor, in *SetupKeyParam) (nothing, error) {
		list, hours, err := a.departmentsNow(ctx, actor)
		if err != nil {
			return nothing{}, err
		}
		was := departmentByKey(list, in.Key)
		if was == nil {
			return nothing{}, fault.Missing("department " + in.Key)
		}
		next := *was
		next.Active = false
		return nothing{true}, renamed(a.Categories.SaveDepartment(ctx, actor, was, next, hours[in.Key]), names)
	})
}

// AdminCategory is what the city says of a category beside its questions.
type AdminCategory struct {
	Name       translated          `json:"name"`
	Group      string              `json:"group" minLength:"1" maxLength:"40"`
	Department string              `json:"department" minLength:"1" maxLength:"40"`
	Publish    string              `json:"publish" enum:"A,B,C,P" doc:"A kind and place at once; B all after release; C text and photos never; P nothing."`
	Photo      string              `json:"photo" enum:"recommended,optional,none"`
	Days       int                 `json:"target_days" minimum:"0" maximum:"999" doc:"Working days; 0: no target."`
	TargetOn   bool                `json:"target_on" doc:"False: the days are known and not shown or counted."`
	NearM      int                 `json:"near_metres" minimum:"0" maximum:"5000" doc:"Within which an open report may be the same; 0: never asked."`
	NearDays   int                 `json:"near_days" minimum:"0" maximum:"999"`
	Words      map[string][]string `json:"words,omitempty" doc:"By which it is found, for each language."`
	Keep       adminKeep           `json:"keep_days"`
	Active     bool                `json:"active" doc:"Offered."`
	Version    string              `json:"version,omitempty" maxLength:"64" doc:"Of the category as you read it: 409 when somebody has changed it since. Missing: a new one."`
}

type adminKeep struct {
	Text    int `json:"text" minimum:"1" maximum:"36500" doc:"Days after the end."`
	Photo   int `json:"photo" minimum:"1" maximum:"36500"`
	Contact int `json:"contact" minimum:"1" maximum:"36500"`
}

type categoryLine struct {
	Key       string `json:"key"`
	Questions int    `json:"questions" doc:"How many (listQuestions)."`
	AdminCategory
}

type categoryLines struct {
	Categories []categoryLine `json:"categories" nullable:"false"`
}

// photoWords are what the stored signs about photos mean.
func photoWords() map[categories.Photo]string {
	return map[categories.Photo]string{categories.PhotoRecommended: "recommended", categories.PhotoOptional: "optional", categories.PhotoNone: "none"}
}

// onto puts what was sent onto a category; questions stay as they are.
func (in *AdminCategory) onto(k *categories.Category) {
	name := i18n.Text{}
	maps.Copy(name, k.Name)
	maps.Copy(name, in.Name.text())
	k.Name, k.Group, k.Department, k.Publish = name, in.Group, in.Department, categories.Publish(in.Publish)
	for sign, word := range photoWords() {
		if word == in.Photo {
			k.Photo = sign
		}
	}
	k.Days, k.TargetOn, k.NearM, k.NearDays, k.Active = in.Days, in.TargetOn, in.NearM, in.NearDays, in.Active
	k.Words = map[string][]string{}
	for lang, list := range in.Words {
		for _, w := range list {
			if w = kit.Clean(w, false); w != "" {
				k.Words[lang] = append(k.Words[lang], w)
			}
		}
	}
	k.Retention = categories.Retention{Text: in.Keep.Text, Photo: in.Keep.Photo, Contact: in.Keep.Contact}
}

func (a *api) categorySetup() {
	reads(a, adminOp("listAdminCategories", http.MethodGet, "/admin/categories", "List categories", "Those that are not offered included. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (categoryLines, error) {
			if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
				return categoryLines{}, err
			}
			cat, err := a.Categories.Catalogue(ctx)
			if err != nil {
				return categoryLines{}, err
			}
			out := categoryLines{Categories: []categoryLine{}}
			for _, k := range cat.All() {
				out.Categories = append(out.Categories, categoryLine{k.Key, len(k.Questions), AdminCategory{
					Name: translatedOf(k.Name), Group: k.Group, Department: k.Department, Publish: string(k.Publish), Photo: photoWords()[k.Photo],
					Days: k.Days, TargetOn: k.TargetOn, NearM: k.NearM, NearDays: k.NearDays, Words: k.Words,
					Keep: adminKeep{k.Retention.Text, k.Retention.Photo, k.Retention.Contact}, Active: k.Active, Version: k.Fingerprint(),
				}})
			}
			return out, nil
		})
	type input struct {
		SetupKeyParam
		Body AdminCategory
	}
	names := map[string]string{
		"name_de": "/name/de", "name_en": "/name/en", "group": "/group", "department": "/department", "days": "/target_days", "near_m": "/near_metres", "near_days": "/near_days",
		"keep_text": "/keep_days/text", "keep_photo": "/keep_days/photo", "keep_contact": "/keep_days/contact", "key": "/key",
	}
	setsUp(a, adminOp("putCategory", http.MethodPut, "/admin/categories/{key}", "Add or change a category", "Its questions stay as they are; reports keep what they were asked. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			var err error
			if in.Body.Version == "" {
				k := categories.Category{Key: in.Key}
				in.Body.onto(&k)
				err = a.Categories.AddCategory(ctx, actor, k)
			} else {
				err = a.Categories.ChangeCategory(ctx, actor, in.Key, in.Body.Version, func(k *categories.Category) error { in.Body.onto(k); return nil })
			}
			return nothing{err == nil}, renamed(err, names)
		})
	drop := adminOp("closeCategory", http.MethodDelete, "/admin/categories/{key}", "Close a category", "It is not offered any more; its reports stay. For admins.")
	drop.plain = true
	setsUp(a, drop, func(ctx context.Context, _ *call, actor accounts.Actor, in *SetupKeyParam) (nothing, error) {
		err := a.Categories.ChangeCategory(ctx, actor, in.Key, "", func(k *categories.Category) error { k.Active = false; return nil })
		if err != nil {
			return nothing{}, fmt.Errorf("close category: %w", err)
		}
		return nothing{true}, nil
	})
}
