package templates

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// phonePlan is what Action and form know of telephone numbers.
type phonePlan struct {
	Home    *country  `json:"home"`    // the country of numbers in national form, null for none
	Allowed []country `json:"allowed"` // empty: every plausible number
}

// country is one country's numbering plan, from libphonenumber's metadata, whose patterns are written for JavaScript too.
type country struct {
	Region    string `json:"region"`
	Code      string `json:"code"`                // calling code
	Pattern   string `json:"pattern"`             // of national numbers
	Trunk     string `json:"trunk,omitempty"`     // pattern of what is dialled before a national number
	TrunkRule string `json:"trunkRule,omitempty"` // what becomes of the trunk pattern's groups
	Shared    bool   `json:"shared,omitempty"`    // other countries have the same calling code
}

var regions = sync.OnceValue(func() map[string]*phonenumbers.PhoneMetadata {
	all := map[string]*phonenumbers.PhoneMetadata{}
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		return all
	}
	for _, m := range collection.GetMetadata() {
		if len(m.GetId()) == 2 {
			all[m.GetId()] = m
		}
	}
	return all
})

// planOf is the phone plan of the settings; it fails on a country that does not exist.
func planOf(s Settings) (phonePlan, error) {
	plan := phonePlan{Allowed: []country{}}
	if s.DefaultCountry != "" {
		home, err := countryOf(s.DefaultCountry, false)
		if err != nil {
			return plan, err
		}
		plan.Home = &home
	}
	for _, region := range s.Countries {
		c, err := countryOf(region, true)
		if err != nil {
			return plan, err
		}
		plan.Allowed = append(plan.Allowed, c)
	}
	return plan, nil
}

// countryOf reads one country; as one of an allow-list its pattern must also tell it from countries with the same calling code.
func countryOf(region string, listed bool) (country, error) {
	m := regions()[region]
	if m == nil {
		return country{}, fmt.Errorf("templates: %q is not a country code of two capital letters (ISO 3166-1)", region)
	}
	c := country{
		Region:    region,
		Code:      fmt.Sprint(m.GetCountryCode()),
		Pattern:   m.GetGeneralDesc().GetNationalNumberPattern(),
		Trunk:     m.GetNationalPrefixForParsing(),
		TrunkRule: m.GetNationalPrefixTransformRule(),
		Shared:    len(phonenumbers.GetRegionCodesForCountryCode(int(m.GetCountryCode()))) > 1,
	}
	if listed && c.Shared {
		c.Pattern = ownPattern(m)
	}
	return c, nil
}

// ownPattern is the pattern of a country that shares its calling code. The big country of a code keeps its general
// pattern, held to its leading digits if it has such (Russia's do not begin with Kazakhstan's 7): exact
// patterns age, and a new range of mobile numbers must not lock its users out. So Jersey comes with Great Britain.
// North America has a country for each area code, and small countries are islands in a big one's plan: only the
// exact patterns of the numbers that a person can have tell those apart.
func ownPattern(m *phonenumbers.PhoneMetadata) string {
	if !m.GetMainCountryForCode() || m.GetCountryCode() == 1 {
		return personalPattern(m)
	}
	general := m.GetGeneralDesc().GetNationalNumberPattern()
	if leading := m.GetLeadingDigits(); leading != "" {
		return "(?=" + leading + ")(?:" + general + ")"
	}
	return general
}

func personalPattern(m *phonenumbers.PhoneMetadata) string {
	var patterns []string
	for _, d := range []*phonenumbers.PhoneNumberDesc{m.GetMobile(), m.GetFixedLine(), m.GetVoip(), m.GetPersonalNumber()} {
		p := d.GetNationalNumberPattern()
		if p != "" && p != "NA" && !slices.Contains(patterns, p) {
			patterns = append(patterns, p)
		}
	}
	return strings.Join(patterns, "|")
}

// example is a mobile number as people of the settings' country write it.
func (p phonePlan) example() string {
	region, format := "GB", phonenumbers.INTERNATIONAL
	if p.Home != nil {
		region, format = p.Home.Region, phonenumbers.NATIONAL
	} else if len(p.Allowed) > 0 {
		region = p.Allowed[0].Region
	}
	number := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
	if number == nil {
		return "+44 7400 123456"
	}
	return phonenumbers.Format(number, format)
}
