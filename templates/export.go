package templates

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
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
	Host      string // vercel, cloudflare or bundle; "" for vercel
	Project   string
	Team      string
	URL       string // of a bundle
}

// Export renders the same artefacts as files of another tool, which then takes phonegate's place. The same answers always give the
// same bytes, and no file holds a secret.
func Export(tool string, s Settings, u Setup) ([]File, error) {
	all, err := Artefacts(s)
	if err != nil {
		return nil, err
	}
	if u.Host == "bundle" {
		form, err := Bundle(s, BundleNames{Tenant: u.Tenant, Project: u.Project, URL: u.URL})
		if err != nil {
			return nil, err
		}
		all = WithBundle(all, form)
	}
	switch tool {
	case "terraform":
		if u.Host != "vercel" && u.Host != "" {
			return nil, fmt.Errorf("templates: the Terraform module puts the form on Vercel, not on %s", u.Host)
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

// hostSecrets are the secrets that a workflow needs for the form's host.
var hostSecrets = map[string][]string{"cloudflare": {"CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN"}, "bundle": nil}

// workflow runs phonegate itself for one tenant. As it lies in the repository it is one for Vercel.
func workflow(u Setup) File {
	text := strings.NewReplacer("TENANT", u.Tenant, "CONFIG", u.Config).Replace(string(exported("github-actions/workflow.yml")))
	if names, other := hostSecrets[u.Host]; other {
		var lines string
		for _, name := range names {
			lines += "      " + name + ": ${{ secrets." + name + " }}\n"
		}
		text = strings.Replace(text, "      VERCEL_TOKEN: ${{ secrets.VERCEL_TOKEN }}\n", lines, 1)
		text = strings.Replace(text, "TWILIO_AUTH_TOKEN,\n# VERCEL_TOKEN;", strings.Join(append([]string{"TWILIO_AUTH_TOKEN"}, names...), ", ")+";\n#", 1)
	}
	if u.Host == "bundle" {
		text = strings.Replace(text, "\nname: ", "\n#\n"+
			"# The form runs elsewhere. Its keys are made and handed over on a computer with phonegate apply / phonegate secrets.\n"+
			"# This workflow applies everything else, and says where it can't.\nname: ", 1)
	}
	return File{Path: ".github/workflows/phonegate-" + u.Tenant + ".yml", Data: []byte(text)}
}
