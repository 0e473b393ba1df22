package vercel

import (
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/ring"
	"phonegate/provision/transport/transporttest"
)

func TestSweep(t *testing.T) {
	swept := func(t *testing.T) (x *account, former ring.Key) {
		x = newAccount(t)
		former = x.add.Key
		x.applied()
		x.with(newKey(1)).applied()
		x.must = x.must[1:]
		return x, former
	}
	gone := func(t *testing.T, x *account, former ring.Key) {
		t.Helper()
		h := x.read()
		if c, ok := h.Seen(); !ok || c.Shows([]ring.Key{former}) || !c.Shows(x.must) {
			t.Errorf("the form shows %+v, %v", c, ok)
		}
		if held, _ := h.Held(); len(held) != 1 || held[0] != x.must[0] {
			t.Errorf("the environment holds %v", held)
		}
		for _, r := range h.Resources() {
			if c := r.Change(); c.Op != event.None {
				t.Errorf("still to do: %+v", c)
			}
		}
	}
	t.Run("takes the key out of the form that runs", func(t *testing.T) {
		x, former := swept(t)
		h := x.read()
		if err := h.Sweep(t.Context(), []ring.Key{former, x.must[0]}, nil); err != nil {
			t.Fatal(err)
		}
		gone(t, x, former)
		before := x.deployments()
		if err := h.Sweep(t.Context(), []ring.Key{former}, nil); err != nil || x.deployments() != before {
			t.Errorf("again: %v, %d deployments", err, x.deployments()-before)
		}
	})
	t.Run("is finished by the next run", func(t *testing.T) {
		for _, how := range []transporttest.Break{transporttest.Before, transporttest.After, transporttest.Busy} {
			for n := 1; ; n++ {
				x, former := swept(t)
				flaky := &transporttest.Flaky{Next: x.road, How: how}
				h := x.host(flaky)
				for _, r := range h.Resources() {
					if err := r.Read(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				flaky.At = n + 3 // reading took three
				err := h.Sweep(t.Context(), []ring.Key{former}, nil)
				if flaky.Fired == "" {
					if err != nil {
						t.Fatal(err)
					}
					break
				}
				if again := x.read().Sweep(t.Context(), []ring.Key{former}, nil); again != nil {
					t.Fatalf("%s at %s: %v, then %v", how, flaky.Fired, err, again)
				}
				gone(t, x, former)
			}
		}
	})
	t.Run("is finished by the next apply if the environment was swept and the form was not", func(t *testing.T) {
		x, former := swept(t)
		x.drop(former.Name())
		h := x.read()
		if c := h.deployment.Change(); c.Op != event.Update || !strings.Contains(c.Detail, "still has 1 deleted key") {
			t.Errorf("plan: %+v", c)
		}
		if found := h.deployment.Problems(); len(found) != 1 || found[0].Code != "vercel.key_still_running" {
			t.Errorf("problems: %v", found)
		}
		x.applied()
		gone(t, x, former)
	})
}
