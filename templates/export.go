package templates

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed export
var exports embed.FS

// Exports are the tools that Export writes for.
var Exports = []string{"terraform", "auth0-deploy-cli", "github-actions"}

// Setup is what an export needs beside the settings: the answers that say where things go.
type Setup struct {
	Tenant    string // its name in the file
	Config    string // the file's path in the repository
	LoginPage string // tenant, client or none
	Project   string
	Team      string
	// SelfHosted says that a person runs the form, URL at which address.
	SelfHosted bool
	URL        string
	// Secrets are the environment variables of the host's credentials, sorted; none for Vercel's, unless SelfHosted.
	Secrets []string
}

// onVercel says whether the form runs on the host that the files in the repository are written for.
func (u Setup) onVercel() bool {
	return !u.SelfHosted && (len(u.Secrets) == 0 || slices.Equal(u.Secrets, []string{"VERCEL_TOKEN"}))
}

// Export renders the same artefacts as files of another tool, which then takes phonegate's place. The same answers always give the
// same bytes, and no file holds a secret.
func Export(tool string, s Settings, u Setup) ([]File, error) {
	all, err := Artefacts(s)
	if err != nil {
		return nil, err
	}
	if u.SelfHosted {
		form, err := Bundle(s, BundleNames{Tenant: u.Tenant, Project: u.Project, URL: u.URL})
		if err != nil {
			return nil, err
		}
		all = WithBundle(all, form)
	}
	switch tool {
	case "terraform":
		if !u.onVercel() {
			return nil, errors.New("templates: the Terraform module can deploy the form only to Vercel")
		}
		return terraform(s, u, all)
	case "auth0-deploy-cli":
		return deployCLI(u, all), nil
	case "github-actions":
		return []File{workflow(u)}, nil
	}
	return nil, fmt.Errorf("templates: there is no export for %q", tool)
}

// exported is a file of an export as it lies in the repository.
func exported(name string) []byte {
	data, err := exports.ReadFile("export/" + name)
	if err != nil {
		panic("templates: " + err.Error()) // a file that is embedded above: cannot happen
	}
	return data
}

// terraform is the module as it stands, with the answers as values of its variables.
func terraform(s Settings, u Setup, artefacts []File) ([]File, error) {
	s, err := prepared(s)
	if err != nil {
		return nil, err
	}
	values, err := json.MarshalIndent(struct {
		ActionName string  `json:"action_name"`
		Domain     string  `json:"auth0_domain"`
		CodeCheck  string  `json:"code_check"`
		LoginPage  string  `json:"login_page"`
		Project    string  `json:"vercel_project"`
		Team       *string `json:"vercel_team"`
	}{ActionName, s.Domain, s.CodeCheck, u.LoginPage, u.Project, optional(u.Team)}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	files := []File{
		{Path: "main.tf", Data: exported("terraform/main.tf")},
		{Path: "phonegate.auto.tfvars.json", Data: append(values, '\n')},
		{Path: "variables.tf", Data: exported("terraform/variables.tf")},
	}
	for _, f := range artefacts {
		if f.Path != "README.md" {
			files = append(files, f)
		}
	}
	return files, nil
}

// deployCLI lays the artefacts out as auth0-deploy-cli reads them. It knows no form: that is beside its files.
func deployCLI(u Setup, artefacts []File) []File {
	tenant := exported("auth0-deploy-cli/tenant.yaml")
	files := []File{
		{Path: "README.md", Data: exported("auth0-deploy-cli/README.md")},
		{Path: "config.json", Data: exported("auth0-deploy-cli/config.json")},
	}
	for _, f := range artefacts {
		switch {
		case f.Path == "README.md":
			f.Path = "secrets.md"
		case strings.HasPrefix(f.Path, "action/"):
			f.Path = "actions/" + path.Base(f.Path)
		case f.Path == "lock/login-page.html" && u.LoginPage == "tenant":
			f.Path = "pages/login.html"
			tenant = append(append([]byte{}, tenant...), exported("auth0-deploy-cli/pages.yaml")...)
		}
		files = append(files, f)
	}
	return append(files, File{Path: "tenant.yaml", Data: tenant})
}

// workflow runs phonegate itself for one tenant. As it lies in the repository it is one for Vercel.
func workflow(u Setup) File {
	text := strings.NewReplacer("TENANT", u.Tenant, "CONFIG", u.Config).Replace(string(exported("github-actions/workflow.yml")))
	if !u.onVercel() {
		var lines string
		for _, name := range u.Secrets {
			lines += "      " + name + ": ${{ secrets." + name + " }}\n"
		}
		text = strings.Replace(text, "      VERCEL_TOKEN: ${{ secrets.VERCEL_TOKEN }}\n", lines, 1)
		text = strings.Replace(text, "TWILIO_AUTH_TOKEN,\n# VERCEL_TOKEN;", strings.Join(append([]string{"TWILIO_AUTH_TOKEN"}, u.Secrets...), ", ")+";\n#", 1)
	}
	if u.SelfHosted {
		text = strings.Replace(text, "\nname: ", "\n#\n"+
			"# The form runs elsewhere. Its keys are made and handed over on a computer with phonegate apply / phonegate secrets.\n"+
			"# This workflow applies everything else, and says where it can't.\nname: ", 1)
	}
	return File{Path: ".github/workflows/phonegate-" + u.Tenant + ".yml", Data: []byte(text)}
}
