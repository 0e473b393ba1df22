package provision

import (
	"context"

	"phonegate/provision/event"
)

// rotating is the key of the note that a rotation has begun and is not over. It holds the fingerprint of the new session secret.
const rotating = "rotating"

// PlanRotation is Plan with new session secrets and a new Twilio key. The old pair stays valid beside the new one, so that a login under way
// can end; a later Plan drops it. A rotation that was cut off is carried on instead: another pair now would
// push out the one that the Action may still be signing with. The plan warns where logins would break all the same.
func (t *Tenant) PlanRotation(ctx context.Context) (event.Plan, error) {
	if err := t.read(ctx); err != nil {
		return event.Plan{}, err
	}
	var warnings []string
	if was := t.state.Note("secrets").Get(rotating); was != "" && was == t.session.print() && t.session.value() != "" && t.verdict.value() != "" {
		t.renewWhatIsLost()
	} else {
		warnings = t.rotationWarnings()
		t.previousSession.replaceBy(t.session.value())
		t.previousVerdict.replaceBy(t.verdict.value())
		t.session.renew()
		t.verdict.renew()
		t.keySecret.lose()
		t.key.Renew()
		t.rotates = true
	}
	p := event.Plan{Type: "plan", Tenant: t.name, Changes: t.changes(t.nodes, applying), Warnings: warnings}
	t.emit(p)
	return p, nil
}

// renewWhatIsLost makes new secrets where a resource must be written and a value it needs is not known here. Both sides of a secret
// are then written, so that they stay equal.
func (t *Tenant) renewWhatIsLost() {
	if !t.host.SendsSecrets() && t.action.Change().Op == event.None && !t.key.Missing() {
		return
	}
	if t.session.value() == "" || t.verdict.value() == "" {
		t.session.renew()
		t.verdict.renew()
		t.previousSession.lose()
		t.previousVerdict.lose()
	}
	if t.previousSession.value() == "" || t.previousVerdict.value() == "" {
		t.previousSession.lose()
		t.previousVerdict.lose()
	}
	if t.keySecret.value() == "" {
		t.keySecret.lose()
		t.key.Renew()
	}
	t.renewWithTheRest()
}

// keepSecrets stores what the plan decided about the generated secrets. The previous pair goes first: whatever happens in
// between, the pair that is in use is somewhere.
func (t *Tenant) keepSecrets() error {
	if t.rotates {
		for _, g := range []*generated{t.previousSession, t.previousVerdict} {
			if err := g.keep(); err != nil {
				return err
			}
		}
		if err := t.state.Note("secrets").Set(rotating, t.session.print()); err != nil {
			return err
		}
	}
	for _, g := range []*generated{t.session, t.verdict, t.previousSession, t.previousVerdict, t.keySecret} {
		if err := g.keep(); err != nil {
			return err
		}
	}
	return nil
}

// rotationOver forgets that a rotation was under way, and remembers when it was over.
func (t *Tenant) rotationOver() error {
	if err := t.noteRotation(); err != nil {
		return err
	}
	t.rotates, t.ending = false, ""
	return t.state.Note("secrets").Set(rotating, "")
}
