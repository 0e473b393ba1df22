package templates

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Field is one sign-up field as it stands in a generated login page.
type Field struct {
	Name        string `json:"name"`
	Placeholder string `json:"placeholder"`
	Hint        string `json:"hint"`
	// Pattern is what the value must match once spaces, dashes, dots, brackets and slashes are gone. It is the same in
	// JavaScript and Go.
	Pattern string `json:"pattern"`
	Prefill string `json:"prefill,omitempty"`
	Icon    string `json:"icon"`
}

type pageConfig struct {
	Brand  pageBrand `json:"brand"`
	Fields []Field   `json:"fields"`
}

type pageBrand struct {
	Name  string `json:"name"`
	Color string `json:"color"`
	Logo  string `json:"logo"`
}

type fieldsConfig struct {
	Fields []Field `json:"fields"`
}

// A handset, grey as Lock's own icons.
const phoneIcon = "data:image/svg+xml;base64," +
	"PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSIxMiIgaGVpZ2h0PSIxOCIgdmlld0JveD0iMCAwIDEyIDE4Ij48" +
	"cmVjdCB4PSIxIiB5PSIxIiB3aWR0aD0iMTAiIGhlaWdodD0iMTYiIHJ4PSIyIiBmaWxsPSJub25lIiBzdHJva2U9IiM4ODgiIHN0cm9rZS13aWR0" +
	"aD0iMS41Ii8+PGNpcmNsZSBjeD0iNiIgY3k9IjE0IiByPSIxIiBmaWxsPSIjODg4Ii8+PC9zdmc+"

// LoginPage renders the Classic login page: Lock with the phone field. Its last line is the hash of the others; see LoginPageHash.
func LoginPage(s Settings) ([]byte, error) {
	s, err := prepared(s)
	if err != nil {
		return nil, err
	}
	fields, err := signUpFields(s)
	if err != nil {
		return nil, err
	}
	brand := pageBrand{Name: s.Brand.Name, Color: s.Brand.Color, Logo: s.Brand.LogoURL}
	page, err := fill(source("lock/login-page.html"), pageConfig{Brand: brand, Fields: fields})
	if err != nil {
		return nil, err
	}
	return hashed(page), nil
}

// SignUpFields renders the phone field for applications that embed Lock.
func SignUpFields(s Settings) ([]byte, error) {
	s, err := prepared(s)
	if err != nil {
		return nil, err
	}
	fields, err := signUpFields(s)
	if err != nil {
		return nil, err
	}
	return fill(source("lock/additional-sign-up-fields.js"), fieldsConfig{Fields: fields})
}

// SignUpFieldsOf reads the sign-up fields back out of a login page that LoginPage has made.
func SignUpFieldsOf(page []byte) ([]Field, error) {
	if !bytes.Contains(page, []byte(LoginPageMarker)) {
		return nil, errors.New("templates: this login page was not made by phonegate")
	}
	var config pageConfig
	if err := literalOf(page, &config); err != nil {
		return nil, err
	}
	return config.Fields, nil
}

func signUpFields(s Settings) ([]Field, error) {
	plan, err := planOf(s)
	if err != nil {
		return nil, err
	}
	f := Field{
		Name:        "phone_number",
		Placeholder: "Mobile, e.g. " + plan.example(),
		Pattern:     lenient(plan),
		Icon:        phoneIcon,
	}
	switch {
	case plan.Home == nil:
		f.Hint = "Enter your mobile number with its country code, e.g. " + plan.example()
	case len(plan.Allowed) == 1:
		f.Hint = "Enter your mobile number, e.g. " + plan.example()
	default:
		f.Hint = "Enter your mobile number, with its country code if it is from abroad"
	}
	if plan.Home == nil && len(plan.Allowed) == 1 {
		f.Prefill = "+" + plan.Allowed[0].Code
	}
	return []Field{f}, nil
}

// lenient accepts everything that the Action may accept and catches the rest early: letters, too few or too many
// digits, a calling code that is not allowed, national form where no country is at home.
func lenient(plan phonePlan) string {
	abroad := `[1-9]\d{6,14}`
	if len(plan.Allowed) > 0 {
		var codes []string
		for _, c := range plan.Allowed {
			codes = append(codes, c.Code)
		}
		slices.Sort(codes)
		abroad = fmt.Sprintf(`(?:%s)\d{4,14}`, strings.Join(slices.Compact(codes), "|"))
	}
	if plan.Home == nil {
		return `^(?:\+|00)` + abroad + `$`
	}
	return `^(?:(?:\+|00)` + abroad + `|\d{5,15})$`
}
