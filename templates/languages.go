package templates

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// fallbackLanguage is built into the form's module; what another language leaves out is shown in it.
const fallbackLanguage = "en"

// translations are the form's texts in every language but the fallback, by language tag: one file each in form/texts.
// Whoever adds a language adds a file.
func translations() (map[string]map[string]string, error) {
	entries, err := files.ReadDir("form/texts")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	all := map[string]map[string]string{}
	for _, entry := range entries {
		var texts map[string]string
		if err := json.Unmarshal(source("form/texts/"+entry.Name()), &texts); err != nil {
			return nil, fmt.Errorf("templates: form/texts/%s: %w", entry.Name(), err)
		}
		all[strings.TrimSuffix(entry.Name(), path.Ext(entry.Name()))] = texts
	}
	return all, nil
}
