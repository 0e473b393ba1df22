package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"phonegate/provision/config"
	"phonegate/provision/secret"
)

func (p *program) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: "Print the manual page", Args: noArguments,
		Long: "Prints the manual page, for man:\n\n  phonegate man > /usr/local/share/man/man1/phonegate.1",
		RunE: func(c *cobra.Command, _ []string) error { return writeManual(p.Out, c.Root()) },
	}
}

// writeManual writes one page on all commands, in the man macros.
func writeManual(w io.Writer, root *cobra.Command) error {
	m := &manual{}
	m.macro("TH", "PHONEGATE", "1", "", "phonegate "+version(), "")
	m.section("NAME")
	m.text("phonegate - " + strings.ToLower(root.Short[:1]) + root.Short[1:])
	m.section("SYNOPSIS")
	m.text("phonegate [command] [flags]")
	m.section("DESCRIPTION")
	m.text(root.Long)
	m.section("COMMANDS")
	m.commands(root)
	m.section("GLOBAL FLAGS")
	m.flags(root.PersistentFlags(), func(*pflag.Flag) bool { return true })
	m.section("ANSWERS")
	m.text("Each answer has a flag, an environment variable and a key in the file. To set a variable for one tenant only, name it PHONEGATE_<TENANT>_ followed by the rest of its name.")
	for _, q := range config.Questions() {
		about := q.Help
		for _, c := range q.Choices {
			about += "\n" + c.Value + ": " + c.About
		}
		m.entry(fmt.Sprintf("--%s, %s, %s", q.Flag, q.Env, q.Key), about)
	}
	m.section("ENVIRONMENT")
	for _, s := range secret.Slots() {
		m.entry(s.Env, s.Label+". "+s.Help)
	}
	for _, b := range baseURLs {
		m.entry(b.env, "Overrides the provider's address, for proxies and tests.")
	}
	m.entry("PHONEGATE_KEYRING", "off: do not use the operating system's keyring.")
	m.entry("NO_COLOR", "No colours.")
	m.entry("ACCESSIBLE", "Make the wizard ask line by line, for screen readers.")
	m.section("FILES")
	m.entry("phonegate.yaml", "The tenants' answers, without secrets. Searched for in the current folder and its parents, up to the home directory.")
	m.entry(".phonegate/<tenant>.json", "A cache, next to phonegate.yaml. It is safe to delete.")
	m.section("EXIT STATUS")
	for _, e := range [][2]string{{"0", "done"}, {"1", "failed"}, {"2", "usage or missing input"}, {"3", "plan or doctor found differences"},
		{"4", "a provider refused the credentials or their permissions"}, {"130", "interrupted"}} {
		m.entry(e[0], e[1])
	}
	_, err := io.WriteString(w, m.String())
	return err
}

// manual is a page in the making.
type manual struct{ strings.Builder }

// macro writes a request with quoted arguments.
func (m *manual) macro(name string, args ...string) {
	fmt.Fprintf(m, ".%s", name)
	for _, a := range args {
		fmt.Fprintf(m, ` "%s"`, strings.ReplaceAll(plainRoff(a), `"`, `\(dq`))
	}
	fmt.Fprintln(m)
}

func (m *manual) section(title string) { m.macro("SH", title) }

// text writes paragraphs; indented lines stay as they are.
func (m *manual) text(s string) {
	for _, line := range strings.Split(s, "\n") {
		switch {
		case line == "":
			fmt.Fprintln(m, ".PP")
		case strings.HasPrefix(line, "  "):
			fmt.Fprintf(m, ".br\n%s\n.br\n", plainRoff(line))
		default:
			fmt.Fprintln(m, plainRoff(line))
		}
	}
}

// entry writes a term and what it means.
func (m *manual) entry(term, about string) {
	fmt.Fprintf(m, ".TP\n\\fB%s\\fR\n", plainRoff(term))
	for i, line := range strings.Split(about, "\n") {
		if i > 0 {
			fmt.Fprintln(m, ".br")
		}
		fmt.Fprintln(m, plainRoff(line))
	}
}

func (m *manual) commands(parent *cobra.Command) {
	for _, c := range parent.Commands() {
		if !c.IsAvailableCommand() || c.Name() == "help" {
			continue
		}
		m.macro("SS", c.UseLine())
		about := c.Long
		if about == "" {
			about = c.Short + "."
		}
		if c.Name() == "completion" || parent.Name() == "completion" {
			about = c.Short + "."
		}
		m.text(about)
		m.flags(c.LocalFlags(), func(f *pflag.Flag) bool { return f.Annotations[answerMark] == nil && f.Name != "help" })
		m.commands(c)
	}
}

func (m *manual) flags(set *pflag.FlagSet, shown func(*pflag.Flag) bool) {
	set.VisitAll(func(f *pflag.Flag) {
		if !shown(f) {
			return
		}
		value, about := pflag.UnquoteUsage(f)
		if value != "" {
			value = " " + value
		}
		m.entry("--"+f.Name+value, about)
	})
}

// plainRoff keeps what stands in a text from being taken for a request.
func plainRoff(s string) string {
	s = strings.ReplaceAll(s, `\`, `\e`)
	s = strings.ReplaceAll(s, "-", `\-`)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
