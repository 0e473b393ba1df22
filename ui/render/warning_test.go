package render

import (
	"strings"
	"testing"

	"phonegate/provision/event"
)

func TestAPlanWarnsBeforeAnybodyIsAsked(t *testing.T) {
	p := event.Plan{Tenant: "dev", Warnings: []string{"Logins that began before it will fail.\x1b[2J"},
		Changes: []event.Change{{Resource: "host.env", Op: event.Update, Detail: "new values"}}}
	for _, width := range []int{30, 100} {
		lines := PlanLines(p, Styles{}, width, "vercel")
		text := strings.Join(strings.Fields(strings.Join(lines, " ")), " ")
		warned, sum := strings.Index(text, "! Logins that began before it will fail."), strings.Index(text, Sum(p)[:10])
		if warned < strings.Index(text, "new values") || sum < warned || strings.Contains(text, "\x1b") {
			t.Errorf("at %d columns: %s", width, text)
		}
	}
}
