package command

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"phonegate/provision/fault"
	"phonegate/provision/host/kind"
	"phonegate/provision/rehearsal"
)

// sandboxOptions are the flags that shape the embedded providers.
type sandboxOptions struct {
	latency    time.Duration
	limits     []string
	behaviours []string
}

func (o *sandboxOptions) flags(c *cobra.Command) {
	c.Flags().DurationVar(&o.latency, "latency", 0, "delay added to every API response")
	c.Flags().StringSliceVar(&o.limits, "rate-limit", nil, "requests per second that a provider allows, for example auth0=2/s; repeatable")
	c.Flags().StringSliceVar(&o.behaviours, "behaviour", nil, "set a behaviour, as name=value; repeatable")
}

func (o *sandboxOptions) options() (rehearsal.Options, error) {
	out := rehearsal.Options{Latency: o.latency, RateLimits: map[string]float64{}, Behaviours: map[string]string{}}
	for _, l := range o.limits {
		provider, rate, _ := strings.Cut(l, "=")
		n, err := strconv.ParseFloat(strings.TrimSuffix(rate, "/s"), 64)
		if err != nil || n <= 0 || !slices.Contains(append([]string{"auth0", "twilio"}, kind.Names(true)...), provider) {
			return out, fault.New(fault.Usage, "usage.rate_limit", "For example: --rate-limit auth0=2/s", "%q is not a rate limit.", l)
		}
		out.RateLimits[provider] = n
	}
	for _, b := range o.behaviours {
		name, value, ok := strings.Cut(b, "=")
		if !ok {
			return out, fault.New(fault.Usage, "usage.behaviour", "For example: --behaviour auth0.login_page=deployed", "%q is not a behaviour.", b)
		}
		out.Behaviours[name] = value
	}
	return out, nil
}

func (p *program) sandboxCommand() *cobra.Command {
	var auto bool
	var o sandboxOptions
	c := &cobra.Command{
		Use: "sandbox", Short: "Try it here: Auth0, Twilio and Vercel embedded, no account, no network",
		Long: `Opens the wizard on an embedded Auth0 tenant, Twilio account and Vercel team. The generated code is exactly what a
real tenant gets, and it runs: a user signs up, gets a text, types the code and gets tokens. Without a terminal, or
with --auto, it runs the whole demo by itself.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			options, err := o.options()
			if err != nil {
				return err
			}
			p.flags.sandbox = true
			if auto || !p.interactive() {
				return p.play(c.Context(), options)
			}
			return p.sandboxWizard(c.Context(), options)
		},
	}
	c.Flags().BoolVar(&auto, "auto", false, "run the demo without input")
	o.flags(c)
	c.AddCommand(p.serveCommand())
	return c
}
