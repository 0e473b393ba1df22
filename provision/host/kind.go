package host

import (
	"net/http"
	"time"

	"phonegate/provision/resource"
)

// Kind is one kind of place for the form: a row of the table kind.All. Whatever differs between kinds outside their packages is a
// column here.
type Kind struct {
	// Name is the answer host.kind, Label the option's name and About a sentence about it.
	Name, Label, About string
	// Column is its name where space is short.
	Column string
	// Asks are the keys of the questions that only this kind asks.
	Asks []string
	// Project is a sentence on what the answer host.project becomes here, WrongProject what is wrong with one ("" if nothing).
	Project      string
	WrongProject func(project string) string
	// Address is a sentence on where the form will be.
	Address func(project string) string
	// SelfHosted says that a person runs the form and brings it its keys; there is no account.
	SelfHosted bool
	// Secrets are the environment variables of the credentials that it needs, Account the one that names the account, if a credential
	// does. The first of Secrets but Account proves who calls (Token).
	Secrets []string
	Account string
	// Names are what its resources are called here, by their usual names ("project", "deployment").
	Names map[string]string
	// Terraform says that the export for Terraform can deploy to it.
	Terraform bool
	// New makes the host of one tenant's form. It makes no call.
	New func(Order) Host
}

// Token is the environment variable of the credential that proves who calls, "" without an account.
func (k Kind) Token() string {
	for _, env := range k.Secrets {
		if env != k.Account {
			return env
		}
	}
	return ""
}

// Order is what a host is made of, whatever its kind.
type Order struct {
	// Tenant is the tenant's name in the file, Domain its own at Auth0.
	Tenant, Domain string
	// Project, Team and URL are the answers of that name.
	Project, Team, URL string
	// Credential is one by the name of its environment variable, "" if there is none.
	Credential func(env string) string
	// Files are the form as this kind takes it, Module its code and Version what its health says.
	Files   []File
	Module  File
	Version string
	Env     Environment
	// Dir is where a folder for people goes, Folder its path below.
	Dir, Folder string
	// Known is the address at which the register says that the form answers, "" if it does not.
	Known func() string
	// Handed says whether this run has handed a key to a person's command.
	Handed func() bool
	// Note is what a computer remembers of a resource.
	Note func(resource string) resource.Note
	HTTP http.RoundTripper
	// Poll is the time between two looks at a deployment; zero for what suits the provider.
	Poll time.Duration
}
