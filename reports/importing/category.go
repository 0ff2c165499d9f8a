package importing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// What categories that are made belong to, when the city has nothing of the
// kind: a group without a meaning, and the desk that sorts.
const (
	newGroup      = "anliegen"
	newDepartment = "lotse"
	maxKey        = 40
)

// withCategory gives every row its category. Names that the catalogue does not
// have are made when that is wanted, else their rows are rejected.
func (im *Importer) withCategory(ctx context.Context, p *Plan, list []*record) ([]*record, error) {
	cat, err := im.cfg.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	if p.department = p.Settings.Department; p.department == "" {
		p.department = newDepartment
	} else if _, ok := cat.Department(p.department); !ok {
		return nil, fmt.Errorf("department: there is no %q", clip(p.department))
	}
	p.category = map[string]string{}
	rows := map[string]int{}
	var names []string // in the order of the file
	for _, r := range list {
		if rows[r.category] == 0 {
			names = append(names, r.category)
		}
		rows[r.category]++
	}
	made := map[string]bool{}
	spelt := map[string]int{} // a name without regard to large and small letters, to its place among the new
	unknown := map[string]int{}
	for _, name := range names {
		key, err := p.existing(cat, name)
		if err != nil {
			return nil, err
		}
		switch {
		case key != "":
		case p.Settings.CreateCategories:
			if i, ok := spelt[strings.ToLower(name)]; ok {
				p.NewCategories[i].Rows += rows[name]
				key = p.NewCategories[i].Key
				break
			}
			spelt[strings.ToLower(name)] = len(p.NewCategories)
			key = freeKey(cat, made, slug(name))
			made[key] = true
			p.NewCategories = append(p.NewCategories, NewCategory{Key: key, Name: name, Rows: rows[name]})
		default:
			unknown[name] = rows[name]
			continue
		}
		p.category[name] = key
	}
	p.UnknownCategories = counts(unknown)
	return slices.DeleteFunc(list, func(r *record) bool {
		if unknown[r.category] > 0 {
			p.reject(r, fmt.Sprintf("category: %q is not known here", clip(r.category)))
			return true
		}
		return false
	}), nil
}

// existing is the key of the category that a name means; "" for none.
func (p *Plan) existing(cat *categories.Catalogue, name string) (string, error) {
	if key, ok := p.Settings.Categories[name]; ok {
		if cat.ByKey(key) == nil {
			return "", fmt.Errorf("categories: %q is to be %q, which is no category here", clip(name), clip(key))
		}
		return key, nil
	}
	for i := range cat.Categories {
		for _, lang := range []string{i18n.German, i18n.English} {
			if strings.EqualFold(oneLine(cat.Categories[i].Name[lang]), name) {
				return cat.Categories[i].Key, nil
			}
		}
	}
	if key := slug(name); cat.ByKey(key) != nil {
		return key, nil
	}
	return "", nil
}

// slug makes a key of a name: "Straße - Schäden" is "strasse-schaeden".
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch r {
		case 'ä':
			b.WriteString("ae")
		case 'ö':
			b.WriteString("oe")
		case 'ü':
			b.WriteString("ue")
		case 'ß':
			b.WriteString("ss")
		default:
			if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
				b.WriteRune(r)
			} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		}
	}
	key := strings.Trim(b.String(), "-")
	if key == "" || !unicode.IsLetter(rune(key[0])) {
		key = strings.Trim("k-"+key, "-")
	}
	if len(key) > maxKey {
		key = strings.Trim(key[:maxKey], "-")
	}
	return key
}

// freeKey is key, or key with the first number behind it that is free.
func freeKey(cat *categories.Catalogue, made map[string]bool, key string) string {
	free := func(k string) bool { return !made[k] && cat.ByKey(k) == nil }
	for n := 2; ; n++ {
		if free(key) {
			return key
		}
		tail := "-" + strconv.Itoa(n)
		head := key[:min(len(key), maxKey-len(tail))]
		if free(head + tail) {
			return head + tail
		}
	}
}

// catalogue is what has to be there for the new categories: kind, place and
// status are public at once, texts after a look, and nothing is promised.
func (p *Plan) catalogue() *categories.Catalogue {
	same := func(s string) i18n.Text { return i18n.Text{i18n.German: s, i18n.English: s} }
	c := &categories.Catalogue{
		Departments: []categories.Department{{Key: newDepartment, Name: i18n.Text{i18n.German: "Lotsenstelle", i18n.English: "Front desk"}, Door: "desk"}},
		Groups:      []categories.Group{{Key: newGroup, Name: i18n.Text{i18n.German: "Anliegen", i18n.English: "Matters"}}},
	}
	list := slices.Clone(p.NewCategories)
	for _, n := range list {
		c.Categories = append(c.Categories, categories.Category{
			Key: n.Key, Group: newGroup, Department: p.department, Name: same(n.Name), Kinds: []string{string(subject.Report)},
			Publish: categories.PublishAtOnce, Photo: categories.PhotoOptional, TargetOn: true, Retention: categories.DefaultRetention(),
			Share: min(1000, n.Rows*1000/max(1, p.Used)), Active: true,
		})
	}
	return c
}
