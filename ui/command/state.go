package command

import (
	"context"
	"maps"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"phonegate/provision/config"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/provision/state"
	"phonegate/ui/render"
)

func (p *program) stateCommand() *cobra.Command {
	local := false
	c := &cobra.Command{
		Use: "state", Short: "Show what is known about a tenant, and where", Args: noArguments,
		Long: `Shows what this computer knows about a tenant: the contents of the state file, the names of the keys in the keyring, and
the source of each credential. If no credential is missing, also shows what the providers know: the form's address, the
current key and its age, the Verify service, former forms. Shows no secret and changes nothing.

The providers' data is authoritative. The state file and the keyring are caches: apply, rotate and destroy work the same
without them.`,
		RunE: func(c *cobra.Command, _ []string) error { return p.state(c.Context(), local) },
	}
	c.Flags().BoolVar(&local, "local", false, "show only what this computer knows; call no provider")
	answerFlags(c)
	return c
}

// fact is one thing that is known of a tenant.
type fact struct {
	// Where is the kind of place that knows it.
	Where string `json:"where"`
	What  string `json:"what"`
	// Value is left out of secrets.
	Value string `json:"value,omitempty"`
	// From is the file, the variable or the keyring that says so; "" if nothing does.
	From string `json:"from"`
}

// known is what one kind of place knows.
type known struct {
	title string
	facts []fact
	// nothing is said where there is no fact.
	nothing string
}

// knowers are the kinds of places on this computer, in the order in which they are shown.
var knowers = []func(context.Context, *job) (known, error){inState, inKeyring, ofCredentials}

// state shows what is known of the tenants. It works as well where answers or credentials are missing.
func (p *program) state(ctx context.Context, local bool) error {
	at := p.localEnv()
	defer func() { at.close() }()
	file, err := p.file(at)
	if err != nil {
		return err
	}
	names, err := p.names(file)
	if err != nil {
		return err
	}
	if err := p.connect(ctx, at, names...); err != nil {
		return err
	}
	var jobs []*job
	for _, name := range names {
		spec, err := p.spec(file, name, at)
		if err != nil && fault.Of(err).Code != "config.missing" {
			return err
		}
		_, sources, _ := config.Resolve(file, name, at.fresh, p.answer, at.getenv)
		jobs = append(jobs, &job{name: name, spec: spec, at: at, answered: sources})
	}
	p.announce(jobs)
	result := event.Result{Type: "result", Command: "state", OK: true, Requests: noRequests()}
	for _, j := range jobs {
		var all []known
		for _, ask := range knowers {
			k, err := ask(ctx, j)
			if err != nil {
				return err
			}
			all = append(all, k)
		}
		if !local {
			all = append(all, p.atProviders(ctx, j))
		}
		p.tellKnown(j, all, len(jobs) > 1)
		result.Tenants = append(result.Tenants, event.Outcome{Name: j.name, OK: true})
	}
	if p.json {
		r := render.JSON(p.Out)
		r.Emit(result)
		return r.Close()
	}
	return nil
}

// inState are the notes of the state file.
func inState(_ context.Context, j *job) (known, error) {
	k := known{title: "State file", nothing: "Nothing is kept between runs."}
	remembered, err := state.Open(j.at.dir, j.name)
	if err != nil {
		return k, err
	}
	if !j.at.transient {
		k.title, k.nothing = "State file "+remembered.Path(), "There is none."
	}
	notes := remembered.Snapshot()
	for _, section := range slices.Sorted(maps.Keys(notes)) {
		for _, key := range slices.Sorted(maps.Keys(notes[section])) {
			k.facts = append(k.facts, fact{"state", section + " " + key, notes[section][key], remembered.Path()})
		}
	}
	return k, nil
}

// entries are the names under which the engine keeps what it generates; a keyring lists nothing by itself.
var entries = []string{"ring"}

// ringLine begins a line of an entry that holds several secrets, each under its own name.
var ringLine = regexp.MustCompile(`(?m)^(PHONEGATE_KEY_[0-9]{12}_[0-9a-f]{16})=`)

// inKeyring are the names of what the keyring has.
func inKeyring(_ context.Context, j *job) (known, error) {
	k := known{title: "Keyring", nothing: "It has no entry for this tenant."}
	vault := j.at.vault(j.name)
	if !vault.Durable() {
		k.nothing = "No keyring is available on this computer."
		return k, nil
	}
	have := func(name string) { k.facts = append(k.facts, fact{Where: "keyring", What: name, From: "keyring"}) }
	for _, slot := range secret.Slots() {
		if vault.Get(slot.Env) != "" {
			have(slot.Env)
		}
	}
	for _, entry := range entries {
		value := vault.Get(entry)
		inside := ringLine.FindAllStringSubmatch(value, -1)
		for _, name := range inside {
			have(name[1])
		}
		if value != "" && inside == nil {
			have(entry)
		}
	}
	return k, nil
}

// ofCredentials are the credentials that the tenant's providers are called with, and where each comes from.
func ofCredentials(_ context.Context, j *job) (known, error) {
	k := known{title: "Credentials", nothing: "None are needed."}
	var sources map[string]string
	j.creds, sources = secret.Lookup(j.name, j.at.getenv, j.at.ring(j.name))
	identify(j.spec, j.answered, &j.creds, sources)
	needed := missingSlots(j.creds, j.spec)
	for _, slot := range secret.Slots() {
		from := sources[slot.Env]
		missing := slices.ContainsFunc(needed, func(s secret.Slot) bool { return s.Env == slot.Env })
		if slices.Contains(providersOf(j.spec), slot.Provider) && (from != "" || missing) {
			k.facts = append(k.facts, fact{Where: "credentials", What: slot.Env, From: from})
		}
	}
	return k, nil
}
