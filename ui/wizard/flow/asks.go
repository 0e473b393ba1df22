package flow

import (
	"slices"
	"strconv"
	"strings"

	"phonegate/provision/config"
	"phonegate/provision/host/kind"
	"phonegate/templates"
	"phonegate/ui/render"
)

// newService is the choice's value for a service that does not exist yet.
const newService = ""

// serviceField chooses between a new service and those that exist. Without any there is nothing to choose.
func serviceField(s Session, services []ServiceChoice) Ask {
	f := Ask{Key: "twilio.service", Label: "service", Options: []config.Option{
		{Value: newService, Label: "New service", About: "Its name is in every text: give it the name your users know."},
	}}
	for i, x := range services {
		about := strconv.Itoa(x.CodeLength) + " digits"
		if x.Note != "" {
			about += ", " + x.Note
		}
		f.Options = append(f.Options, config.Option{Value: x.SID, Label: x.Name + " (" + render.Short(x.SID) + ")", About: render.Sentence(about)})
		if x.Name == s.Spec.Twilio.ServiceName {
			f.Pick = i + 1
		}
	}
	f.Hidden = func(Session) bool { return len(services) == 0 }
	f.Take = func(s *Session, v string) error {
		s.ServiceSID = v
		for _, x := range services {
			if x.SID == v {
				s.Spec.Twilio.ServiceName, s.Spec.Twilio.CodeLength = x.Name, x.CodeLength
			}
		}
		return nil
	}
	return f
}

// textsAsks asks which Verify service sends the codes, under what name and how long they are.
func textsAsks(s Session, seen Seen) []Ask {
	service := serviceField(s, seen.Services)
	_ = service.Take(&s, service.Value()) // the rest is that of the service that stands
	existing := func(s Session) bool { return s.ServiceSID != newService }
	name := Asked("twilio.service_name", "name", s)
	name.Must, name.Hidden = true, existing
	length := Asked("twilio.code_length", "digits", s)
	length.Hidden = existing
	return []Ask{service, name, length}
}

// signupAsks asks where a new user gives the number.
func signupAsks(s Session, _ Seen) []Ask {
	capture := Asked("capture", "number", s)
	page := Asked("auth0.login_page", "login page", s)
	page.Hidden = func(s Session) bool { return s.Spec.Capture == "form" }
	client := Asked("auth0.client_id", "application", s)
	client.Hidden = func(s Session) bool { return s.Spec.Capture == "form" || s.Spec.Auth0.LoginPage != "client" }
	return []Ask{capture, page, client, Asked("default_country", "country", s)}
}

// actionAsks asks who checks the code.
func actionAsks(s Session, _ Seen) []Ask {
	check := Asked("code_check", "who checks the code", s)
	check.Hidden = func(s Session) bool { return s.Spec.Capture == "form" }
	return []Ask{check}
}

// formAsks asks for the form's address and looks.
func formAsks(s Session, seen Seen) []Ask {
	project := Asked("host.project", "project", s)
	project.Must = true
	k, _ := kind.Of(s.Spec.Host.Kind)
	project.Brief = k.Project
	if k.SelfHosted {
		project.Brief += ": " + NextTo(seen.File, templates.BundleDir+"/"+OrDash(s.Spec.Host.Project)) + "."
	}
	team := Asked("host.team", "team", s)
	team.Hidden = func(s Session) bool { return !hostAsks(s, "host.team") || s.Sandbox }
	address := Asked("host.url", "address", s)
	address.Brief = "Where the form will answer, behind your own web server, such as https://verify.acme.example."
	if s.Sandbox && address.Value() == "" {
		address.Text = SandboxURL(s.Spec, s.Spec.Host.Kind)
	}
	address.Must, address.Hidden = true, func(s Session) bool { return !hostAsks(s, "host.url") }
	return []Ask{
		project, team, address,
		Asked("brand.name", "name", s), Asked("brand.color", "colour", s), Asked("brand.logo_url", "logo", s),
	}
}

// hostAsks says whether the host asks a question that only some kinds ask.
func hostAsks(s Session, key string) bool {
	k, _ := kind.Of(s.Spec.Host.Kind)
	return slices.Contains(k.Asks, key)
}

// tellForm is where the form will be, and what it looks like.
func tellForm(s Session) string {
	where := s.Spec.Host.Project + " on " + HostLabel(s.Spec.Host.Kind)
	if kind.SelfHosted(s.Spec.Host.Kind) {
		where = s.Spec.Host.Project + " at " + s.Spec.Host.URL
	}
	return where + ", for " + s.Spec.Brand.Name + " in " + s.Spec.Brand.Color
}

// optionLabel is an answer as its question words it.
func optionLabel(key string, spec config.Tenant) string {
	q, ok := config.Find(key)
	if !ok {
		return ""
	}
	for _, o := range q.Choices {
		if o.Value == q.Get(spec) {
			return strings.ToLower(o.Label[:1]) + o.Label[1:]
		}
	}
	return q.Get(spec)
}
