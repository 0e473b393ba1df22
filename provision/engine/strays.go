package engine

import (
	"context"

	"phonegate/provision/resource"
	"phonegate/provision/twilio"
)

// strays are what runs that were cut off have left: of the tenant by its mark, named by nothing, and too old to belong to a run that is
// still at work.
type strays struct {
	services []twilio.ServiceInfo
	clients  []string
	actions  []string
}

// findStrays looks for them among what was read. Without an Action nothing says which of several things counts.
func (w *work) findStrays(ctx context.Context) error {
	w.strays = strays{}
	if w.register == nil {
		return nil
	}
	services, err := w.service.Strays(ctx)
	w.strays = strays{services, w.client.Strays(), w.action.Losers()}
	return err
}

func (s strays) count() int { return len(s.services) + len(s.clients) + len(s.actions) }

// removeStrays deletes them.
func (w *work) removeStrays(ctx context.Context, progress resource.Progress) error {
	if w.strays.count() > 0 {
		progress("deleting leftovers of an interrupted run")
	}
	for _, i := range w.strays.services {
		if err := w.service.Delete(ctx, i.SID); err != nil {
			return err
		}
	}
	for _, id := range w.strays.clients {
		if err := w.client.Delete(ctx, id); err != nil {
			return err
		}
	}
	for _, id := range w.strays.actions {
		if err := w.action.Delete(ctx, id); err != nil {
			return err
		}
	}
	w.strays = strays{}
	return nil
}
