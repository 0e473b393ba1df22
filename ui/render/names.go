package render

import (
	"cmp"
	"slices"
	"strings"

	"phonegate/provision/host/kind"
)

// Name is what a person calls a resource of a plan or a step of a live test.
type Name struct {
	Who   string   // whose it is: "Twilio", "Auth0", "Form"
	What  string   // the thing, or the step as something that has happened
	Doing string   // the step while it runs, where that reads differently
	host  bool     // Who depends on where the form runs
	or    []string // what a detail may speak of in the place of What
}

// formHost is the Who of the resources whose provider depends on the answers.
const formHost = "Form"

// names is the one table of names. A resource that is missing here is still shown,
// under its own identifier.
var names = map[string]Name{
	"twilio.service":   {Who: "Twilio", What: "Verify service"},
	"twilio.key":       {Who: "Twilio", What: "API key"},
	"host.project":     {Who: formHost, What: "project", host: true},
	"host.env":         {Who: formHost, What: "key", host: true},
	"host.deployment":  {Who: formHost, What: "deployment", host: true},
	"auth0.action":     {Who: "Auth0", What: "Action"},
	"auth0.binding":    {Who: "Auth0", What: "post-login flow"},
	"auth0.login_page": {Who: "Auth0", What: "login page"},
	"auth0.client":     {Who: "Auth0", What: "application"},
	"former":           {Who: "Former", What: "key", or: []string{"form", "leftover"}},

	"auth0.account":  {Who: "Auth0", What: "account"},
	"twilio.account": {Who: "Twilio", What: "account"},
	"host.account":   {Who: formHost, What: "account", host: true},
	"form":           {Who: "Form"},
	"clock":          {Who: "Clock"},

	"sms.send":             {Who: "SMS", What: "code sent", Doing: "sending a code"},
	"sms.check":            {Who: "SMS", What: "code accepted", Doing: "waiting for the code"},
	"action.deployed":      {Who: "Action", What: "Action deployed", Doing: "checking the Action"},
	"action.test":          {Who: "Action", What: "Action runs", Doing: "running the Action"},
	"form.reachable":       {Who: "Form", What: "form answers", Doing: "calling the form"},
	"form.rejects_forgery": {Who: "Form", What: "form rejects forgery", Doing: "sending the form forged links"},
	"login.signup":         {Who: "Login", What: "signed up", Doing: "signing up"},
	"login.redirect":       {Who: "Login", What: "form opened", Doing: "logging in"},
	"login.code":           {Who: "Login", What: "code accepted", Doing: "waiting for the code"},
	"login.continue":       {Who: "Login", What: "back at Auth0", Doing: "going back to Auth0"},
	"login.tokens":         {Who: "Login", What: "tokens", Doing: "fetching tokens"},
	"login.record":         {Who: "Login", What: "record", Doing: "reading the record"},
	"login.second_login":   {Who: "Login", What: "second login", Doing: "logging in again"},
	"cleanup":              {Who: "Test", What: "cleaned up", Doing: "cleaning up"},
}

// NameOf is the resource's or step's name for a person.
func NameOf(resource string) Name {
	if n, ok := names[resource]; ok {
		return n
	}
	who, what, ok := strings.Cut(resource, ".")
	if !ok {
		return Name{Who: resource}
	}
	return Name{Who: who, What: strings.ReplaceAll(what, "_", " ")}
}

// At puts the host's own name where the table says only that it is the form's.
func (n Name) At(hostKind string) Name {
	if n.host {
		n.Who = HostName(hostKind)
		k, _ := kind.Of(hostKind)
		n.What = cmp.Or(k.Names[n.What], n.What)
	}
	return n
}

// In reports whether a detail says already what the thing is.
func (n Name) In(detail string) bool {
	detail = strings.ToLower(detail)
	in := func(word string) bool { return strings.Contains(detail, strings.ToLower(word)) }
	return in(n.What) || slices.ContainsFunc(n.or, in)
}

// Now is the step's name while it runs.
func (n Name) Now() string {
	if n.Doing != "" {
		return n.Doing
	}
	return n.What
}

// HostName is the short name of a host kind, fit for a column.
func HostName(name string) string {
	k, ok := kind.Of(name)
	if !ok {
		return formHost
	}
	return k.Column
}
