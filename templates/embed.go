package templates

import "embed"

//go:embed action/verify-phone-number.js form/parts/*.mjs form/vercel.json form/package.json form/texts/*.json shared/*.mjs
//go:embed lock/additional-sign-up-fields.js lock/login-page.html lock/embed.jsx lock/embed.vue
var files embed.FS

// source is a template as it lies in the repository.
func source(name string) []byte {
	data, err := files.ReadFile(name)
	if err != nil {
		panic("templates: " + err.Error()) // a file that is embedded above: cannot happen
	}
	return data
}
