package command

import (
	"strings"

	"github.com/spf13/cobra"

	"phonegate/provision/config"
)

// answerFlags gives a command one flag for every question.
func answerFlags(c *cobra.Command) {
	for _, q := range config.Questions() {
		usage := q.Help
		if len(q.Choices) > 0 {
			var values []string
			for _, choice := range q.Choices {
				values = append(values, choice.Value)
			}
			usage += " (" + strings.Join(values, ", ") + ")"
		}
		c.Flags().String(q.Flag, "", usage)
		if len(q.Choices) > 0 {
			_ = c.RegisterFlagCompletionFunc(q.Flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				var values []string
				for _, choice := range q.Choices {
					values = append(values, choice.Value+"\t"+choice.About)
				}
				return values, cobra.ShellCompDirectiveNoFileComp
			})
		}
	}
}

// given are the answers that stand on the command line.
func given(c *cobra.Command) map[string]string {
	answers := map[string]string{}
	for _, q := range config.Questions() {
		if f := c.Flags().Lookup(q.Flag); f != nil && f.Changed {
			answers[q.Key] = f.Value.String()
		}
	}
	return answers
}
