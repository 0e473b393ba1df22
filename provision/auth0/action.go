package auth0

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

const (
	runtime = "node22"
	// marker is in the code of every Action that phonegate writes, and tells ours from a stranger's of the same name.
	marker = "phonegate"
)

var postLogin = management.ActionTriggerTypeEnumPostLogin

// ActionSpec is the post-login Action as it should be.
type ActionSpec struct {
	Name   string
	Code   string
	Inputs func() resource.Inputs // its secrets
}

// Action is the resource auth0.action.
type Action struct {
	c    *Client
	spec ActionSpec
	note resource.Note

	found *management.Action // what the tenant has, nil if nothing
	stale bool               // found may be out of date: an Apply has failed on the way
}

// NewAction makes the resource. The note keeps the action's id, the fingerprint of the secrets it runs with and when each was written.
func NewAction(c *Client, spec ActionSpec, note resource.Note) *Action {
	if spec.Inputs == nil {
		spec.Inputs = func() resource.Inputs { return resource.Inputs{Fingerprint: "none"} }
	}
	return &Action{c: c, spec: spec, note: note}
}

// Name implements resource.Resource.
func (a *Action) Name() string { return "auth0.action" }

// ID is the action's id, "" before it exists.
func (a *Action) ID() string { return a.found.GetID() }

// Read implements resource.Resource.
func (a *Action) Read(ctx context.Context) error {
	a.found, a.stale = nil, false
	if id := a.note.Get("id"); id != "" {
		found, err := a.c.action(ctx, id)
		if err != nil && !notFound(err) {
			return err
		}
		if a.found = found; found != nil {
			return nil
		}
	}
	found, err := a.find(ctx)
	if err != nil {
		return err
	}
	if found != nil && !strings.Contains(found.GetCode(), marker) {
		return fault.New(fault.Failed, "auth0.action_name_taken",
			"Rename that action in the Auth0 dashboard (Actions > Library), then run the same command again.",
			"The tenant has an action “%s” that phonegate did not write.", a.spec.Name)
	}
	a.found = found
	return nil
}

// find looks for the action by name.
func (a *Action) find(ctx context.Context) (*management.Action, error) {
	const perPage = 100
	for page := 0; ; page++ {
		list, err := a.c.actions.List(ctx, &management.ListActionsRequestParameters{
			TriggerID: &postLogin, ActionName: &a.spec.Name, Page: management.Int(page), PerPage: management.Int(perPage)})
		if err != nil {
			return nil, typed(err)
		}
		for _, found := range list.Results {
			if found.GetName() == a.spec.Name && supports(found) {
				return found, nil
			}
		}
		if len(list.Results) < perPage {
			return nil, nil
		}
	}
}

func supports(a *management.Action) bool {
	return slices.ContainsFunc(a.GetSupportedTriggers(), func(t *management.ActionTrigger) bool { return t.GetID() == postLogin })
}

// difference is what Apply has to do about an action that exists.
type difference struct {
	code, runtime, name bool
	inputs              []string // in words; not empty: the secrets must be sent
	undeployed          bool
}

// draft says whether something is known to be wrong with the draft.
func (d difference) draft() bool { return d.code || d.runtime || d.name || len(d.inputs) > 0 }
func (d difference) any() bool   { return d.draft() || d.undeployed }

func (a *Action) difference() difference {
	in := a.spec.Inputs()
	d := difference{
		code:       a.found.GetCode() != a.spec.Code,
		runtime:    a.found.GetRuntime() != runtime,
		name:       a.found.GetName() != a.spec.Name,
		undeployed: !deployed(a.found),
	}
	if in.Fingerprint == "" || in.Fingerprint != a.note.Get("inputs") {
		d.inputs = in.Changed
		if len(d.inputs) == 0 {
			d.inputs = []string{"its secrets"}
		}
	} else {
		d.inputs = append(secretsMissing(a.found, in.Values), a.secretsEdited()...)
	}
	return d
}

// secretsMissing compares by name: what somebody has deleted or added in the dashboard.
func secretsMissing(a *management.Action, wanted map[string]string) []string {
	var have, differ []string
	for _, s := range a.GetSecrets() {
		have = append(have, s.GetName())
		if _, ok := wanted[s.GetName()]; !ok {
			differ = append(differ, "secret "+s.GetName()+" is not ours")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if !slices.Contains(have, name) {
			differ = append(differ, "secret "+name+" is missing")
		}
	}
	return differ
}

// secretsEdited names secrets that were written after phonegate had written them. Auth0 gives no value back, but it says when it got it.
func (a *Action) secretsEdited() []string {
	var differ []string
	noted := map[string]string{}
	for _, pair := range strings.Fields(a.note.Get("written")) {
		name, at, _ := strings.Cut(pair, "=")
		noted[name] = at
	}
	for _, s := range a.found.GetSecrets() {
		if was, is := noted[s.GetName()], writtenAt(s); was != "" && is != "" && was != is {
			differ = append(differ, fmt.Sprintf("secret %s was changed at %s by someone else", s.GetName(), s.GetUpdatedAt().UTC().Format("2006-01-02 15:04 UTC")))
		}
	}
	return differ
}

// noteWritten remembers when Auth0 got the secrets that it has.
func (a *Action) noteWritten() error {
	var pairs []string
	for _, s := range a.found.GetSecrets() {
		if at := writtenAt(s); at != "" {
			pairs = append(pairs, s.GetName()+"="+at)
		}
	}
	slices.Sort(pairs)
	return a.note.Set("written", strings.Join(pairs, " "))
}

func writtenAt(s *management.ActionSecretResponse) string {
	if s.GetUpdatedAt().IsZero() {
		return ""
	}
	return s.GetUpdatedAt().UTC().Format(time.RFC3339Nano)
}

// deployed says whether what runs is the draft, code and secrets.
func deployed(a *management.Action) bool {
	return a.DeployedVersion.GetDeployed() && a.GetAllChangesDeployed()
}

// Change implements resource.Resource.
func (a *Action) Change() event.Change {
	c := event.Change{Resource: a.Name(), Op: event.None, Detail: fmt.Sprintf("“%s”", a.spec.Name)}
	if a.found == nil {
		c.Op, c.From, c.Requests = event.Create, "generated", 4
		c.Detail += ", post-login, " + runtime
		return c
	}
	d := a.difference()
	if !d.any() {
		return c
	}
	c.Op, c.Requests = event.Update, 3
	var why []string
	if d.name {
		why = append(why, fmt.Sprintf("now called “%s”", a.found.GetName()))
	}
	if d.code {
		why = append(why, "code")
		c.Diff = diff(a.found.GetCode(), a.spec.Code)
	}
	if d.runtime {
		why = append(why, first(a.found.GetRuntime(), "no runtime")+" → "+runtime)
	}
	why = append(why, d.inputs...)
	if !d.draft() {
		why = append(why, "not deployed")
	}
	c.Detail += ": " + strings.Join(why, ", ")
	return c
}

// UndoChange implements resource.Resource.
func (a *Action) UndoChange() event.Change {
	if a.found == nil {
		return event.Change{Resource: a.Name(), Op: event.None, Detail: fmt.Sprintf("“%s” is not there", a.spec.Name)}
	}
	return event.Change{Resource: a.Name(), Op: event.Delete, Detail: fmt.Sprintf("“%s”", a.found.GetName()), Requests: 1}
}

// Undo implements resource.Resource. Deleting by force takes the action out of its trigger as well, should it still be bound.
func (a *Action) Undo(ctx context.Context, _ resource.Progress) error {
	if a.found == nil && a.stale {
		if err := a.Read(ctx); err != nil {
			return err
		}
	}
	if a.found != nil {
		err := typed(a.c.actions.Delete(repeat(ctx), a.ID(), &management.DeleteActionRequestParameters{Force: management.Bool(true)}))
		if err != nil && !notFound(err) {
			return err
		}
		a.found = nil
	}
	return forget(a.note, "id", "inputs", "written")
}

// ActionState is what Auth0 says about an action.
type ActionState struct {
	ID         string
	Name       string
	Status     string // pending, building, built, failed, ...
	Runtime    string
	Code       string
	Deployed   bool // what runs is what the draft says
	DeployedAt time.Time
	Secrets    []string // names
}

// ActionState is the state of an action, nil if there is none.
func (c *Client) ActionState(ctx context.Context, id string) (*ActionState, error) {
	a, err := c.action(ctx, id)
	if notFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := &ActionState{ID: a.GetID(), Name: a.GetName(), Status: strings.ToLower(string(a.GetStatus())), Runtime: a.GetRuntime(),
		Code: a.GetCode(), Deployed: deployed(a), DeployedAt: a.DeployedVersion.GetBuiltAt()}
	for _, secret := range a.GetSecrets() {
		s.Secrets = append(s.Secrets, secret.GetName())
	}
	return s, nil
}

// action fetches an action. Lists and single answers differ in type only.
func (c *Client) action(ctx context.Context, id string) (*management.Action, error) {
	a, err := c.actions.Get(ctx, id)
	if err != nil {
		return nil, typed(err)
	}
	return &management.Action{ID: a.ID, Name: a.Name, SupportedTriggers: a.SupportedTriggers, AllChangesDeployed: a.AllChangesDeployed,
		Code: a.Code, Runtime: a.Runtime, Secrets: a.Secrets, DeployedVersion: a.DeployedVersion, Status: a.Status,
		Dependencies: a.Dependencies, UpdatedAt: a.UpdatedAt}, nil
}
