package phone

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"phonegate/provision/sandbox/world"
)

const number = "+61491570156"

func TestMessagesAreListedNewestFirst(t *testing.T) {
	w := world.New(world.Options{})
	p := New(w)
	p.Receive(Message{To: number, Body: "one"})
	p.Receive(Message{To: "+12025550143", Body: "two"})
	w.Advance(time.Minute)
	p.Receive(Message{To: number, Body: "three"})
	mine := p.Messages(number)
	if len(mine) != 2 || mine[0].Body != "three" || mine[1].Body != "one" || mine[0].Time.Sub(mine[1].Time) < time.Minute {
		t.Errorf("%+v", mine)
	}
	if all := p.Messages(""); len(all) != 3 {
		t.Errorf("%+v", all)
	}
	if none := p.Messages("+1"); none == nil || len(none) != 0 {
		t.Errorf("%#v", none)
	}
}

func TestThePhoneForgetsTheOldestMessages(t *testing.T) {
	p := New(world.New(world.Options{}))
	for i := range Keep + 5 {
		p.Receive(Message{Body: fmt.Sprint(i)})
	}
	if all := p.Messages(""); len(all) != Keep || all[Keep-1].Body != "5" {
		t.Errorf("%d messages, the oldest is %q", len(all), all[len(all)-1].Body)
	}
}

func TestWatchReportsEveryMessageInOrder(t *testing.T) {
	p := New(world.New(world.Options{}))
	p.Receive(Message{Body: "before"})
	ctx, cancel := context.WithCancel(t.Context())
	arriving := p.Watch(ctx)
	other := p.Watch(ctx) // nobody reads this one for now: it holds up nothing
	const many = 100
	for i := range many {
		p.Receive(Message{Body: fmt.Sprint(i)})
	}
	for _, c := range []<-chan Message{arriving, other} {
		for i := range many {
			if m := <-c; m.Body != fmt.Sprint(i) {
				t.Fatalf("message %d is %q", i, m.Body)
			}
		}
	}
	cancel()
	if _, open := <-arriving; open {
		t.Error("a message after the end")
	}
	<-other
	p.Receive(Message{Body: "after"})
}

func TestMessagesAsJSON(t *testing.T) {
	p := New(world.New(world.Options{}))
	p.Receive(Message{To: number, Body: "Your Acme verification code is: 123456", Code: "123456", Channel: "sms"})
	for _, query := range []string{"?to=%2B61491570156", "?to=+61491570156", ""} {
		rec := httptest.NewRecorder()
		p.ServeHTTP(rec, httptest.NewRequest("GET", "/messages"+query, nil))
		var all []map[string]string
		if err := json.Unmarshal(rec.Body.Bytes(), &all); err != nil || len(all) != 1 || len(all[0]) != 5 || all[0]["code"] != "123456" || all[0]["to"] != number {
			t.Fatalf("%q: %s", query, rec.Body)
		}
		if _, err := time.Parse(time.RFC3339, all[0]["time"]); err != nil {
			t.Error(err)
		}
	}
}

func TestThePageStandsAlone(t *testing.T) {
	p := New(world.New(world.Options{}))
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	text := rec.Body.String()
	if rec.Code != 200 || !strings.Contains(text, "<main>") || strings.Contains(text, "http://") || strings.Contains(text, "https://") || strings.Contains(text, "innerHTML") {
		t.Errorf("%d %s", rec.Code, text)
	}
	if !strings.Contains(rec.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%v", rec.Header())
	}
}

func TestThePhoneIsOnlyRead(t *testing.T) {
	p := New(world.New(world.Options{}))
	for request, want := range map[string]int{"POST /messages": 405, "DELETE /": 405, "GET /other": 404, "HEAD /messages": 200} {
		method, path, _ := strings.Cut(request, " ")
		rec := httptest.NewRecorder()
		p.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
		if rec.Code != want {
			t.Errorf("%s: %d, want %d", request, rec.Code, want)
		}
	}
}
