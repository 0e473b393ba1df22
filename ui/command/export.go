package command

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/fault"
	"phonegate/provision/host/kind"
	"phonegate/templates"
)

func (p *program) exportCommand() *cobra.Command {
	var out string
	tools := strings.Join(templates.Exports, "|")
	c := &cobra.Command{
		Use: "export " + tools + " --out DIR", Short: "Write the setup as files for Terraform, auth0-deploy-cli or GitHub Actions",
		Long: `Writes the setup as files for another tool, which then maintains it. Needs no credentials and no network; the same
answers always produce the same bytes, and no file contains a secret.

  terraform         a module: the Action, its position in the flow, the login page, the form on Vercel
  auth0-deploy-cli  tenant.yaml with the Action, the flow and the login page; the form beside it
  github-actions    a workflow for each tenant: phonegate plan on pull requests, apply and smoke on main`,
		ValidArgs: templates.Exports,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(templates.Exports, args[0]) {
				return nil
			}
			hint := "For example: phonegate export github-actions --out ."
			if len(args) == 1 {
				if near := fault.Nearest(args[0], templates.Exports); near != "" {
					hint = "Did you mean phonegate export " + near + "?"
				}
			}
			return fault.New(fault.Usage, "usage.export", hint, "export needs one of %s.", strings.Join(templates.Exports, ", "))
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return p.files("export", out, func(name string, spec config.Tenant) ([]templates.File, error) {
				k, _ := kind.Of(spec.Host.Kind)
				if args[0] == "terraform" && !k.Terraform {
					return nil, fault.New(fault.Usage, "export.host", "Use phonegate export auth0-deploy-cli, which includes the form's files, or set host.kind to vercel.",
						"The Terraform module supports only Vercel, but host.kind is %s.", spec.Host.Kind)
				}
				return templates.Export(args[0], engine.Settings(spec), templates.Setup{
					Tenant: name, Config: filepath.ToSlash(p.seenFrom(out)),
					LoginPage: spec.Auth0.LoginPage, SelfHosted: k.SelfHosted, Secrets: slices.Sorted(slices.Values(k.Secrets)), Project: spec.Host.Project, Team: spec.Host.Team, URL: spec.Host.URL,
				})
			}, args[0] == "github-actions")
		},
	}
	c.Flags().StringVar(&out, "out", "", "the `directory` to write to; several tenants get one subdirectory each")
	answerFlags(c)
	return c
}
