// Package command is the command line: flags in, renderer out. A command parses what it
// was given, lets the engine work and says with its exit code how it went.
package command

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"phonegate/provision/config"
	"phonegate/provision/fault"
)

// program is one run of phonegate.
type program struct {
	Streams
	flags
	stoppers stoppers
	// reported says that the error has been shown on standard output already.
	reported bool
	// noWait lets a rotation end before the former key is removed.
	noWait bool
	// handTo is given a new key of a form that runs elsewhere, where no keyring would keep it.
	handTo func(context.Context, map[string]string) error
	// terse says that what is in order needs no line.
	terse bool
	// checks says that the command looks at things instead of changing them.
	checks bool
	// misplaced is why the file that was found must not be used.
	misplaced error
}

// flags are those that every command has.
type flags struct {
	config string
	// configGiven says that the file was named: then it must be there.
	configGiven bool
	// alone says that flags and environment are all there is: no file is read or written.
	alone   bool
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
	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	// A flag that is wrong may have kept the ones behind it from being read.
	p.json = p.json || slices.Contains(args, "--json")
	p.report(strings.TrimPrefix(strings.TrimPrefix(c.CommandPath(), "phonegate"), " "), err)
	return fault.Worst(err).Category.ExitCode()
}

// Commands stand in the order in which one needs them, not in that of the alphabet.
func init() { cobra.EnableCommandSorting = false }

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "phonegate",
		Short: "Phone verification at first login, for any Auth0 tenant",
		Long: `phonegate adds phone verification at first login to an Auth0 tenant: the Twilio Verify
service, the post-login Action, the sign-up field, the code form, and a live test
of the result. Without a command it opens the wizard.

  phonegate sandbox     try it here: everything embedded, no account, no network`,
		Args:                       noArguments,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		PersistentPreRun: func(c *cobra.Command, _ []string) {
			p.locate(c.Flags().Changed("config"))
			p.answers = given(c)
		},
		RunE: func(c *cobra.Command, _ []string) error {
			if !p.interactive() {
				c.SetOut(p.Err)
				_ = c.Help()
				return fault.New(fault.Usage, "usage.terminal", "Run phonegate sandbox --auto for a demo, or phonegate apply --no-input --yes with a phonegate.yaml.",
					"The wizard needs an interactive terminal (stdin and stdout).")
			}
			return p.wizard(c.Context())
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&p.config, "config", fileName, "the `file` with the tenants' answers, searched for in this folder and its parents; "+
		"none: use flags and environment only")
	f.StringSliceVar(&p.tenants, "tenant", nil, "the tenant to work on, by its `name` in the file; repeatable")
	f.BoolVar(&p.all, "all", false, "work on every tenant in the file")
	f.BoolVar(&p.flags.sandbox, "sandbox", false, "use the embedded Auth0, Twilio and Vercel instead of the real ones")
	f.BoolVar(&p.json, "json", false, "one JSON object per line on standard output; never asks")
	f.BoolVar(&p.yes, "yes", false, "make changes without asking")
	f.BoolVar(&p.noInput, "no-input", false, "never ask anything: a missing answer is an error")
	f.StringVar(&p.logFile, "log-file", "", "also write the events to this `file`, as JSON lines")
	f.BoolVar(&p.noColor, "no-color", false, "no colours (as NO_COLOR=1)")
	_ = root.RegisterFlagCompletionFunc("tenant", func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		p.locate(c.Flags().Changed("config"))
		file, err := config.Load(p.config)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return file.Names(), cobra.ShellCompDirectiveNoFileComp
	})
	root.SetFlagErrorFunc(flagFault)
	root.SetUsageFunc(p.usage)
	root.SetHelpCommand(helpCommand())
	root.AddCommand(p.sandboxCommand(), p.initCommand(), p.planCommand(), p.applyCommand(), p.secretsCommand(), p.smokeCommand(), p.doctorCommand(),
		p.stateCommand(), p.rotateCommand(), p.destroyCommand(), p.generateCommand(), p.exportCommand(), p.versionCommand(), p.manCommand())
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
