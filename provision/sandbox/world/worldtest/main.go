// Package worldtest fails a provider's tests if they leave one of its behaviours untried.
package worldtest

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"phonegate/provision/sandbox/world"
)

// Main runs a provider's tests and then fails for each value of its behaviours ("twilio.…") that was never in force
// when the provider asked for it. A run of some of the tests only is not judged.
func Main(m *testing.M, provider string) {
	var mu sync.Mutex
	tried := map[string]bool{}
	world.OnBehaviour = func(name, value string) {
		mu.Lock()
		defer mu.Unlock()
		tried[name+"="+value] = true
	}
	code := m.Run()
	if code == 0 && everything() {
		mu.Lock()
		defer mu.Unlock()
		for _, missing := range untried(world.Behaviours(), provider, tried) {
			fmt.Fprintln(os.Stderr, "FAIL: no test tries the behaviour", missing)
			code = 1
		}
	}
	os.Exit(code)
}

// everything says that no test was left out.
func everything() bool {
	for _, name := range []string{"test.run", "test.skip", "test.fuzz", "test.list"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return !testing.Short()
}

func untried(all []world.Behaviour, provider string, tried map[string]bool) []string {
	var missing []string
	for _, b := range all {
		if !strings.HasPrefix(b.Name, provider+".") {
			continue
		}
		for _, v := range b.Values {
			if !tried[b.Name+"="+v] {
				missing = append(missing, b.Name+"="+v)
			}
		}
	}
	return missing
}
