package templates

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

type actionConfig struct {
	CodeCheck    string        `json:"codeCheck"`
	NoPhone      string        `json:"noPhone"`
	ChangeNumber bool          `json:"changeNumber"`
	CodeLength   int           `json:"codeLength"`
	Phone        phonePlan     `json:"phone"`
	Enforce      actionEnforce `json:"enforce"`
	Claims       *string       `json:"claims"`
	Deployed     *Deployed     `json:"deployed"`
}

type actionEnforce struct {
	UsersCreatedAfter *string  `json:"usersCreatedAfter"`
	SkipClients       []string `json:"skipClients"`
	SkipConnections   []string `json:"skipConnections"`
}

// Layout is the number of the arrangement of keys, tokens and marks that these templates speak; the form's own constant says the same.
const Layout = 2

// Deployed is what a deployed Action says about its surroundings. It is the register of a tenant: any computer that may read the
// Action learns from it where the rest is. It holds no secret.
type Deployed struct {
	// Layout is of the whole setup, Layout if this program has written it.
	Layout int `json:"layout"`
	// Domain is the tenant's own; the owner in every mark.
	Domain string `json:"domain"`
	// FormURL is where users are sent.
	FormURL string `json:"formUrl"`
	// Service is the SID of the Verify service.
	Service string `json:"service"`
	// Test is the client id of the live test's application, Connection the name of the database connection that it uses.
	Test       string `json:"test"`
	Connection string `json:"connection"`
	// Host is where the form runs; Former are places that it has left and that may still be there.
	Host   Place    `json:"host"`
	Former []Former `json:"former,omitempty"`
}

// Place is a project at a host of forms.
type Place struct {
	Kind    string `json:"kind"` // vercel, cloudflare or bundle
	Project string `json:"project"`
}

// Former is a place that the form has moved away from.
type Former struct {
	Kind    string `json:"kind"`
	Project string `json:"project"`
	URL     string `json:"url"`
}

// LiveAction is what an Action says about itself.
type LiveAction struct {
	CodeCheck  string
	CodeLength int
	// Deployed is nil for an Action that generate or an export has written.
	Deployed *Deployed
}

// Action renders the post-login Action for those who deploy it themselves. It takes the form's address from a secret FORM_URL.
func Action(s Settings) ([]byte, error) { return action(s, nil) }

// DeployedAction renders the post-login Action with the register in it. It takes the form's address from there.
func DeployedAction(s Settings, d Deployed) ([]byte, error) {
	d.Domain = strings.ToLower(d.Domain)
	if err := d.check(); err != nil {
		return nil, err
	}
	return action(s, &d)
}

func action(s Settings, d *Deployed) ([]byte, error) {
	s, err := prepared(s)
	if err != nil {
		return nil, err
	}
	plan, err := planOf(s)
	if err != nil {
		return nil, err
	}
	return fill(actionTemplate(), actionConfig{
		CodeCheck:    s.CodeCheck,
		NoPhone:      s.NoPhone,
		ChangeNumber: changesNumber(s),
		CodeLength:   s.CodeLength,
		Phone:        plan,
		Enforce: actionEnforce{
			UsersCreatedAfter: optional(s.Enforce.UsersCreatedAfter),
			SkipClients:       s.Enforce.SkipClients,
			SkipConnections:   s.Enforce.SkipConnections,
		},
		Claims:   optional(s.Claims),
		Deployed: d,
	})
}

var actionMark = regexp.MustCompile(`(?m)^ \* ` + ActionMarker + `$`)

// ReadAction reads the code of an Action of any version. It fails if the code is not phonegate's. Of a register with a higher
// layout only the layout is read: what else it says, only the program that has written it knows.
func ReadAction(code []byte) (LiveAction, error) {
	if !actionMark.Match(bytes.ReplaceAll(code, []byte("\r"), nil)) {
		return LiveAction{}, errors.New("templates: this Action was not made by phonegate")
	}
	var literal struct {
		CodeCheck  string
		CodeLength int
		Deployed   json.RawMessage
	}
	if err := literalOf(code, &literal); err != nil {
		return LiveAction{}, err
	}
	a := LiveAction{CodeCheck: literal.CodeCheck, CodeLength: literal.CodeLength}
	if len(literal.Deployed) == 0 || string(literal.Deployed) == "null" {
		return a, nil
	}
	var head struct{ Layout int }
	if err := json.Unmarshal(literal.Deployed, &head); err != nil {
		return LiveAction{}, fmt.Errorf("templates: the register in this Action can't be read: %w", err)
	}
	a.Deployed = &Deployed{Layout: head.Layout}
	if head.Layout > Layout {
		return a, nil
	}
	if err := json.Unmarshal(literal.Deployed, a.Deployed); err != nil {
		return LiveAction{}, fmt.Errorf("templates: the register in this Action can't be read: %w", err)
	}
	return a, nil
}

// check keeps out of the Action what would send users nowhere, or elsewhere.
func (d Deployed) check() error {
	u, err := url.Parse(d.FormURL)
	local := err == nil && u.Scheme == "http" && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
	switch {
	case d.Layout != Layout:
		return fmt.Errorf("templates: a register of layout %d can't be written, only of layout %d", d.Layout, Layout)
	case !hostPattern.MatchString(d.Domain):
		return fmt.Errorf("templates: %q is not a domain such as acme.eu.auth0.com", d.Domain)
	case err != nil || u.Scheme != "https" && !local || !hostPattern.MatchString(u.Host),
		u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("templates: %q is not the form's address", d.FormURL)
	}
	return nil
}
