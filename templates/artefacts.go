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
	twilio := "TWILIO_API_KEY, TWILIO_API_SECRET and TWILIO_VERIFY_SERVICE, with the Action's values: this form checks the codes"
	if s.CodeCheck == "action" {
		twilio = "no Twilio secret: the Action checks the codes"
	}
	text := fmt.Appendf(nil, `# Phone verification for %s

Written by phonegate. The same answers always give the same bytes; no file holds a secret.

| File | Goes to |
|---|---|
| action/verify-phone-number.js | an Action named %q, trigger post-login, runtime node22, last in the flow |
| form/ | a web host, as it is: Vercel, or any host that calls a fetch handler (form/%s) |
| lock/login-page.html | the Classic login page of the tenant or of one application |
| lock/additional-sign-up-fields.js | an application that embeds Lock |

## Secrets of the Action

| Name | Value |
|---|---|
| TWILIO_API_KEY, TWILIO_API_SECRET | a Twilio API key (SK...) and its secret |
| TWILIO_VERIFY_SERVICE | the Verify service (VA...), codes of the length that the form asks for |
| FORM_URL | the form's public address, https://... |
| SESSION_SECRET | 32 random bytes as base64url; signs what goes to the form |
| VERDICT_SECRET | 32 other random bytes; signs what comes back |
| VERDICT_SECRET_PREVIOUS | only while secrets are being changed |

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

SESSION_SECRET and VERDICT_SECRET with the Action's values; SESSION_SECRET_PREVIOUS and VERDICT_SECRET_PREVIOUS
while secrets are being changed (first the form, then the Action);
%s.

`+"`GET /?health=1`"+` on the form answers which version runs and whether its environment is complete.
`, s.Domain, ActionName, FormModule, twilio)
	if s.Capture == "lock" {
		text = append(append(text, '\n'), LockGuide()...)
	}
	return text
}
