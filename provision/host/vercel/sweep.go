package vercel

import (
	"context"
	"slices"

	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
)

// Sweep implements host.Host. A form that runs keeps the environment that it was deployed with, so the files are deployed again.
func (h *Host) Sweep(ctx context.Context, keys []ring.Key, progress resource.Progress) error {
	must := h.deployment.form.Env.Must()
	keys = slices.DeleteFunc(slices.Clone(keys), func(k ring.Key) bool { return names(must, k.Name()) })
	if len(keys) == 0 || !h.project.ours() {
		return nil
	}
	if h.deployment.live == nil {
		return fault.New(fault.Failed, "vercel.no_form", "Run phonegate apply.", "The form is not deployed.")
	}
	removed, err := h.env.remove(ctx, h.project.ID(), func(name string) bool { return names(keys, name) })
	if err != nil {
		return err
	}
	deploys := removed > 0
	if !deploys {
		if _, err := h.deployment.look(ctx); err != nil {
			return err
		}
		c, _ := h.deployment.seen()
		deploys = slices.ContainsFunc(keys, func(k ring.Key) bool { return c.Shows([]ring.Key{k}) })
	}
	return h.deployment.settle(ctx, progress, deploys, keys)
}
