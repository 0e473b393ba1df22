package templates

import (
	"bytes"
	"regexp"
	"sync"
)

// formParts are the form's modules in the order of the one file that is deployed: not every host takes several modules, people
// review one file, and one hash names it.
var formParts = []string{
	"form/parts/config.mjs",
	"form/parts/verify.mjs",
	"form/parts/user.mjs",
	"form/parts/tokens.mjs",
	"shared/twilio.mjs",
	"shared/keys.mjs",
	"shared/limits.mjs",
	"shared/numbers.mjs",
	"form/parts/countries.mjs",
	"form/parts/pages.mjs",
	"form/parts/html.mjs",
}

// formTemplate is the form's module around its literal.
var formTemplate = sync.OnceValue(func() []byte { return join(formParts...) })

// actionTemplate is the Action around its literal. Auth0 takes one CommonJS file, which can't import the shared modules.
var actionTemplate = sync.OnceValue(func() []byte { return include(source("action/verify-phone-number.js")) })

var (
	// importLine is an import from another part; imports of parts stand at the head of a module, one a line.
	importLine = regexp.MustCompile(`(?m)^import \{.*\} from '\.{1,2}/[^']*';\n+`)
	// exported is a declaration that other parts import. The default export is the form itself, and stays.
	declaration = regexp.MustCompile(`(?m)^export ((?:async )?function|const|class) `)
	includeLine = regexp.MustCompile(`(?m)^// phonegate:include (\S+)\n`)
)

// join makes one module of several: what they import from one another is in it.
func join(parts ...string) []byte {
	texts := make([][]byte, len(parts))
	for i, part := range parts {
		texts[i] = declaration.ReplaceAll(importLine.ReplaceAll(source(part), nil), []byte("$1 "))
	}
	return bytes.Join(texts, []byte("\n"))
}

// include puts modules where a template names them.
func include(template []byte) []byte {
	return includeLine.ReplaceAllFunc(template, func(line []byte) []byte {
		return join(string(includeLine.FindSubmatch(line)[1]))
	})
}
