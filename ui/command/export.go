package command

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/fault"
	"phonegate/templates"
)

func (p *program) exportCommand() *cobra.Command {
	var out string
	tools := strings.Join(templates.Exports, "|")
	c := &cobra.Command{
		Use: "export " + tools + " --out DIR", Short: "Write the same as files for Terraform, auth0-deploy-cli or GitHub Actions",
		Long: `Writes the same set-up as files of another tool, which then keeps it. Needs no credentials and no network; the same
answers always give the same bytes, and no file holds a secret.

  terraform         a module: the Action, its place in the flow, the login page, the form on Vercel
  auth0-deploy-cli  tenant.yaml with the Action, the flow and the login page; the form beside it
  github-actions    a workflow for each tenant: phonegate plan on pull requests, apply and smoke on main`,
		ValidArgs: templates.Exports,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(templates.Exports, args[0]) {
				return nil
			}
			hint := "For instance: phonegate export github-actions --out ."
			if len(args) == 1 {
				if near := fault.Nearest(args[0], templates.Exports); near != "" {
					hint = "Did you mean phonegate export " + near + "?"
				}
			}
			return fault.New(fault.Usage, "usage.export", hint, "export takes one of %s.", strings.Join(templates.Exports, ", "))
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return p.files("export", out, func(name string, spec config.Tenant) ([]templates.File, error) {
				if args[0] == "terraform" && spec.Host.Kind != "vercel" {
					return nil, fault.New(fault.Usage, "export.host", "Take export auth0-deploy-cli, which has the form's files beside it, or set host.kind to vercel.",
						"The Terraform module puts the form on Vercel, but the answers say %s.", spec.Host.Kind)
				}
				return templates.Export(args[0], engine.Settings(spec), templates.Setup{
					Tenant: name, Config: filepath.ToSlash(p.seenFrom(out)),
					LoginPage: spec.Auth0.LoginPage, Host: spec.Host.Kind, Project: spec.Host.Project, Team: spec.Host.Team, URL: spec.Host.URL,
				})
			}, args[0] == "github-actions")
		},
	}
	c.Flags().StringVar(&out, "out", "", "the `directory` to write to; one below it for each tenant if there are several")
	answerFlags(c)
	return c
}
