package templates

import (
	"bytes"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// declared are the names that a text declares at its top level, in the order of their declarations.
func declared(text []byte) []string {
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^(?:export )?(?:(?:async )?function|const|let|class) (\w+)`).FindAllSubmatch(text, -1) {
		names = append(names, string(m[1]))
	}
	return names
}

func TestEveryModuleIsInTheForm(t *testing.T) {
	for _, pattern := range []string{"form/parts/*", "shared/*"} {
		found, err := fs.Glob(files, pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range found {
			if !slices.Contains(formParts, path) {
				t.Errorf("%s is embedded, but no part of the form", path)
			}
		}
	}
}

// TestJoinedModulesSayAllThatTheirPartsSay: a join only leaves imports and the word export out, and puts no two things under one
// name.
func TestJoinedModulesSayAllThatTheirPartsSay(t *testing.T) {
	form, action := formTemplate(), actionTemplate()
	for what, text := range map[string][]byte{"form": form, "Action": action} {
		seen := map[string]bool{}
		for _, name := range declared(text) {
			if seen[name] {
				t.Errorf("the %s declares %s twice", what, name)
			}
			seen[name] = true
		}
		if found := regexp.MustCompile(`(?m)^(?:import |export [^d]).*|phonegate:include.*|\n\n\n`).Find(text); found != nil {
			t.Errorf("the %s has %q left in it", what, found)
		}
	}
	for _, part := range formParts {
		var kept []string
		for line := range strings.Lines(string(source(part))) {
			if !strings.HasPrefix(line, "import ") {
				kept = append(kept, regexp.MustCompile(`^export (function|async|const|class)`).ReplaceAllString(line, "$1"))
			}
		}
		text := strings.TrimPrefix(strings.Join(kept, ""), "\n")
		if !bytes.Contains(form, []byte(text)) {
			t.Errorf("%s is not whole in the form", part)
		}
		if strings.HasPrefix(part, "shared/") && !bytes.Contains(action, []byte(text)) {
			t.Errorf("%s is not whole in the Action", part)
		}
	}
}

func TestModulesImportWhatIsExportedAndExportWhatIsImported(t *testing.T) {
	imports := regexp.MustCompile(`(?m)^import \{ (.*) \} from '(?:\.\./)*(?:\./)?(?:shared/)?(\w+)\.mjs';$`)
	wanted := map[string]map[string]bool{} // by module, what others take from it
	for _, part := range formParts {
		text := source(part)
		found := imports.FindAllSubmatch(text, -1)
		if n := bytes.Count(text, []byte("import ")); n != len(found) {
			t.Errorf("%s: %d of %d imports are one line from another part", part, len(found), n)
		}
		for _, m := range found {
			body := imports.ReplaceAll(text, nil)
			for name := range strings.SplitSeq(string(m[1]), ", ") {
				if !regexp.MustCompile(`\b` + name + `\b`).Match(body) {
					t.Errorf("%s imports %s and has no use for it", part, name)
				}
				if wanted[string(m[2])] == nil {
					wanted[string(m[2])] = map[string]bool{}
				}
				wanted[string(m[2])][name] = true
			}
		}
	}
	action := source("action/verify-phone-number.js")
	for _, part := range formParts {
		name := strings.TrimSuffix(part[strings.LastIndex(part, "/")+1:], ".mjs")
		for _, own := range declared(source(part)) {
			exports := bytes.Contains(source(part), []byte("export function "+own+"(")) || bytes.Contains(source(part), []byte("export async function "+own+"(")) ||
				regexp.MustCompile(`(?m)^export (const|class) `+own+`\b`).Match(source(part))
			inAction := strings.HasPrefix(part, "shared/") && regexp.MustCompile(`\b`+own+`\(`).Match(action)
			if want := wanted[name][own] || inAction; want != exports {
				t.Errorf("%s: %s is exported: %v, is used elsewhere: %v", part, own, exports, want)
			}
		}
	}
}
