package flow

import (
	"slices"
	"strings"

	"phonegate/provision/host/cloudflare"
	"phonegate/provision/secret"
	"phonegate/ui/render"
)

// Offers are the logins of other programs that give a provider something that is not known yet, and contradict nothing
// that is.
func Offers(all []secret.Login, p Provider, s Session) []secret.Login {
	if s.Sandbox {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(all), func(l secret.Login) bool {
		if l.Provider != p.Owner(s) {
			return true
		}
		news := false
		for _, env := range p.Slots(s) {
			given, known := l.Credentials.Get(env), CredentialField(env, s, true).Value()
			if given != "" && known != "" && given != known {
				return true
			}
			news = news || given != "" && known == ""
		}
		return !news
	})
}

// Accept takes a login that was offered.
func Accept(s *Session, l secret.Login) {
	for _, row := range secret.Slots() {
		value := l.Credentials.Get(row.Env)
		if value == "" || takeCredential(s, row.Env, value) != nil {
			continue
		}
		s.Sources[row.Env] = article(l.Program)
		if !l.Expires.IsZero() && row.Secret {
			s.Temporary = append(slices.Clip(s.Temporary), row.Env)
		}
	}
}

// article is a program's name in a sentence.
func article(program string) string {
	if strings.HasSuffix(program, "CLI") {
		return "the " + program
	}
	return program
}

// OfferTitle asks whether a login may be used.
func OfferTitle(all []secret.Login) string {
	program := article(all[0].Program)
	switch {
	case all[0].Provider != "twilio":
		return "Use the login of " + program + "?"
	case len(all) > 1:
		return "Use an account that " + program + " knows?"
	}
	return "Use the account of " + program + "?"
}

// OfferLabels are the lines to choose from: the logins, and last the way around them.
func OfferLabels(all []secret.Login) []string {
	var labels []string
	for _, l := range all {
		label := "Yes"
		switch id := l.Credentials.TwilioAccountSID; {
		case id != "" && l.Account != "":
			label = l.Account + " (" + render.Short(id) + ")"
		case id != "":
			label = render.Short(id)
		case l.Account != "":
			label = "Yes, for " + render.Short(l.Account)
		}
		labels = append(labels, label)
	}
	label := "No, I'll paste a token"
	if all[0].Provider == "twilio" {
		label = "Another account, I'll type it"
	}
	labels = append(labels, label)
	return labels
}

// OfferNote says what taking the login means.
func OfferNote(l secret.Login, lasting bool) string {
	var notes []string
	switch {
	case !l.Expires.IsZero():
		notes = append(notes, "It ends at "+l.Expires.Format("15:04")+" and is not kept: later runs need a token of their own.")
	case l.Lacks != "" && l.Provider != cloudflare.Name:
	case !lasting:
		notes = append(notes, "It is kept in memory only: no system keyring found.")
	default:
		notes = append(notes, "It is kept in the keyring for this tenant, like one that was pasted.")
	}
	if l.Lacks != "" {
		notes = append(notes, l.Lacks)
	}
	return strings.Join(notes, " ")
}
