package fault

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestWorstOfJoinedErrorsDecides(t *testing.T) {
	of := func(c Category) error { return New(c, fmt.Sprint(c), "", "It is %d.", c) }
	order := []Category{Differences, Failed, Usage, Refused, Interrupted}
	for i, worse := range order {
		for _, better := range order[:i] {
			for _, err := range []error{
				errors.Join(of(worse), of(better)), errors.Join(of(better), of(worse)), errors.Join(of(better), errors.Join(of(better), of(worse))),
			} {
				if got := Worst(err); got.Category != worse {
					t.Errorf("of %d and %d the worst is %d", worse, better, got.Category)
				}
			}
		}
	}
	if got := Worst(errors.Join(of(Refused), fmt.Errorf("called: %w", context.Canceled))); got.Category.ExitCode() != 130 {
		t.Errorf("a cancelled run ends with %d", got.Category.ExitCode())
	}
	if first := New(Failed, "first", "", "One."); Worst(errors.Join(first, of(Failed))) != first {
		t.Error("of two alike the later one is taken")
	}
	if Worst(nil) != nil || len(Split(nil)) != 0 {
		t.Error("no error is one")
	}
}

func TestJoinedErrorsBeginWithTheWorst(t *testing.T) {
	failed, refused := New(Failed, "failed", "", "It failed."), New(Refused, "refused", "", "It was refused.")
	again := New(Failed, "failed", "", "It failed.")
	err := Join(failed, nil, again, refused)
	if got := Split(err); len(got) != 2 || got[0] != error(refused) || got[1] != error(failed) {
		t.Errorf("%q", got)
	}
	if Of(err).Category != refused.Category || Of(err) != Worst(err) {
		t.Errorf("the first is %q", Of(err))
	}
	if Join(nil, nil) != nil || Join() != nil {
		t.Error("no error is one")
	}
}

func TestHiddenSecretsAndTheirPartsAreNotInAMessage(t *testing.T) {
	const value = "0123456789abcdef.SK00000001.short.VA00000001"
	err := New(Failed, "x", "", "“%s” is wrong, so is SK00000001, but short says nothing.", value)
	if got := Hide(fmt.Errorf("outside: %w", err), value); !errors.Is(got, err) {
		t.Errorf("another error came back: %v", got)
	}
	if want := "“(hidden)” is wrong, so is (hidden), but short says nothing."; err.Message != want {
		t.Errorf("got %q", err.Message)
	}
	if plain := errors.New("0123456789abcdef"); Hide(plain, value) != plain || Hide(nil, value) != nil {
		t.Error("an error that is no fault was changed")
	}
}

func TestNearestFindsSlipsAndNotStrangers(t *testing.T) {
	known := []string{"plan", "apply", "generate", "no"}
	for word, want := range map[string]string{"aply": "apply", "PLAN": "plan", "plna": "plan", "genreate": "generate", "xy": "", "": "", "destroy": ""} {
		if got := Nearest(word, known); got != want {
			t.Errorf("for %q it is %q instead of %q", word, got, want)
		}
	}
}
