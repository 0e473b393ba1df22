package auth0

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auth0/go-auth0/v3/management"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
)

// Binding is the resource auth0.binding: the Action's place in the post-login flow, after all others.
//
// Auth0 only takes the whole list at once and offers no way to make a change conditional. So the list is read
// again just before it is written and once more after, all other bindings keep their order and
// their names, and a change that somebody made at the same time is given a second try.
type Binding struct {
	c      *Client
	action *Action
	list   []*management.ActionBinding
}

// NewBinding makes the resource.
func NewBinding(c *Client, a *Action) *Binding { return &Binding{c: c, action: a} }

// Name implements resource.Resource.
func (b *Binding) Name() string { return "auth0.binding" }

// Read implements resource.Resource.
func (b *Binding) Read(ctx context.Context) error {
	list, err := b.read(ctx)
	if err == nil {
		b.list = list
	}
	return err
}

func (b *Binding) read(ctx context.Context) ([]*management.ActionBinding, error) {
	const perPage = 50
	var all []*management.ActionBinding
	for page := 0; ; page++ {
		list, err := b.c.bindings.List(ctx, &postLogin, &management.ListActionTriggerBindingsRequestParameters{
			Page: management.Int(page), PerPage: management.Int(perPage)})
		if err != nil {
			return nil, typed(err)
		}
		all = append(all, list.Results...)
		if len(list.Results) < perPage {
			return all, nil
		}
	}
}

// ours says whether a binding is the Action's, or that of another one which a run at the same time made in vain.
func (b *Binding) ours(x *management.ActionBinding) bool {
	id := x.Action.GetID()
	return id != "" && (id == b.action.ID() || slices.Contains(b.action.losers, id))
}

// own is the place of the Action's own binding in a list, -1 if it has none.
func (b *Binding) own(list []*management.ActionBinding) int {
	return slices.IndexFunc(list, func(x *management.ActionBinding) bool { return x.Action.GetID() == b.action.ID() })
}

// others is the list without the bindings that are ours.
func (b *Binding) others(list []*management.ActionBinding) []*management.ActionBinding {
	return slices.DeleteFunc(slices.Clone(list), b.ours)
}

// last says whether the list has the Action exactly once, at its end.
func (b *Binding) last(list []*management.ActionBinding) bool {
	return len(list) > 0 && b.action.ID() != "" && b.own(list) == len(list)-1 && len(b.others(list)) == len(list)-1
}

// Change implements resource.Resource.
func (b *Binding) Change() event.Change {
	c := event.Change{Resource: b.Name(), Op: event.None, Detail: "post-login flow: " + b.place(b.list)}
	if b.last(b.list) {
		return c
	}
	c.Requests = 3
	c.Op, c.From = event.Create, "new"
	if kept := len(b.others(b.list)); kept > 0 {
		c.From = keeps(kept)
	}
	if b.action.ID() != "" && b.own(b.list) >= 0 {
		c.Op, c.From = event.Update, ""
		c.Detail += "; now it is not last"
		c.Diff = diff(flow(b.list), flow(b.wanted()))
	}
	return c
}

// keeps says in words how many other Actions stay in the flow.
func keeps(n int) string { return "keeps " + fault.Count(n, "other Action") }

// wanted is the list with our Action at its end, and nowhere else.
func (b *Binding) wanted() []*management.ActionBinding {
	return append(b.others(b.list), b.list[b.own(b.list)])
}

// flow is a list of bindings in words, a line each.
func flow(list []*management.ActionBinding) string {
	var names []string
	for _, x := range list {
		names = append(names, bindingName(x))
	}
	return strings.Join(names, "\n")
}

func (b *Binding) place(list []*management.ActionBinding) string {
	others := b.others(list)
	if len(others) == 0 {
		return "the only Action"
	}
	return fmt.Sprintf("after “%s”, last", bindingName(others[len(others)-1]))
}

func bindingName(x *management.ActionBinding) string {
	return cmp.Or(x.GetDisplayName(), x.Action.GetName(), x.GetID())
}

// Apply implements resource.Resource.
func (b *Binding) Apply(ctx context.Context, progress resource.Progress) error {
	id := b.action.ID()
	if id == "" {
		return fault.New(fault.Failed, "auth0.action_missing", "Run phonegate apply again.", "The Action does not exist yet, so it can't be added to the post-login flow.")
	}
	name := b.action.spec.Name
	return b.write(ctx, progress, func(list []*management.ActionBinding) ([]*management.ActionBindingWithRef, bool) {
		if b.last(list) {
			return nil, false
		}
		refs := references(b.others(list))
		return append(refs, reference(management.ActionBindingRefTypeEnumActionID, id, name)), true
	})
}

// UndoChange implements resource.Resource.
func (b *Binding) UndoChange() event.Change {
	others := b.others(b.list)
	if len(others) == len(b.list) {
		return event.Change{Resource: b.Name(), Op: event.None, Detail: "not in the post-login flow"}
	}
	return event.Change{Resource: b.Name(), Op: event.Delete, Requests: 3,
		Detail: fmt.Sprintf("removed from the post-login flow; %s", keeps(len(others)))}
}

// Undo implements resource.Resource.
func (b *Binding) Undo(ctx context.Context, progress resource.Progress) error {
	return b.write(ctx, progress, func(list []*management.ActionBinding) ([]*management.ActionBindingWithRef, bool) {
		others := b.others(list)
		return references(others), len(others) < len(list)
	})
}

// write reads the list, asks want for the new one, writes that and compares. If the list is not the one written
// (somebody else wrote at the same time) or the answer was lost, it begins again, once.
func (b *Binding) write(ctx context.Context, progress resource.Progress,
	want func([]*management.ActionBinding) ([]*management.ActionBindingWithRef, bool)) error {
	for try := 0; ; try++ {
		list, err := b.read(ctx)
		if err != nil {
			return err
		}
		refs, needed := want(list)
		if !needed {
			b.list = list
			return nil
		}
		if try == 2 {
			return fault.New(fault.Failed, "auth0.binding_conflict",
				"Make sure that nobody else is changing the post-login flow, then run the same command again.",
				"Somebody else changed the post-login flow at the same time.")
		}
		req := &management.UpdateActionBindingsRequestContent{}
		req.SetBindings(refs) // a plain field leaves an empty list out of the JSON
		if _, err := b.c.bindings.UpdateMany(ctx, &postLogin, req); err != nil {
			err = typed(err)
			// 404: one of the others was deleted since the list was read.
			if ctx.Err() != nil || try == 1 || (!unsure(err) && !notFound(err)) {
				return err
			}
			orSilent(progress)("reading the flow again")
		}
	}
}

func references(list []*management.ActionBinding) []*management.ActionBindingWithRef {
	refs := []*management.ActionBindingWithRef{}
	for _, x := range list {
		if id := x.Action.GetID(); id != "" {
			refs = append(refs, reference(management.ActionBindingRefTypeEnumActionID, id, x.GetDisplayName()))
		} else {
			refs = append(refs, reference(management.ActionBindingRefTypeEnumBindingID, x.GetID(), x.GetDisplayName()))
		}
	}
	return refs
}

func reference(kind management.ActionBindingRefTypeEnum, value, name string) *management.ActionBindingWithRef {
	r := &management.ActionBindingWithRef{Ref: &management.ActionBindingRef{Type: &kind, Value: &value}}
	if name != "" {
		r.DisplayName = &name
	}
	return r
}
