package command

import (
	"context"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// atProviders is what the providers know: what every other computer goes by. Where they can't be asked, or don't answer, it says
// so: what this computer knows is shown all the same.
func (p *program) atProviders(ctx context.Context, j *job) known {
	k := known{title: "At the providers", nothing: "Nothing is set up."}
	var missing []string
	for _, slot := range missingSlots(j.creds, j.spec) {
		missing = append(missing, slot.Env)
	}
	if len(missing) > 0 {
		k.nothing = "Skipped: " + strings.Join(missing, ", ") + " missing."
		return k
	}
	if err := p.askProviders(ctx, j, &k); err != nil {
		f := fault.Of(err)
		k.facts = []fact{{Where: "providers", What: "not readable", Value: f.Message}}
	}
	return k
}

// askProviders adds what the engine reads of the set-up.
func (p *program) askProviders(ctx context.Context, j *job, k *known) error {
	m := &member{job: j, sink: func(event.Event) {}}
	if err := m.open(p, "state"); err != nil {
		return err
	}
	defer m.close()
	all, err := m.engine.Known(p.tellWaits(ctx))
	for _, row := range all {
		k.facts = append(k.facts, fact{Where: "providers", What: row.What, Value: row.Value, From: row.Where})
	}
	return err
}
