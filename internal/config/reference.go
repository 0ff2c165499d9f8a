package config

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

const preface = `<!-- Made by "make generate" from internal/config/config.go; change it there. -->
# Configuration

Every setting is an environment variable and a flag of the command line; the flag wins. Nothing has to be set to try
Mitwirk: ` + "`make run`" + ` brings everything with it. ` + "`mitwirk serve --help`" + ` shows the same list.

`

// Reference is doc/configuration.md.
func Reference() (string, error) {
	var s Settings
	parser, err := kong.New(&s, kong.Name("mitwirk"), kong.NoDefaultHelp())
	if err != nil {
		return "", fmt.Errorf("settings: %w", err)
	}
	var b strings.Builder
	b.WriteString(preface)
	group := ""
	for _, f := range parser.Model.Flags {
		if f.Group != nil && f.Group.Key != group {
			group = f.Group.Key
			fmt.Fprintf(&b, "## %s\n\n| variable | flag | default | what |\n|---|---|---|---|\n", group)
		}
		standard := ""
		if f.HasDefault {
			standard = "`" + f.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `--%s=%s` | %s | %s |\n", strings.Join(f.Envs, " "), f.Name, cell(f.PlaceHolder), standard, cell(f.Help))
		if last := parser.Model.Flags[len(parser.Model.Flags)-1]; f == last || nextGroup(parser.Model.Flags, f) != group {
			b.WriteString("\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n", nil
}

func nextGroup(flags []*kong.Flag, f *kong.Flag) string {
	for i, g := range flags[:len(flags)-1] {
		if g == f && flags[i+1].Group != nil {
			return flags[i+1].Group.Key
		}
	}
	return ""
}

func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;").Replace(s)
}
