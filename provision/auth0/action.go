package auth0

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/fault"
)

const runtime = "node22"

// ErrTaken is inside the error of an Apply that found, when it had made the Action, that another run had made it first.
var ErrTaken = errors.New("another run created the Action first")

// ActionSpec is the post-login Action as it should be.
type ActionSpec struct {
	Name   string
	Domain string // whose Action it is: the tenant's domain
	Mark   string // stands in a comment of every Action that phonegate writes
	// Code is the code as it should be. known is false while an earlier change of the plan still has to make something in it.
	Code func() (code string, known bool)
	// Key is the key that the Action should hold. value is "" where the Action has the key already and keeps it.
	Key func() (name, value string)
	// Owner reads in a code whose Action it is; ok is false where the code does not say.
	Owner func(code string) (domain string, ok bool)
	// Handed says that a person hands keys to the form, so that hours may pass before the Action gets one.
	Handed bool
}

// Action is the resource auth0.action. It keeps nothing between runs: the Action is known by its name, the mark in its code and
// the owner that its code names, and its key by the name of its secret.
type Action struct {
	c    *Client
	spec ActionSpec

	found  *management.Action // what the tenant has, nil if nothing
	losers []string
	made   string
	stale  bool // found may be out of date: an Apply has failed on the way
}

// NewAction makes the resource.
func NewAction(c *Client, spec ActionSpec) *Action { return &Action{c: c, spec: spec} }

// Name implements resource.Resource.
func (a *Action) Name() string { return "auth0.action" }

// ID is the Action's id, "" before it exists.
func (a *Action) ID() string { return a.found.GetID() }

// Found says whether the tenant has the Action.
func (a *Action) Found() bool { return a.found != nil }

// Code is the code of the Action's draft, "" if there is no Action.
func (a *Action) Code() string { return a.found.GetCode() }

// Made is the id of the Action if this run has created it, otherwise "".
func (a *Action) Made() string { return a.made }

// Losers are the ids of further Actions of ours: runs at the same time can each make one, and the oldest counts.
func (a *Action) Losers() []string { return slices.Clone(a.losers) }

// Read implements resource.Resource. An Action of ours that somebody renamed is found by its mark.
func (a *Action) Read(ctx context.Context) error {
	a.found, a.losers, a.stale = nil, nil, false
	list, err := a.c.postLoginActions(ctx, a.spec.Name)
	if err != nil {
		return err
	}
	ours := a.ours(list, true)
	if len(ours) == 0 && len(list) > 0 {
		return a.nameTaken(list[0])
	}
	if len(ours) == 0 {
		if list, err = a.c.postLoginActions(ctx, ""); err != nil {
			return err
		}
		ours = a.ours(list, false)
	}
	a.take(ours)
	return nil
}

// take makes the oldest the one that counts.
func (a *Action) take(ours []*management.Action) {
	a.found, a.losers = nil, nil
	for i, x := range ours {
		if i == 0 {
			a.found = x
		} else {
			a.losers = append(a.losers, x.GetID())
		}
	}
}

// ours picks phonegate's Actions for this tenant out of a list, oldest first. An Action that does not say whose it is, such as an
// exported one, is ours only where its name says so too.
func (a *Action) ours(list []*management.Action, named bool) []*management.Action {
	var ours []*management.Action
	for _, x := range list {
		if !commented(x.GetCode(), a.spec.Mark) {
			continue
		}
		if owner, ok := a.owner(x.GetCode()); (ok && owner == a.spec.Domain) || (!ok && named) {
			ours = append(ours, x)
		}
	}
	slices.SortFunc(ours, older)
	return ours
}

func (a *Action) owner(code string) (string, bool) {
	if a.spec.Owner == nil {
		return "", false
	}
	return a.spec.Owner(code)
}

// older is the order in which Actions were created.
func older(a, b *management.Action) int {
	return cmp.Or(a.GetCreatedAt().Compare(b.GetCreatedAt()), strings.Compare(a.GetID(), b.GetID()))
}

func (a *Action) nameTaken(by *management.Action) error {
	const hint = "Rename that Action in the Auth0 dashboard (Actions > Library), then run the same command again."
	if owner, ok := a.owner(by.GetCode()); ok && commented(by.GetCode(), a.spec.Mark) {
		return fault.New(fault.Failed, "auth0.action_name_taken", hint,
			"The tenant has an Action “%s” that phonegate wrote for %s, not for %s.", a.spec.Name, owner, a.spec.Domain)
	}
	return fault.New(fault.Failed, "auth0.action_name_taken", hint,
		"The tenant has an Action “%s” that phonegate did not write.", a.spec.Name)
}

// commented says whether a mark stands in a comment: at the beginning of a line, as phonegate writes it. Code that
// only speaks of phonegate is somebody's own.
func commented(code, mark string) bool {
	if mark == "" {
		return false
	}
	for line := range strings.Lines(code) {
		line = strings.TrimSpace(line)
		rest := strings.TrimLeft(line, "/* \t")
		if rest != line && (rest == mark || strings.HasPrefix(rest, mark+" ")) {
			return true
		}
	}
	return false
}
