package command

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"phonegate/provision/fault"
	"phonegate/provision/rehearsal"
	"phonegate/ui/render"
)

func (p *program) serveCommand() *cobra.Command {
	var (
		o          sandboxOptions
		data, seed string
		endpoints  bool
		tenants    int
	)
	c := &cobra.Command{
		Use: "serve", Short: "Run the embedded providers on this computer until interrupted",
		Long: `Serves the embedded Auth0, Twilio, Vercel and Cloudflare on loopback addresses, for your own tests and tools. Prints
their addresses; with --json as one object.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if endpoints {
				return p.endpoints()
			}
			options, err := o.options()
			if err != nil {
				return err
			}
			if tenants < 1 || tenants > maxTenants {
				return fault.New(fault.Usage, "usage.tenants", "For example: --tenants 3", "The sandbox can have 1 to %d tenants, not %d.", maxTenants, tenants)
			}
			for n := 2; n <= tenants; n++ {
				options.Tenants = append(options.Tenants, fmt.Sprintf("acme-%03d", n))
			}
			options.DataDir, options.Seed = data, seed
			return p.serve(c.Context(), options)
		},
	}
	o.flags(c)
	c.Flags().StringVar(&data, "data", "", "keep the providers' data in this directory between runs")
	c.Flags().StringVar(&seed, "seed", "", "seed new data with the requests in this file")
	c.Flags().IntVar(&tenants, "tenants", 1, "number of Auth0 tenants; each has its own domain and rate limit")
	c.Flags().BoolVar(&endpoints, "endpoints", false, "list the emulated endpoints, the source of each, and what is uncertain")
	return c
}

// maxTenants bounds what a slip of the finger can ask for.
const maxTenants = 1000

// endpoints prints the table of emulated operations.
func (p *program) endpoints() error {
	rows := rehearsal.Endpoints()
	if p.json {
		out := json.NewEncoder(p.Out)
		for _, row := range rows {
			if err := out.Encode(row); err != nil {
				return err
			}
		}
		return nil
	}
	out := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "PROVIDER\tMETHOD\tPATH\tKNOWN FROM\tNOT CERTAIN\tSWITCH")
	for _, row := range rows {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n", row.Provider, row.Method, row.Path, row.Source, row.Unconfirmed, row.Behaviour)
	}
	return out.Flush()
}

func (p *program) serve(ctx context.Context, o rehearsal.Options) error {
	box, err := rehearsal.Start(ctx, o)
	if err != nil {
		return fault.Wrap(err, fault.Failed, "sandbox.start", "Check that programs may listen on 127.0.0.1.", "The sandbox did not start: %s.", err)
	}
	defer func() { _ = box.Close() }()
	info := box.Info()
	if p.json {
		if err := json.NewEncoder(p.Out).Encode(info); err != nil {
			return err
		}
	} else {
		all := ""
		if len(info.Tenants) > 1 {
			all = " --all"
		}
		fmt.Fprintf(p.Out, `The sandbox is serving. Press ctrl+c to end it.

  phone     %s   the texts, live
  app       client_id %s, redirect_uri %s
  tenants   %s

To use it from another terminal:

  export PHONEGATE_AUTH0_URL=%s
  export PHONEGATE_TWILIO_URL=%s
  export PHONEGATE_VERCEL_URL=%s
  export PHONEGATE_CLOUDFLARE_URL=%s
  export PHONEGATE_PHONE_URL=%s
  phonegate apply --sandbox --yes%s

For programs that use the providers' real host names:

  export HTTPS_PROXY=%s SSL_CERT_FILE=%s NODE_EXTRA_CA_CERTS=%s
`, info.PhoneURL, info.App.ClientID, info.App.RedirectURI, render.Listed(info.Tenants), info.Auth0URL, info.TwilioURL, info.VercelURL, info.CloudflareURL, info.PhoneURL,
			all, info.ProxyURL, info.CAFile, info.CAFile)
		for _, name := range slices.Sorted(maps.Keys(info.Credentials)) {
			fmt.Fprintf(p.Out, "  export %s=%s\n", name, info.Credentials[name])
		}
	}
	<-ctx.Done()
	// Being interrupted is how a server is meant to end.
	return nil
}
