package auth0

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/event"
)

// difference is what Apply has to do about an Action that exists.
type difference struct {
	code, runtime, name, key bool
	dependencies             bool // it has some, ours has none
	failed                   bool // its build failed: a new one needs a new draft
	undeployed               bool
}

// draft says whether the draft must be written.
func (d difference) draft() bool {
	return d.code || d.runtime || d.name || d.key || d.dependencies || d.failed
}
func (d difference) any() bool { return d.draft() || d.undeployed }

func (a *Action) difference() difference {
	code, known := a.spec.Code()
	key, _ := a.spec.Key()
	return difference{
		code:         !known || a.found.GetCode() != code,
		runtime:      a.found.GetRuntime() != runtime,
		name:         a.found.GetName() != a.spec.Name,
		key:          !a.holds(key),
		dependencies: len(a.found.GetDependencies()) > 0,
		failed:       strings.EqualFold(string(a.found.GetStatus()), "failed"),
		undeployed:   !inForce(a.found),
	}
}

// deployed says whether Auth0 calls the draft deployed.
func deployed(a *management.Action) bool {
	return a.DeployedVersion.GetDeployed() && a.GetAllChangesDeployed()
}

// inForce says whether what runs is the draft, code and keys. Auth0's flags alone do not tell that after a roll-back.
func inForce(a *management.Action) bool {
	v := a.DeployedVersion
	return deployed(a) && v.GetCode() == a.GetCode() && slices.Equal(keys(v.GetSecrets()), keys(a.GetSecrets()))
}

// Change implements resource.Resource.
func (a *Action) Change() event.Change {
	c := event.Change{Resource: a.Name(), Op: event.None, Detail: fmt.Sprintf("“%s”", a.spec.Name)}
	if a.found == nil {
		c.Op, c.From, c.Requests = event.Create, "generated", 5
		c.Detail += ", post-login, " + runtime
		return c
	}
	d := a.difference()
	if !d.any() {
		return c
	}
	c.Op, c.Requests = event.Update, 2
	if d.draft() {
		c.Requests = 4
	}
	c.Detail += ": " + strings.Join(a.inWords(d), ", ")
	if code, known := a.spec.Code(); known && d.code {
		c.Diff = diff(a.found.GetCode(), code)
	}
	return c
}

func (a *Action) inWords(d difference) []string {
	var why []string
	say := func(differs bool, format string, args ...any) {
		if differs {
			why = append(why, fmt.Sprintf(format, args...))
		}
	}
	say(d.name, "name “%s” → “%s”", a.found.GetName(), a.spec.Name)
	say(d.code, "code")
	say(d.runtime, "%s → %s", cmp.Or(a.found.GetRuntime(), "no runtime"), runtime)
	say(d.dependencies, "dependencies removed")
	if d.key {
		say(len(a.DraftKeys()) > 0, "a new key")
		say(len(a.DraftKeys()) == 0, "its key is missing")
		for _, name := range a.foreign() {
			say(true, "unknown secret %s", name)
		}
	}
	say(d.failed, "its build failed")
	say(!d.draft(), "not deployed")
	return why
}

// UndoChange implements resource.Resource.
func (a *Action) UndoChange() event.Change {
	if a.found == nil {
		return event.Change{Resource: a.Name(), Op: event.None, Detail: fmt.Sprintf("“%s” is not there", a.spec.Name)}
	}
	c := event.Change{Resource: a.Name(), Op: event.Delete, Detail: fmt.Sprintf("“%s”", a.found.GetName())}
	c.Requests = 1 + len(a.losers)
	if n := len(a.losers); n > 0 {
		c.Detail += fmt.Sprintf(" and %d more", n)
	}
	return c
}
