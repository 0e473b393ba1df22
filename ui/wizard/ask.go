package wizard

import (
	"errors"
	"strings"

	"phonegate/provision/config"
	"phonegate/provision/secret"
)

// ask is one question to a person: what is asked, what is known of the answer, and how an answer is taken. A screen draws it
// as a field, the line dialogue puts it as a line.
type ask struct {
	// key is that of config.Question, or the environment name of a credential.
	key   string
	label string
	help  string
	// url is the page on which the answer is found, "" if there is none.
	url    string
	secret bool // never shown
	must   bool // cannot be left empty
	// text is the answer as it stands, where it is typed.
	text string
	// options are what is chosen from; none if the answer is typed. pick is the index of the one that stands.
	options []config.Option
	pick    int
	// known is where the answer comes from when it is not asked, "" when it is.
	known string
	// take stores the answer in the session, and says what is wrong with it; nil if whoever asks takes it.
	take func(s *Session, value string) error
	// hidden takes the question out under the other answers; nil if it is always asked.
	hidden func(s Session) bool
}

// asked is the question of a row of the configuration's table, with the answer it has or would have.
func asked(key, label string, s Session) ask {
	q, ok := config.Find(key)
	if !ok {
		return ask{key: key, label: label, take: func(*Session, string) error { return nil }}
	}
	value := q.Get(s.Spec)
	if value == "" && q.Default != nil {
		value = q.Default(s.Tenant, s.Spec)
	}
	a := ask{key: key, label: label, help: q.Help, text: value, must: q.Required,
		take: func(s *Session, v string) error { return q.Set(&s.Spec, v) }}
	for i, o := range q.Choices {
		a.options = append(a.options, o)
		if o.Value == value {
			a.pick = i
		}
	}
	return a
}

// value is the answer as it stands, tidied.
func (a ask) value() string {
	switch {
	case len(a.options) > 0:
		return a.options[a.pick].Value
	case a.secret:
		return secret.Clean(a.text)
	}
	return strings.TrimSpace(a.text)
}

// errEmpty is the complaint about an answer that is missing.
var errEmpty = errors.New("this one is needed")
