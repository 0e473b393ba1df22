package command

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"phonegate/provision/fault"
)

// usage writes a command's usage. The flags that answer questions stand apart: there are many, and most
// runs need none of them.
func (p *program) usage(c *cobra.Command) error {
	w := c.OutOrStderr()
	width := min(max(p.Width, 60), 100)
	fmt.Fprint(w, "Usage:\n")
	if c.Runnable() {
		fmt.Fprintf(w, "  %s\n", c.UseLine())
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s [command]\n\nCommands:\n", c.CommandPath())
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(w, "  %-*s  %s\n", c.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	own, answers := pflag.NewFlagSet("", pflag.ContinueOnError), []*pflag.Flag{}
	own.SortFlags = false
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		switch {
		case f.Annotations[answerMark] != nil:
			answers = append(answers, f)
		case c.HasParent() || f.Name == "help":
			own.AddFlag(f)
		}
	})
	if own.HasAvailableFlags() {
		fmt.Fprintf(w, "\nFlags:\n%s", own.FlagUsagesWrapped(width))
	}
	writeAnswers(w, c, answers, width)
	global := c.Root().PersistentFlags()
	global.SortFlags = false
	fmt.Fprintf(w, "\nGlobal flags:\n%s", global.FlagUsagesWrapped(width))
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\nUse “%s COMMAND --help” for more.\n", c.CommandPath())
	}
	return nil
}

// explains are the commands whose help explains every answer; the others only name the flags.
var explains = []string{"init", "generate"}

func writeAnswers(w io.Writer, c *cobra.Command, answers []*pflag.Flag, width int) {
	if len(answers) == 0 {
		return
	}
	slices.SortFunc(answers, func(a, b *pflag.Flag) int {
		return strings.Compare(a.Annotations[answerMark][0], b.Annotations[answerMark][0])
	})
	if !slices.Contains(explains, c.Name()) {
		var names []string
		for _, f := range answers {
			names = append(names, "--"+f.Name)
		}
		fmt.Fprint(w, "\nAnswers for this run; they override the file (phonegate init --help explains them):\n")
		fmt.Fprintln(w, indented(strings.Join(names, ", "), "  ", width))
		return
	}
	fmt.Fprint(w, "\nAnswers; they override the file:\n")
	for _, f := range answers {
		fmt.Fprintf(w, "  --%s\n%s\n", f.Name, indented(f.Usage, "      ", width))
	}
}

// indented wraps text behind an indent. Flags are not broken at their dashes.
func indented(text, indent string, width int) string {
	const dash = "\u2011"
	wrapped := ansi.Wordwrap(strings.ReplaceAll(text, "-", dash), width-len(indent), "")
	return indent + strings.ReplaceAll(strings.ReplaceAll(wrapped, "\n", "\n"+indent), dash, "-")
}

// helpCommand is cobra's, but that an unknown topic is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [command]", Short: "Show help for a command",
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noArguments(c.Root(), args)
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

// flagFault is the error of a flag that can't be read.
func flagFault(c *cobra.Command, err error) error {
	hint := "See " + c.CommandPath() + " --help."
	if name, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		var known []string
		c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if near := fault.Nearest(name, known); near != "" {
			hint = "Did you mean --" + near + "? " + hint
		}
	}
	return fault.Wrap(err, fault.Usage, "usage.flag", hint, "%s.", strings.TrimSuffix(sentence(err.Error()), "."))
}

// noArguments refuses what is neither a command nor a flag.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "See " + c.CommandPath() + " --help."
	var known []string
	for _, sub := range c.Commands() {
		known = append(known, sub.Name())
	}
	if near := fault.Nearest(args[0], known); near != "" {
		hint = "Did you mean " + c.CommandPath() + " " + near + "?"
	}
	if len(known) > 0 {
		return fault.New(fault.Usage, "usage.command", hint, "%s has no command %q.", c.CommandPath(), args[0])
	}
	return fault.New(fault.Usage, "usage.argument", hint, "%s does not accept %q.", c.CommandPath(), strings.Join(args, " "))
}

// sentence begins a library's error text with a capital letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
