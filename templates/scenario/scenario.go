// Package scenario holds what the generated Action and form must do, as data: JSON files that are replayed under Node
// and in the embedded JavaScript runtime alike. README.md describes the format.
package scenario

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"

	"phonegate/templates"
)

//go:embed base.json action/*.json form/*.json
var data embed.FS

// Reply is what Twilio answers to the next call.
type Reply struct {
	Expect string            `json:"expect"` // method and path, e.g. "POST /v2/Services/VA.../Verifications"
	Form   map[string]string `json:"form"`   // the fields that must have been sent
	Status int               `json:"status"`
	Body   json.RawMessage   `json:"body"`
	// Fail is "network" (the call ends with an error), "silence" (it never ends, until it is aborted) or "html" (no JSON). Empty: none.
	Fail string `json:"fail"`
}

// Base is what every scenario starts from.
type Base struct {
	Settings templates.Settings `json:"settings"`
	Now      string             `json:"now"`
	Event    map[string]any     `json:"event"`
	Secrets  map[string]string  `json:"secrets"`
	Env      map[string]string  `json:"env"`
	Session  map[string]any     `json:"session"`
	Answer   map[string]any     `json:"answer"`
}

// Action is one leg of the Action. Event and secrets are merged over the base's; null removes.
type Action struct {
	Name        string          `json:"name"`
	Settings    json.RawMessage `json:"settings"`
	Now         string          `json:"now"`
	Handler     string          `json:"handler"`
	Event       map[string]any  `json:"event"`
	Secrets     map[string]any  `json:"secrets"`
	CanRedirect *bool           `json:"canRedirect"` // null: true
	// Answer is what api.redirect.validateToken gives for the secret of that name; for all other secrets it throws.
	Answer *struct {
		Secret string         `json:"secret"`
		Claims map[string]any `json:"claims"`
	} `json:"answer"`
	Twilio []Reply      `json:"twilio"`
	Expect ActionExpect `json:"expect"`
}

// ActionExpect is all that the leg may do: what is not named must not happen.
type ActionExpect struct {
	Denied        string         `json:"denied"`   // the reason's code, "" for none
	Redirect      map[string]any `json:"redirect"` // claims that the session token must have, null for no redirect
	AppMetadata   map[string]any `json:"appMetadata"`
	UserMetadata  map[string]any `json:"userMetadata"`
	IDTokenClaims map[string]any `json:"idTokenClaims"`
}

// Form is one request to the form.
type Form struct {
	Name     string          `json:"name"`
	Settings json.RawMessage `json:"settings"`
	Now      string          `json:"now"`
	Env      map[string]any  `json:"env"`
	// Token is how the session token is made.
	Token struct {
		Secret string         `json:"secret"` // name of the secret, default SESSION_SECRET
		Header map[string]any `json:"header"` // default HS256, JWT
		Claims map[string]any `json:"claims"` // merged over the base's
		Tamper string         `json:"tamper"` // "payload", "signature", "extra part", "padding", "two parts", "tail bits"
		Raw    string         `json:"raw"`    // this text instead
	} `json:"token"`
	Request struct {
		Method  string            `json:"method"`
		Query   string            `json:"query"` // instead of token and state
		Headers map[string]string `json:"headers"`
		Fields  map[string]string `json:"fields"` // of a POST, beside token and state
		Body    string            `json:"body"`   // instead of fields, token and state
		State   *string           `json:"state"`
	} `json:"request"`
	Twilio []Reply    `json:"twilio"`
	Expect FormExpect `json:"expect"`
}

// FormExpect is what the answer must be.
type FormExpect struct {
	Status   int            `json:"status"`
	Contains []string       `json:"contains"`
	Lacks    []string       `json:"lacks"`
	Session  map[string]any `json:"session"`  // claims of the token in the page's own form
	Verdict  map[string]any `json:"verdict"`  // claims of the token for /continue; null: there must be none
	Signed   string         `json:"signed"`   // name of the secret that signed it, default VERDICT_SECRET
	Continue string         `json:"continue"` // the address it is posted to
}

// Suite is all scenarios. Raw is the same as JSON for runners in other languages.
type Suite struct {
	Base    Base
	Actions []Action
	Forms   []Form
}

// Load reads the suite.
func Load() (Suite, error) {
	var s Suite
	if err := read("base.json", &s.Base); err != nil {
		return s, err
	}
	actions, forms, err := paths()
	if err != nil {
		return s, err
	}
	for _, p := range actions {
		var some []Action
		if err := read(p, &some); err != nil {
			return s, err
		}
		s.Actions = append(s.Actions, some...)
	}
	for _, p := range forms {
		var some []Form
		if err := read(p, &some); err != nil {
			return s, err
		}
		s.Forms = append(s.Forms, some...)
	}
	return s, nil
}

// SettingsOf is the base's settings with those of a scenario over them.
func (b Base) SettingsOf(own json.RawMessage) (templates.Settings, error) {
	s := b.Settings
	if len(own) == 0 {
		return s, nil
	}
	err := json.Unmarshal(own, &s)
	return s, err
}

func paths() (actions, forms []string, err error) {
	if actions, err = fs.Glob(data, "action/*.json"); err != nil {
		return nil, nil, err
	}
	forms, err = fs.Glob(data, "form/*.json")
	return actions, forms, err
}

func read(path string, into any) error {
	text, err := data.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
