// Package command is the command line: flags in, renderer out. A command parses what it
// was given, lets the engine work and says with its exit code how it went.
package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/ui/render"
)

// Version is the program's version; a release build sets it.
var Version = "dev"

// program is one run of phonegate.
type program struct {
	Streams
	flags
	stoppers stoppers
	// reported says that the result event has told the error already.
	reported bool
}

// flags are those that every command has.
type flags struct {
	config  string
	tenants []string
	all     bool
	sandbox bool
	json    bool
	yes     bool
	noInput bool
	logFile string
	noColor bool
	// answers are the values given as flags, by the question's key.
	answers map[string]string
}

// Main runs phonegate with arguments and gives its exit code.
func Main(args []string, s Streams) int {
	p := &program{Streams: s}
	ctx, done := p.signals(context.Background())
	defer done()
	root := p.root()
	root.SetArgs(args)
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	f := fault.Of(err)
	if !p.reported {
		p.complain(err)
	}
	return f.Category.ExitCode()
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "phonegate",
		Short: "Phone verification at first login, for any Auth0 tenant",
		Long: `phonegate gives an Auth0 tenant phone verification at first login: the Twilio Verify
service, the post-login Action, the sign-up field, the code-entry form, and a live
test that proves it. Without a command it opens the wizard.

  phonegate sandbox     try it here: everything embedded, no account, no network`,
		Args:          noArguments,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, _ []string) error {
			if !p.interactive() {
				fmt.Fprintln(p.Err, c.UsageString())
				return fault.New(fault.Usage, "usage.terminal", "Run phonegate sandbox --auto to see it play, or phonegate apply --no-input --yes with a phonegate.yaml.",
					"The wizard needs a terminal on both ends.")
			}
			return p.wizard(c.Context())
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&p.config, "config", "phonegate.yaml", "the file with the tenants' answers")
	f.StringSliceVar(&p.tenants, "tenant", nil, "the tenant to work on, by its name in the file; may be repeated")
	f.BoolVar(&p.all, "all", false, "work on every tenant in the file")
	f.BoolVar(&p.flags.sandbox, "sandbox", false, "use the embedded Auth0, Twilio and Vercel instead of the real ones")
	f.BoolVar(&p.json, "json", false, "one JSON object a line on standard output; asks nothing")
	f.BoolVar(&p.yes, "yes", false, "do not ask before a change")
	f.BoolVar(&p.noInput, "no-input", false, "never ask anything: a missing answer is an error")
	f.StringVar(&p.logFile, "log-file", "", "also write the events to this file, as JSON lines")
	f.BoolVar(&p.noColor, "no-color", false, "no colours (as NO_COLOR=1)")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fault.Wrap(err, fault.Usage, "usage.flag", "See "+c.CommandPath()+" --help.", "%s.", sentence(err.Error()))
	})
	root.AddCommand(p.sandboxCommand(), p.initCommand(), p.planCommand(), p.applyCommand(), p.destroyCommand(), p.rotateCommand(),
		p.generateCommand(), p.smokeCommand(), p.versionCommand())
	root.CompletionOptions.HiddenDefaultCmd = false
	return root
}

// interactive says whether a person may be asked.
func (p *program) interactive() bool {
	return p.InTerminal && p.OutTerminal && !p.noInput && !p.json
}

// colour says whether output may be coloured.
func (p *program) colour() bool {
	return p.OutTerminal && !p.noColor && !p.json && p.Getenv("NO_COLOR") == "" && p.Getenv("TERM") != "dumb"
}

// complain says on standard error what happened, why and what to do next.
func (p *program) complain(err error) {
	var all interface{ Unwrap() []error }
	if errors.As(err, &all) {
		for _, e := range all.Unwrap() {
			p.complain(e)
		}
		return
	}
	f := fault.Of(err)
	fmt.Fprintf(p.Err, "%s %s\n", render.StateOf(event.Failed).Glyph(), f.Message)
	if f.Hint != "" {
		fmt.Fprintf(p.Err, "  %s\n", f.Hint)
	}
	if f.RequestID != "" {
		fmt.Fprintf(p.Err, "  The provider's id of the call: %s\n", f.RequestID)
	}
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	hint := "See " + c.CommandPath() + " --help."
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "Did you mean " + c.CommandPath() + " " + near[0] + "?"
	}
	return fault.New(fault.Usage, "usage.argument", hint, "%s does not take %q.", c.CommandPath(), strings.Join(args, " "))
}

// sentence begins a library's error text with a capital letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
