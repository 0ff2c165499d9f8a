package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/internal/goldentest"
)

// part is somebody else's work that goes out with the binary.
type part struct {
	name, version string
	licence       string
	texts         []string // keys of thirdParty.texts
}

// thirdParty collects what THIRD_PARTY.md says.
type thirdParty struct {
	texts map[string]string // by their words alone, so that line breaks make no second copy
	order []string
}

// TestThirdParty compares THIRD_PARTY.md with the modules in the binary and the
// packages in web/dist; go test ./cmd/mitwirk -run ThirdParty -update writes it.
func TestThirdParty(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("../../web/node_modules/.package-lock.json"); errors.Is(err, fs.ErrNotExist) {
		t.Log("web/node_modules is missing (make test installs it): only the versions are compared")
		compareVersions(t)
		return
	}
	p := &thirdParty{texts: map[string]string{}}
	modules := p.modules(t)
	front := p.front(t)
	goldentest.Equal(t, "../../../THIRD_PARTY.md", p.page(modules, front))
}

// compareVersions is the part of the test that needs no node_modules.
func compareVersions(t *testing.T) {
	t.Helper()
	page, err := os.ReadFile("../../THIRD_PARTY.md")
	if err != nil {
		t.Fatal(err)
	}
	p := &thirdParty{texts: map[string]string{}}
	for _, m := range p.modules(t) {
		if row := fmt.Sprintf("| %s | %s |", m.name, m.version); !strings.Contains(string(page), row) {
			t.Errorf("THIRD_PARTY.md lacks %q", row)
		}
	}
}

// modules are those that `go build` puts into the binary for Linux, with the
// licence files between each package that is used and its module's root.
func (p *thirdParty) modules(t *testing.T) []part {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Dir,Standard,Module", ".")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files := map[string][]string{} // by "path version"
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var pkg struct {
			Dir      string
			Standard bool
			Module   *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := d.Decode(&pkg); err != nil {
			t.Fatal(err)
		}
		if pkg.Standard || pkg.Module == nil || pkg.Module.Main {
			continue
		}
		key := pkg.Module.Path + " " + pkg.Module.Version
		for dir := pkg.Dir; ; dir = filepath.Dir(dir) {
			for _, f := range licenceFiles(t, dir) {
				if !slices.Contains(files[key], f) {
					files[key] = append(files[key], f)
				}
			}
			if dir == pkg.Module.Dir || len(dir) <= len(pkg.Module.Dir) {
				break
			}
		}
	}
	parts := make([]part, 0, len(files)+1)
	goroot, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	parts = append(parts, p.part(t, "Go's standard library", "as built", licenceFiles(t, strings.TrimSpace(string(goroot)))))
	for _, key := range slices.Sorted(maps.Keys(files)) { // of texts that differ in spaces only the first one is shown
		name, version, _ := strings.Cut(key, " ")
		f := files[key]
		slices.Sort(f)
		parts = append(parts, p.part(t, name, version, f))
	}
	parts = append(parts, p.part(t, "PDFium", "in go-pdfium, as WebAssembly", []string{"testdata/pdfium.txt"}))
	slices.SortFunc(parts[1:], func(a, b part) int { return cmp.Compare(a.name, b.name) })
	return parts
}

// front are the packages of npm whose code or fonts are in web/dist: the ones
// that our sources name, and those that MapLibre's own bundle was made of.
func (p *thirdParty) front(t *testing.T) []part {
	t.Helper()
	const modules = "../../web/node_modules"
	names := []string{"@kern-ux/native", "maplibre-gl"}
	within := regexp.MustCompile(`node_modules/((?:@[^/]+/)?[^/]+)/`)
	bundles, err := filepath.Glob(modules + "/maplibre-gl/dist/maplibre-gl*.mjs.map")
	if err != nil || len(bundles) == 0 {
		t.Fatalf("MapLibre's source maps are missing: %v", err)
	}
	for _, file := range bundles {
		var content struct{ Sources []string }
		readJSON(t, file, &content)
		for _, source := range content.Sources {
			if m := within.FindStringSubmatch(source); m != nil && !slices.Contains(names, m[1]) {
				names = append(names, m[1])
			}
		}
	}
	slices.Sort(names)
	parts := make([]part, len(names), len(names)+1)
	for i, name := range names {
		var info struct{ Version, License string }
		readJSON(t, filepath.Join(modules, name, "package.json"), &info)
		if name == "@kern-ux/native" { // the licence of this project; its text is in LICENSE
			parts[i] = part{name: name, version: info.Version, licence: info.License}
			continue
		}
		files := licenceFiles(t, filepath.Join(modules, name))
		if len(files) == 0 { // murmurhash-js has it in its readme only
			files = []string{filepath.Join(modules, name, "README.md")}
		}
		parts[i] = p.part(t, name, info.Version, files)
	}
	return append(parts, p.part(t, "Fira Sans", "4.106", []string{"testdata/fira-sans.txt"}))
}

func (p *thirdParty) part(t *testing.T, name, version string, files []string) part {
	t.Helper()
	found := part{name: name, version: version}
	var licences []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(b), "\r\n", "\n")
		if _, end, ok := strings.Cut(text, "## License"); ok && filepath.Base(f) == "README.md" {
			text = end
		}
		key := strings.Join(strings.Fields(text), " ")
		if _, ok := p.texts[key]; !ok {
			p.texts[key] = strings.Trim(text, "\n")
			p.order = append(p.order, key)
		}
		found.texts = append(found.texts, key)
		for _, id := range licencesOf(key) {
			if !slices.Contains(licences, id) {
				licences = append(licences, id)
			}
		}
	}
	if len(licences) == 0 {
		t.Fatalf("%s %s: no licence found in %v", name, version, files)
	}
	found.licence = strings.Join(licences, ", ")
	return found
}

func (p *thirdParty) page(modules, front []part) string {
	var b strings.Builder
	b.WriteString("<!-- Made by \"go test ./cmd/mitwirk -run ThirdParty -update\"; the same test without -update keeps it current. -->\n" +
		"# The work of others in Mitwirk\n\n" +
		"Mitwirk is published under the EUPL 1.2 ([LICENSE](LICENSE)). This page names what goes out with it that others made: the Go\n" +
		"modules in the binary `mitwirk` (as built for Linux), and the packages in the front end, which the binary contains. The\n" +
		"complete licences follow. All of it is unmodified; the source code is where the name and version of a module or package lead.\n" +
		"PostgreSQL, PostGIS, Node and the tools of development are not part of what is published here.\n\n")
	number := map[string]int{}
	for _, list := range [][]part{modules, front} {
		for _, x := range list {
			for _, key := range x.texts {
				if number[key] == 0 {
					number[key] = len(number) + 1
				}
			}
		}
	}
	table := func(title string, list []part) {
		fmt.Fprintf(&b, "## %s\n\n| what | version | licence | text |\n|---|---|---|---|\n", title)
		for _, x := range list {
			refs := make([]string, len(x.texts))
			for i, key := range x.texts {
				refs[i] = fmt.Sprintf("[%d](#text-%d)", number[key], number[key])
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", x.name, x.version, x.licence, cmp.Or(strings.Join(refs, " "), "[LICENSE](LICENSE)"))
		}
		b.WriteString("\n")
	}
	table("Go", modules)
	table("Front end", front)
	b.WriteString("## Texts\n")
	slices.SortFunc(p.order, func(a, b string) int { return cmp.Compare(number[a], number[b]) })
	for _, key := range p.order {
		fmt.Fprintf(&b, "\n### Text %d\n\n````text\n", number[key])
		for lines := bufio.NewScanner(strings.NewReader(p.texts[key])); lines.Scan(); {
			b.WriteString(strings.TrimRight(lines.Text(), " \t") + "\n")
		}
		b.WriteString("````\n")
	}
	return b.String()
}

// licencesOf names the licences of a text by their SPDX identifiers; none when
// the text is a notice only.
func licencesOf(words string) []string {
	low := strings.ToLower(words)
	var ids []string
	for _, l := range []struct{ sign, id, butNot string }{
		{"apache license version 2.0", "Apache-2.0", ""},
		{"licensed under the apache license, version 2.0", "Apache-2.0", ""},
		{"mozilla public license version 2.0", "MPL-2.0", ""},
		{"mozilla public license, version 2.0", "MPL-2.0", ""},
		{"sil open font license", "OFL-1.1", ""},
		{"neither the name of", "BSD-3-Clause", ""},
		{"redistribution and use in source and binary forms", "BSD-2-Clause", "BSD-3-Clause"},
		{"permission to use, copy, modify, and/or distribute", "ISC", ""},
		{"permission to use, copy, modify, and distribute this software for any purpose", "ISC", ""},
		{"permission is hereby granted, free of charge", "MIT", "OFL-1.1"},
		{"zlib license", "Zlib", ""},
		{"this is free and unencumbered software", "Unlicense", ""},
	} {
		if strings.Contains(low, l.sign) && !slices.Contains(ids, l.id) && !slices.Contains(ids, l.butNot) {
			ids = append(ids, l.id)
		}
	}
	return ids
}

var licenceName = regexp.MustCompile(`(?i)^(licen[sc]e|copying|notice|unlicense|third.?party)([-._].*)?$`)

func licenceFiles(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && licenceName.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
