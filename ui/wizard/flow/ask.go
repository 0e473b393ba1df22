package flow

import (
	"errors"
	"strings"

	"phonegate/provision/config"
	"phonegate/provision/secret"
)

// Ask is one question to a person: what is asked, what is known of the answer, and how an answer is taken. A screen draws it
// as a field, the line dialogue puts it as a line.
type Ask struct {
	// Key is that of config.Question, or the environment name of a credential.
	Key   string
	Label string
	// Prompt is the question in full, for who sees no label; "" if there is none.
	Prompt string
	Help   string
	// Brief is what a screen says instead of Help, "" for the same.
	Brief string
	// URL is the page on which the answer is found, "" if there is none.
	URL    string
	Secret bool // never shown
	Must   bool // cannot be left empty
	// Text is the answer as it stands, where it is typed.
	Text string
	// Options are what is chosen from; none if the answer is typed. Pick is the index of the one that stands.
	Options []config.Option
	Pick    int
	// Known is where the answer comes from when it is not asked, "" when it is.
	Known string
	// Take stores the answer in the session, and says what is wrong with it; nil if whoever asks takes it.
	Take func(s *Session, value string) error
	// Hidden takes the question out under the other answers; nil if it is always asked.
	Hidden func(s Session) bool
}

// Asked is the question of a row of the configuration's table, with the answer it has or would have.
func Asked(key, label string, s Session) Ask {
	q, ok := config.Find(key)
	if !ok {
		return Ask{Key: key, Label: label, Take: func(*Session, string) error { return nil }}
	}
	value := q.Get(s.Spec)
	if value == "" && q.Default != nil {
		value = q.Default(s.Tenant, s.Spec)
	}
	a := Ask{Key: key, Label: label, Prompt: q.Prompt, Help: q.Help, Text: value, Must: q.Required,
		Take: func(s *Session, v string) error { return q.Set(&s.Spec, v) }}
	for i, o := range q.Choices {
		a.Options = append(a.Options, o)
		if o.Value == value {
			a.Pick = i
		}
	}
	return a
}

// Value is the answer as it stands, tidied.
func (a Ask) Value() string {
	switch {
	case len(a.Options) > 0:
		return a.Options[a.Pick].Value
	case a.Secret:
		return secret.Clean(a.Text)
	}
	return strings.TrimSpace(a.Text)
}

// ErrEmpty is the complaint about an answer that is missing.
var ErrEmpty = errors.New("this one is needed")
