package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"phonegate/provision/fault"
)

// Kind is how an answer is written down.
type Kind int

// The kinds of an answer.
const (
	Text   Kind = iota // one line of text
	Choice             // one of Choices
	List               // texts, with commas between them
	Number             // a whole number
	Switch             // true or false
)

// Question is one row of the table from which the file, the flags, the environment,
// the prompts and their documentation are all made.
type Question struct {
	Key    string // the key in the file, e.g. "auth0.domain"
	Flag   string // the flag without its dashes, e.g. "auth0-domain"
	Env    string // the environment variable, e.g. "AUTH0_DOMAIN" or "PHONEGATE_CODE_CHECK"
	Prompt string // what a person is asked
	Help   string // one sentence on what the answer changes
	Kind   Kind
	// Choices are the answers that there are; empty if any text can be one.
	Choices []Option
	// Required says that there is no default and no way to go on without an answer.
	Required bool
	// Identity says that the answer tells which account is meant. An environment variable without the
	// tenant's name in it fills such an answer but never overrules the file, so that what is
	// exported for one tenant cannot redirect another.
	Identity bool
	// Latched says that what the file switches on, only a person's editor switches off: no flag, no variable and no command.
	Latched bool

	// Default is what holds without an answer, given what has been answered so far; "" if nothing does.
	Default func(tenant string, t Tenant) string
	// Get is the answer as text, "" if there is none.
	Get func(t Tenant) string
	// Set takes an answer in, tidied up. Its error is a sentence that says what is wrong and what is allowed.
	Set func(t *Tenant, value string) error
	// When says whether the question matters under the other answers.
	When func(t Tenant) bool

	// clean tidies and checks one value, or one element of a list.
	clean func(string) (string, error)
}

// Option is one answer to a question with fixed answers.
type Option struct {
	Value string
	Label string // a few words
	About string // one sentence on what it means
}

// Missing lists the required questions that matter under t's answers and have none, in the table's order.
func Missing(t Tenant) []Question {
	return slices.DeleteFunc(Questions(), func(q Question) bool {
		return !q.Required || !q.When(t) || q.Get(t) != ""
	})
}

// MissingError is a Usage error that names all the missing answers at once, with every way to give
// them; nil if there are none.
func MissingError(tenant string, missing []Question) error {
	if len(missing) == 0 {
		return nil
	}
	var lines []string
	for _, q := range missing {
		lines = append(lines, fmt.Sprintf("  %s: --%s, %s, or %s in the file", q.Prompt, q.Flag, q.Env, q.Key))
	}
	return fault.New(fault.Usage, "config.missing", "Set each with its flag, in the environment, or in phonegate.yaml.",
		"Tenant %s lacks %s:\n%s", tenant, fault.Count(len(missing), "answer"), strings.Join(lines, "\n"))
}

// Find is the question with the key.
func Find(key string) (Question, bool) {
	for _, q := range Questions() {
		if q.Key == key {
			return q, true
		}
	}
	return Question{}, false
}

// Fill asks lookup for each question and takes in what it has. It goes through the whole table before
// it reports what was wrong, all together. Sources says by key where each answer came from.
func Fill(t *Tenant, lookup func(q Question) (value, source string, ok bool)) (sources map[string]string, err error) {
	sources = map[string]string{}
	var problems Problems
	for _, q := range Questions() {
		value, source, ok := lookup(q)
		if !ok {
			continue
		}
		if bad := q.Set(t, value); bad != nil {
			problems = append(problems, Problem{Origin: source, Key: q.Key, Message: bad.Error()})
			continue
		}
		sources[q.Key] = source
	}
	return sources, problems.err("")
}

// text makes a row whose answer is one line of text.
func text(key string, field func(*Tenant) *string, clean func(string) (string, error)) Question {
	q := row(key, Text, clean)
	q.Get = func(t Tenant) string { return *field(&t) }
	q.Set = func(t *Tenant, value string) error {
		tidy, err := tidied(clean, value)
		if err == nil {
			*field(t) = tidy
		}
		return err
	}
	return q
}

// choice makes a row whose answer is one of options.
func choice(key string, field func(*Tenant) *string, options ...Option) Question {
	q := text(key, field, func(s string) (string, error) {
		var values []string
		for _, o := range options {
			if strings.EqualFold(s, o.Value) {
				return o.Value, nil
			}
			values = append(values, o.Value)
		}
		return "", fmt.Errorf("%s is not one of %s%s", quoted(s), enumerate(values, "or"), didYouMean(s, values))
	})
	q.Kind, q.Choices = Choice, options
	return q
}

// list makes a row whose answer is several texts.
func list(key string, field func(*Tenant) *[]string, clean func(string) (string, error)) Question {
	q := row(key, List, clean)
	q.Get = func(t Tenant) string { return strings.Join(*field(&t), ",") }
	q.Set = func(t *Tenant, value string) error {
		var all []string
		var bad []error
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			tidy, err := tidied(clean, part)
			if err != nil {
				bad = append(bad, err)
			} else if !slices.Contains(all, tidy) {
				all = append(all, tidy)
			}
		}
		if err := errors.Join(bad...); err != nil {
			return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		*field(t) = all
		return nil
	}
	return q
}

// number makes a row whose answer is a whole number from low to high.
func number(key string, field func(*Tenant) *int, low, high int) Question {
	clean := func(s string) (string, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < low || n > high {
			return "", fmt.Errorf("%s is not a whole number from %d to %d", quoted(s), low, high)
		}
		return strconv.Itoa(n), nil
	}
	q := row(key, Number, clean)
	q.Get = func(t Tenant) string {
		if n := *field(&t); n != 0 {
			return strconv.Itoa(n)
		}
		return ""
	}
	q.Set = func(t *Tenant, value string) error {
		tidy, err := tidied(clean, value)
		if err == nil {
			*field(t), _ = strconv.Atoi(tidy) // "" is zero: no answer
		}
		return err
	}
	return q
}

// toggle makes a row whose answer is true or false.
func toggle(key string, field func(*Tenant) *bool) Question {
	clean := func(s string) (string, error) {
		switch strings.ToLower(s) {
		case "true", "yes", "y", "on", "1":
			return "true", nil
		case "false", "no", "n", "off", "0":
			return "false", nil
		}
		return "", fmt.Errorf("%s is neither true nor false", quoted(s))
	}
	q := row(key, Switch, clean)
	q.Choices = []Option{{Value: "false", Label: "No"}, {Value: "true", Label: "Yes"}}
	q.Get = func(t Tenant) string { return strconv.FormatBool(*field(&t)) }
	q.Set = func(t *Tenant, value string) error {
		tidy, err := tidied(clean, value)
		if err == nil {
			*field(t) = tidy == "true"
		}
		return err
	}
	return q
}

// row is what all rows have in common. Flag and variable follow from the key.
func row(key string, kind Kind, clean func(string) (string, error)) Question {
	return Question{
		Key:     key,
		Flag:    strings.NewReplacer(".", "-", "_", "-").Replace(key),
		Env:     "PHONEGATE_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_")),
		Kind:    kind,
		Default: func(string, Tenant) string { return "" },
		When:    func(Tenant) bool { return true },
		clean:   clean,
	}
}

// tidied is the cleaned value; an answer of nothing but white space takes the answer away.
func tidied(clean func(string) (string, error), value string) (string, error) {
	value = strings.TrimSpace(value)
	if value == "" {
		return "", nil
	}
	return clean(value)
}
