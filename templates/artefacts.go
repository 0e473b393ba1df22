package templates

import "fmt"

// Artefacts renders every file, as `phonegate generate` writes them, with a README that says which names hold which secret.
func Artefacts(s Settings) ([]File, error) {
	s, err := prepared(s)
	if err != nil {
		return nil, err
	}
	action, err := Action(s)
	if err != nil {
		return nil, err
	}
	page, err := LoginPage(s)
	if err != nil {
		return nil, err
	}
	fields, err := SignUpFields(s)
	if err != nil {
		return nil, err
	}
	form, err := Form(s)
	if err != nil {
		return nil, err
	}
	all := []File{
		{Path: "README.md", Data: readme(s)},
		{Path: "action/verify-phone-number.js", Data: action},
	}
	for _, f := range form {
		all = append(all, File{Path: "form/" + f.Path, Data: f.Data})
	}
	return append(all,
		File{Path: "lock/additional-sign-up-fields.js", Data: fields},
		File{Path: "lock/login-page.html", Data: page},
	), nil
}

// readme is short on purpose: who reads it has the files in front of him and wants the names.
func readme(s Settings) []byte {
	value := "the same value as in the Action: this form checks the codes"
	if s.CodeCheck == "action" {
		value = "the session secret alone: the Action checks the codes"
	}
	text := fmt.Appendf(nil, `# Phone verification for %s

Written by phonegate. The same answers always give the same bytes; no file holds a secret.

| File | Goes to |
|---|---|
| action/verify-phone-number.js | an Action named %q, trigger post-login, runtime node22, last in the flow |
| form/ | a web host, as it is: Vercel, or any host that calls a fetch handler (form/%s) |
| lock/login-page.html | the Classic login page of the tenant or of one application |
| lock/additional-sign-up-fields.js | an application that embeds Lock |

## The key

Action and form share a key. Its value has four parts, joined by dots:

| Part | Value |
|---|---|
| session secret | 32 random bytes as base64url; signs what goes to the form, and keys made from it sign what comes back |
| API key | a Twilio API key (SK...) |
| API secret | its secret |
| service | the Verify service (VA...), with codes of %d digits |

Its name is PHONEGATE_KEY_, the UTC minute in which it was made, _, and the first 16 hexadecimal digits of the SHA-256 of
"phonegate/key/2|" and the session secret. Action and form ignore a key whose name does not fit. To make one:

    session=$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')
    id=$(printf 'phonegate/key/2|%%s' "$session" | sha256sum | cut -c 1-16)
    echo "PHONEGATE_KEY_$(date -u +%%Y%%m%%d%%H%%M)_$id=$session.SK....SECRET.VA..."

## Secrets of the Action

| Name | Value |
|---|---|
| PHONEGATE_KEY_... | the key; of several complete ones the newest counts |
| FORM_URL | the form's public address, https://... |

## Rate limits of the Verify service

Action and form have Twilio count every text by user and network. Without these limits logins work, but only Twilio's
own limit for each number keeps one from sending texts without end.

| Name | Sends | In seconds |
|---|---|---|
| phonegate_user | 8 | 600 |
| phonegate_user | 20 | 86400 |
| phonegate_ip | 100 | 600 |
| phonegate_ip | 500 | 86400 |

## Environment of the form

PHONEGATE_KEY_... under the same name, with %s.

To change the key, add the new one to the form and wait until the form shows it. Then replace the former one in the Action.
A login ends under the key that it began with, so remove the former one from the form 15 minutes later.

`+"`GET /?health=1`"+` on the form answers which version runs and the ids of the keys that it has.
`, s.Domain, ActionName, FormModule, s.CodeLength, value)
	if s.Capture == "lock" {
		text = append(append(text, '\n'), LockGuide()...)
	}
	return text
}
