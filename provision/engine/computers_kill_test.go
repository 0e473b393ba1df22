package engine_test

import (
	"os"
	"sync/atomic"
	"testing"
	"time"
)

// killedOperations are those that die on one computer and are carried on by another. Each is asked for anew every time.
var killedOperations = []operation{
	{"a rotation", rotating, func(b *bench) *bench { return b }, func(*bench) {}},
	{"a rotation without keyring", rotating, (*bench).elsewhere, func(*bench) {}},
	{"a changed brand", applying, (*bench).elsewhere, func(b *bench) {
		b.spec.Brand.Name = map[bool]string{true: "Acme", false: "Acme Ltd"}[b.spec.Brand.Name == "Acme Ltd"]
	}},
	{"a changed Action", applying, (*bench).elsewhere, func(b *bench) {
		b.spec.Claims = map[bool]string{true: "https://acme.example/", false: "https://acme.test/"}[b.spec.Claims == "https://acme.test/"]
	}},
	{"codes checked elsewhere", applying, (*bench).elsewhere, func(b *bench) {
		b.spec.CodeCheck = map[string]string{"form": "action", "action": "form"}[b.spec.CodeCheck]
	}},
}

// Most cases die at every eighth request only, which is a matter of minutes; PHONEGATE_TEST_WHOLE=1 lets each die at every one.
func TestNoLoginUnderWayBreaksWhereverAComputerDies(t *testing.T) {
	var completed, kills, first atomic.Int32
	whole := os.Getenv("PHONEGATE_TEST_WHOLE") != ""
	t.Run("each", func(t *testing.T) {
		for _, o := range killedOperations {
			t.Run(o.name, func(t *testing.T) {
				everyHost(t, func(t *testing.T, b *bench) {
					b.grace, b.noWait = time.Hour, true
					b.mustOperate(applying)
					all := []*underWay{b.begin(1)}
					step := int32(8)
					switch {
					case testing.Short():
						step = 12
					case whole || o.name == "a rotation without keyring" && b.spec.CodeCheck == "form":
						step = 1
					}
					// Each case begins at another request, so that together they die at all of them.
					for n := 1 + first.Add(1)%step; ; n += step {
						dies, carriesOn := o.on(b), b.elsewhere()
						o.set(dies)
						carriesOn.spec = dies.spec
						road, cut := dies.cutAfter(n)
						dies.road = road
						_ = dies.operate(o.do) // how it ends is told by the next one
						dies.road = nil
						if cut.Load() {
							kills.Add(1)
						}
						b.spec = dies.spec
						all = append(all, b.beginAt(stage(n)%stages)) // a login that begins in this very state
						carriesOn.mustOperate(o.do)
						if !cut.Load() {
							break
						}
					}
					for _, logins := range all {
						completed.Add(logins.finish(o.name))
					}
					b.elsewhere().quiet("afterwards")
				})
			})
		}
	})
	t.Logf("killed %d times; %d logins were under way or began in between; all of them completed", kills.Load(), completed.Load())
}
