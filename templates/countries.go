package templates

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// picker is what the form needs to let people choose the country of their number.
type picker struct {
	// Plans are the countries' numbering plans, one a line, "AU 61 pattern trunk rule", where the settings allow every
	// country. Where they name countries, the plans are those of the allow-list and this is empty.
	Plans []string `json:"plans"`
	// Names are the countries in the order of each language, "AU Australia|NZ New Zealand".
	Names map[string]string `json:"names"`
}

// pickerOf is the country picker of the settings; its names are empty where there is nothing to choose.
func pickerOf(s Settings, plan phonePlan, languages []string) (picker, error) {
	p := picker{Plans: []string{}, Names: map[string]string{}}
	if !changesNumber(s) || len(plan.Allowed) == 1 {
		return p, nil
	}
	listed := s.Countries
	if len(listed) == 0 {
		for region := range regions() {
			listed = append(listed, region)
		}
		slices.Sort(listed)
		for _, region := range listed {
			c, err := countryOf(region, false)
			if err != nil {
				return p, err
			}
			p.Plans = append(p.Plans, strings.TrimRight(fmt.Sprintf("%s %s %s %s %s", c.Region, c.Code, c.Pattern, c.Trunk, c.TrunkRule), " "))
		}
	}
	for _, tag := range languages {
		names, err := sortedNames.of(tag, listed)
		if err != nil {
			return p, err
		}
		p.Names[tag] = names
	}
	return p, nil
}

// nameLists remembers what countryNames has said of the same language and countries: sorting by a language's rules takes
// longer than everything else in a form, and most forms list all countries.
type nameLists struct {
	mu    sync.Mutex
	known map[string]string
}

// maxNameLists is how many lists are remembered; then all are forgotten.
const maxNameLists = 64

var sortedNames = nameLists{known: map[string]string{}}

func (n *nameLists) of(tag string, listed []string) (string, error) {
	key := tag + " " + strings.Join(listed, " ")
	n.mu.Lock()
	names, known := n.known[key]
	n.mu.Unlock()
	if known {
		return names, nil
	}
	names, err := countryNames(tag, listed)
	if err != nil {
		return "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.known) >= maxNameLists {
		clear(n.known)
	}
	n.known[key] = names
	return names, nil
}

// countryNames are the names of countries in a language, in its order, as picker has them.
func countryNames(tag string, listed []string) (string, error) {
	lang, err := language.Parse(tag)
	if err != nil {
		return "", fmt.Errorf("templates: %q is not a language: %w", tag, err)
	}
	namer, order := display.Regions(lang), collate.New(lang)
	type named struct{ region, name string }
	var all []named
	for _, region := range listed {
		name := renamed[region][tag]
		if name == "" {
			r, err := language.ParseRegion(region)
			if err != nil {
				return "", fmt.Errorf("templates: %q is not a country: %w", region, err)
			}
			name = namer.Name(r)
		}
		all = append(all, named{region, cmp.Or(name, region)})
	}
	slices.SortFunc(all, func(a, b named) int {
		return cmp.Or(order.CompareString(a.name, b.name), strings.Compare(a.region, b.region))
	})
	var lines []string
	for _, n := range all {
		lines = append(lines, n.region+" "+n.name)
	}
	return strings.Join(lines, "|"), nil
}

// renamed are the countries whose names have changed since the CLDR release that golang.org/x/text carries (32).
var renamed = map[string]map[string]string{
	"MK": {"en": "North Macedonia", "es": "Macedonia del Norte", "de": "Nordmazedonien", "fr": "Macédoine du Nord",
		"ja": "北マケドニア", "ar": "مقدونيا الشمالية"},
	"SZ": {"en": "Eswatini", "es": "Esuatini", "de": "Eswatini", "fr": "Eswatini", "ja": "エスワティニ", "ar": "إسواتيني"},
	"TR": {"en": "Türkiye"},
}
