package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"phonegate/provision/config"
)

// answerMark is the annotation of the flags that answer questions; its value is their order.
const answerMark = "phonegate/answer"

// answerFlags gives a command one flag for every question.
func answerFlags(c *cobra.Command) {
	for i, q := range config.Questions() {
		var values, explained []string
		for _, choice := range q.Choices {
			values = append(values, choice.Value)
			explained = append(explained, choice.Value+"\t"+choice.About)
		}
		usage := q.Help
		if len(values) > 0 {
			usage += " (" + strings.Join(values, ", ") + ")"
		}
		c.Flags().String(q.Flag, "", usage)
		_ = c.Flags().SetAnnotation(q.Flag, answerMark, []string{fmt.Sprintf("%03d", i)})
		if len(values) > 0 {
			_ = c.RegisterFlagCompletionFunc(q.Flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return explained, cobra.ShellCompDirectiveNoFileComp
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
