package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"phonegate/provision/event"
	"phonegate/provision/fault"
)

// untouchable is an input that must not be read.
type untouchable struct{ t *testing.T }

func (u untouchable) Read([]byte) (int, error) {
	u.t.Error("standard input was read")
	return 0, errors.New("not for reading")
}

func TestNobodyIsAskedUnderNoInputAndJSON(t *testing.T) {
	for _, args := range [][]string{
		{"--no-input"}, {"--json"},
		{"init", "--no-input", "--config", "nosuch/x.yaml"}, {"init", "--json", "--config", "nosuch/x.yaml"},
		{"apply", "--no-input", "--auth0-domain", "acme.us.auth0.com"}, {"apply", "--json", "--auth0-domain", "acme.us.auth0.com"},
		{"apply", "--sandbox", "--no-input"}, {"destroy", "--json", "--tenant", "dev"},
		{"smoke", "--no-input", "--auth0-domain", "acme.us.auth0.com"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			// A person could be asked: there is a terminal at both ends.
			code := Main(args, Streams{In: untouchable{t}, Out: &out, Err: &errs, Getenv: func(string) string { return "" }, InTerminal: true, OutTerminal: true, Width: 80})
			if code != 2 {
				t.Errorf("the exit code is %d\n%s%s", code, out.String(), errs.String())
			}
			for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
				if args[len(args)-1] == "--json" && !json.Valid([]byte(line)) {
					t.Errorf("under --json standard output holds %q", line)
				}
			}
		})
	}
}

func TestTheWorstErrorDecidesTheExitCode(t *testing.T) {
	of := func(c fault.Category) error { return fault.New(c, "code", "", "x") }
	for _, c := range []struct {
		errs []error
		want int
	}{
		{[]error{of(fault.Differences), of(fault.Failed)}, 1},
		{[]error{of(fault.Failed), of(fault.Usage)}, 2},
		{[]error{of(fault.Refused), of(fault.Failed), of(fault.Usage)}, 4},
		{[]error{of(fault.Refused), of(fault.Interrupted)}, 130},
		{[]error{of(fault.Differences)}, 3},
		{[]error{errors.Join(of(fault.Failed), of(fault.Refused)), of(fault.Differences)}, 4},
	} {
		if got := fault.Worst(errors.Join(c.errs...)).Category.ExitCode(); got != c.want {
			t.Errorf("%v ends with %d instead of %d", c.errs, got, c.want)
		}
	}
}

func TestJoinedErrorsAreToldInFull(t *testing.T) {
	err := whole(errors.Join(fault.New(fault.Failed, "a", "Do this.", "One."), fault.New(fault.Refused, "b", "Do that.", "Two.")))
	got := *event.FromError(err)
	if want := (event.Error{Code: "b", Message: "One.\nTwo.", Hint: "Do this. Do that."}); got != want {
		t.Errorf("got %+v", got)
	}
}

func TestNearestFindsSlipsAndNotStrangers(t *testing.T) {
	known := []string{"plan", "apply", "generate", "version"}
	for word, want := range map[string]string{"aply": "apply", "PLAN": "plan", "gen": "generate", "xyzzy": "", "": "", "versoin": "version"} {
		if got := fault.Nearest(word, known); got != want {
			t.Errorf("nearest(%q) is %q instead of %q", word, got, want)
		}
	}
}

func TestTypedSecretsAreEditedAsOnATerminal(t *testing.T) {
	for keys, want := range map[string]string{"abc\r": "abc", "abd\x7fc\n": "abc", "wrong\x15right\r": "right", "\x7f\x7fa\r": "a"} {
		if got, err := readSecret(strings.NewReader(keys)); err != nil || got != want {
			t.Errorf("%q is read as %q, %v", keys, got, err)
		}
	}
	if _, err := readSecret(strings.NewReader("abc\x03")); fault.Of(err).Category != fault.Interrupted {
		t.Errorf("ctrl+c gives %v", err)
	}
	in := strings.NewReader("one\ntwo\n")
	first, _ := readLine(in)
	second, _ := readLine(in)
	if first != "one" || second != "two" {
		t.Errorf("lines are read as %q and %q", first, second)
	}
}
