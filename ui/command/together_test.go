package command

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"phonegate/provision/config"
	"phonegate/provision/event"
)

func TestTenantsThatShareWhatIsChangedHaveTheirTurnAfterOneAnother(t *testing.T) {
	of := func(name, domain, service, project string) *member {
		return &member{job: &job{name: name, spec: config.Tenant{Auth0: config.Auth0{Domain: domain}, Twilio: config.Twilio{ServiceName: service},
			Host: config.Host{Kind: "vercel", Project: project}}}}
	}
	var got []string
	for _, batch := range batches([]*member{
		of("a", "a.test", "A", "a"), of("b", "b.test", "B", "b"), of("same domain as a", "a.test", "C", "c"), of("same service as b", "d.test", "B", "d"),
		of("same project as both", "e.test", "E", "c"), of("with nobody", "f.test", "F", "f"),
	}) {
		var names []string
		for _, m := range batch {
			names = append(names, m.name)
		}
		got = append(got, strings.Join(names, ", "))
	}
	want := "a, b, with nobody; same domain as a, same service as b; same project as both"
	if strings.Join(got, "; ") != want {
		t.Errorf("rounds: %s\nwant:   %s", strings.Join(got, "; "), want)
	}
}

func TestSeveralSpeakInTheirOrderHoweverTheyEnd(t *testing.T) {
	const speakers, lines = 20, 5
	var said []string
	order := &orderedOutput{emit: func(e event.Event) { said = append(said, e.(event.Step).Detail) }, held: make([][]event.Event, speakers), ended: make([]bool, speakers)}
	var group sync.WaitGroup
	for i := range speakers {
		group.Go(func() {
			defer order.end(i)
			for n := range lines {
				order.say(i, event.Step{Detail: fmt.Sprintf("%d.%d", i, n)})
			}
		})
	}
	group.Wait()
	for i, what := range said {
		if want := fmt.Sprintf("%d.%d", i/lines, i%lines); what != want {
			t.Fatalf("line %d is %s, want %s", i, what, want)
		}
	}
	if len(said) != speakers*lines {
		t.Errorf("%d lines", len(said))
	}
}

func TestTheFirstSpeakerIsHeardAtOnce(t *testing.T) {
	heard := 0
	order := &orderedOutput{emit: func(event.Event) { heard++ }, held: make([][]event.Event, 2), ended: make([]bool, 2)}
	order.say(1, event.Step{})
	if order.say(0, event.Step{}); heard != 1 {
		t.Errorf("%d heard, want the first speaker's", heard)
	}
	if order.end(0); heard != 2 {
		t.Errorf("%d heard after the first one has ended", heard)
	}
	if order.say(1, event.Step{}); heard != 3 {
		t.Errorf("%d heard of the second one in its turn", heard)
	}
}
