package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// ActionName is the Action's name in the tenant.
const ActionName = "Verify phone number"

// Markers stand in the head of the generated files; by them phonegate knows its own work again.
const (
	ActionMarker       = "phonegate:action"
	FormMarker         = "phonegate:form"
	LoginPageMarker    = "phonegate:login-page"
	SignUpFieldsMarker = "phonegate:sign-up-fields"
)

// FormModule is the path of the form's only module among the files of Form.
const FormModule = "api/verify.mjs"

// changesNumber says whether the form may ask for a number in place of a missing, wrong or mistyped one. Its server
// must be able to text it, and no_phone: deny means that the profile's number alone counts.
func changesNumber(s Settings) bool { return s.CodeCheck == "form" && s.NoPhone != "deny" }

func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

type formConfig struct {
	Version   string    `json:"version"`
	Hosts     []string  `json:"hosts"`
	CodeCheck string    `json:"codeCheck"`
	Phone     formPhone `json:"phone"`
	Brand     formBrand `json:"brand"`
	// Texts are the languages beside the one that is built in.
	Texts map[string]map[string]string `json:"texts"`
}

type formPhone struct {
	phonePlan
	Example string `json:"example"`
	Picker  picker `json:"picker"`
}

type formBrand struct {
	Name       string `json:"name"`
	Logo       string `json:"logo"`
	LogoSource string `json:"logoSource"` // what the Content-Security-Policy allows images from
	Color      string `json:"color"`
	OnColor    string `json:"onColor"`
	Light      look   `json:"light"`
	Dark       look   `json:"dark"`
}

// Form renders the code-entry form: everything that a host needs, with paths from the project's root.
func Form(s Settings) ([]File, error) {
	s, err := prepared(s)
	if err != nil {
		return nil, err
	}
	plan, err := planOf(s)
	if err != nil {
		return nil, err
	}
	texts, err := translations()
	if err != nil {
		return nil, err
	}
	countries, err := pickerOf(s, plan, append(slices.Sorted(maps.Keys(texts)), fallbackLanguage))
	if err != nil {
		return nil, err
	}
	config := formConfig{
		Hosts:     append([]string{s.Domain}, s.CustomDomains...),
		CodeCheck: s.CodeCheck,
		Phone:     formPhone{phonePlan: plan, Example: plan.example(), Picker: countries},
		Brand: formBrand{
			Name:       s.Brand.Name,
			Logo:       s.Brand.LogoURL,
			LogoSource: logoSource(s.Brand.LogoURL),
			Color:      s.Brand.Color,
			OnColor:    textOn(s.Brand.Color),
			Light:      lookOn(lightPaper, lightInk, s.Brand.Color),
			Dark:       lookOn(darkPaper, darkInk, s.Brand.Color),
		},
		Texts: texts,
	}
	// The version names what runs: the module with its configuration, but for the version itself.
	module, err := fill(formTemplate(), config)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(module)
	config.Version = hex.EncodeToString(sum[:6])
	if module, err = fill(formTemplate(), config); err != nil {
		return nil, err
	}
	return []File{
		{Path: FormModule, Data: module},
		{Path: "package.json", Data: source("form/package.json")},
		{Path: "vercel.json", Data: source("form/vercel.json")},
	}, nil
}

// FormVersion is the version that the deployed form of these settings answers at /?health=1.
func FormVersion(s Settings) (string, error) {
	files, err := Form(s)
	if err != nil {
		return "", err
	}
	return VersionOf(files[0].Data)
}

// VersionOf is the version that a rendered form's module answers at /?health=1.
func VersionOf(module []byte) (string, error) {
	var config formConfig
	err := literalOf(module, &config)
	return config.Version, err
}

func logoSource(logo string) string {
	if strings.HasPrefix(logo, "data:") {
		return "data:"
	}
	if u, ok := plainURL(logo); ok {
		return "https://" + strings.ToLower(u.Host)
	}
	return ""
}
