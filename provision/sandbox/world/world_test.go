package world

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var weather = Declare(Behaviour{Name: "test.weather", Values: []string{"dry", "wet"}, About: "Whether it rains.", Sources: "the window"})

func fail(rw http.ResponseWriter, status int) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_, _ = io.WriteString(rw, `{"own":`+strconv.Itoa(status)+`}`)
}

// counting is an API that counts its calls.
func counting(calls *int) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		*calls++
		_, _ = io.WriteString(rw, "done")
	})
}

// call returns the answer, or nil if the connection was broken.
func call(h http.Handler, method, path string) (rec *httptest.ResponseRecorder) {
	rec = httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			rec = nil
		}
	}()
	h.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
	return rec
}

func TestClockOnlyGoesForward(t *testing.T) {
	w := New(Options{})
	before := w.Now()
	w.Advance(time.Hour)
	w.Advance(-time.Hour)
	if moved := w.Now().Sub(before); moved < time.Hour || moved > time.Hour+time.Minute {
		t.Errorf("the clock moved by %s", moved)
	}
	if w.Now().Location() != time.UTC {
		t.Error("the clock is not in UTC")
	}
}

func TestSleepFollowsSpeedAndContext(t *testing.T) {
	w := New(Options{Speed: 1e6})
	start := time.Now()
	if err := w.Sleep(t.Context(), time.Hour); err != nil || time.Since(start) > time.Minute {
		t.Errorf("%v after %s", err, time.Since(start))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := New(Options{}).Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestBehavioursAreChecked(t *testing.T) {
	w := New(Options{})
	if w.Behaviour(weather) != "dry" {
		t.Error("the first value is the default")
	}
	if err := w.SetBehaviour("test.weather", "wet"); err != nil || w.Behaviour(weather) != "wet" {
		t.Errorf("%v, %s", err, w.Behaviour(weather))
	}
	if New(Options{}).Behaviour(weather) != "dry" {
		t.Error("worlds share behaviours")
	}
	for name, value := range map[string]string{"test.weather": "hail", "test.moon": "full"} {
		if w.SetBehaviour(name, value) == nil {
			t.Errorf("%s=%s was accepted", name, value)
		}
	}
	for i, all := 1, Behaviours(); i < len(all); i++ {
		if all[i-1].Name > all[i].Name {
			t.Errorf("%s before %s", all[i-1].Name, all[i].Name)
		}
	}
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name         string
		fault        Fault
		status       int // 0: broken
		calls        int
		body, header string
	}{
		{"status in the provider's words", Fault{Status: 503, RetryAfter: 7}, 503, 0, `{"own":503}`, "7"},
		{"status with a page", Fault{Status: 502, Body: "<h1>Bad gateway</h1>"}, 502, 0, "<h1>Bad gateway</h1>", ""},
		{"broken connection", Fault{Drop: true}, 0, 0, "", ""},
		{"broken after the deed", Fault{Drop: true, After: true}, 0, 1, "", ""},
		{"answer lost", Fault{Status: 500, After: true}, 500, 1, `{"own":500}`, ""},
		{"only late", Fault{DelayMS: 1}, 200, 1, "done", ""},
		{"another method", Fault{Method: "POST", Status: 500}, 200, 1, "done", ""},
		{"same method in lower case", Fault{Method: "get", Status: 500}, 500, 0, "", ""},
		{"another path", Fault{Path: "/v3", Status: 500}, 200, 1, "done", ""},
		{"an answer that breaks off", Fault{Truncate: true}, 200, 1, "do", ""},
		{"a path with any segment", Fault{Path: "/*/things", Status: 500}, 500, 0, "", ""},
		{"a longer path than the pattern", Fault{Path: "/*", Status: 500}, 200, 1, "done", ""},
		{"only the second one", Fault{Status: 500, Skip: 1}, 200, 1, "done", ""},
		{"another provider", Fault{Provider: "vercel", Status: 500}, 200, 1, "done", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, calls := New(Options{}), 0
			h := w.Handler("auth0", fail, counting(&calls))
			w.Arm(tt.fault)
			rec := call(h, "GET", "/v2/things")
			status := 0
			if rec != nil {
				status = rec.Code
				if tt.body != "" && rec.Body.String() != tt.body || rec.Header().Get("Retry-After") != tt.header {
					t.Errorf("%s %v", rec.Body, rec.Header())
				}
			}
			if log := w.Requests(); status != tt.status || calls != tt.calls || len(log) != 1 || log[0].Status != tt.status {
				t.Errorf("status %d, %d calls, log %+v", status, calls, log)
			}
		})
	}
}

func TestFaultsAreUsedUpInOrder(t *testing.T) {
	w, calls := New(Options{}), 0
	h := w.Handler("auth0", fail, counting(&calls))
	w.Arm(Fault{Status: 500, Times: 2})
	w.Arm(Fault{Status: 429})
	for i, want := range []int{500, 500, 429, 200} {
		if got := call(h, "GET", "/").Code; got != want {
			t.Errorf("request %d: %d, want %d", i, got, want)
		}
	}
	w.Arm(Fault{Status: 500})
	w.Disarm()
	if got := call(h, "GET", "/").Code; got != 200 {
		t.Errorf("after Disarm: %d", got)
	}
}

func TestRateLimitFillsByTheWorldsClock(t *testing.T) {
	w, calls := New(Options{RateLimits: map[string]float64{"auth0": 0.01}}), 0
	h := w.Handler("auth0", fail, counting(&calls))
	w.Arm(Fault{Status: 500})
	first, second := call(h, "GET", "/"), call(h, "GET", "/")
	if first.Code != 500 || second.Code != 429 || second.Header().Get("X-RateLimit-Remaining") != "0" || second.Header().Get("X-RateLimit-Limit") != "1" {
		t.Fatalf("%d %d %v", first.Code, second.Code, second.Header())
	}
	reset, _ := strconv.ParseInt(second.Header().Get("X-RateLimit-Reset"), 10, 64)
	if in := reset - w.Now().Unix(); in < 90 || in > 102 {
		t.Errorf("the reset is in %d s", in)
	}
	w.Arm(Fault{Status: 503})
	if got := call(h, "GET", "/").Code; got != 429 {
		t.Errorf("a refused request used up a fault: %d", got)
	}
	w.Advance(2 * time.Minute)
	if got := call(h, "GET", "/").Code; got != 503 {
		t.Errorf("after two minutes: %d", got)
	}
	other := w.Handler("twilio", fail, counting(&calls))
	if rec := call(other, "GET", "/"); rec.Code != 200 || rec.Header().Get("X-RateLimit-Limit") != "" {
		t.Errorf("another provider: %d %v", rec.Code, rec.Header())
	}
}

func TestLogTellsWhoAskedAndWhatIsMissing(t *testing.T) {
	w := New(Options{})
	h := w.Handler("auth0", fail, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/unknown") {
			MarkNotEmulated(wrapped{rw})
			fail(rw, 404)
		}
	}))
	call(h, "POST", "/known")
	call(h, "GET", "/unknown?secret=1")
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/known", nil).WithContext(ByCode(t.Context())))
	log := w.Requests()
	if len(log) != 3 || log[0].Status != 200 || !log[0].Write() || log[0].By != "api" || log[1].Status != 404 || !log[1].NotEmulated ||
		log[1].Path != "/unknown" || log[1].Write() || log[2].By != "code" {
		t.Errorf("%+v", log)
	}
}

type wrapped struct{ http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func TestLatencyEndsWithTheRequest(t *testing.T) {
	w, calls := New(Options{Latency: time.Hour}), 0
	h := w.Handler("auth0", fail, counting(&calls))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	broken := func() (p any) {
		defer func() { p = recover() }()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil).WithContext(ctx))
		return nil
	}()
	if log := w.Requests(); broken != http.ErrAbortHandler || calls != 0 || len(log) != 1 || log[0].Status != 0 {
		t.Errorf("%v, %d calls, %+v", broken, calls, log)
	}
	w.SetLatency(0)
	if rec := call(h, "GET", "/"); rec.Code != 200 {
		t.Errorf("without latency: %d", rec.Code)
	}
}

func TestLogForgetsTheOldest(t *testing.T) {
	w := New(Options{})
	for i := range keepRequests + 1 {
		w.note(Request{MS: int64(i)})
	}
	log := w.Requests()
	if len(log) > keepRequests || log[len(log)-1].MS != keepRequests || log[0].MS == 0 {
		t.Errorf("%d lines from %d to %d", len(log), log[0].MS, log[len(log)-1].MS)
	}
}

func TestManyGoroutinesShareAWorld(t *testing.T) {
	w := New(Options{RateLimits: map[string]float64{"auth0": 1e6}})
	h := w.Handler("auth0", fail, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { _ = w.Now() }))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				call(h, "GET", "/")
				w.Advance(time.Millisecond)
				_ = w.SetBehaviour("test.weather", "wet")
			}
		})
	}
	group.Wait()
	if n := len(w.Requests()); n != 400 {
		t.Errorf("%d requests", n)
	}
}

func TestEachAccountHasTheRateLimitForItself(t *testing.T) {
	w, calls := New(Options{RateLimits: map[string]float64{"auth0": 1}}), 0
	one, two := w.HandlerOf("auth0", "one", fail, counting(&calls)), w.HandlerOf("auth0", "two", fail, counting(&calls))
	otherDoor := w.HandlerOf("auth0", "one", fail, counting(&calls))
	for i, c := range []struct {
		h    http.Handler
		want int
	}{{one, 200}, {one, 429}, {two, 200}, {otherDoor, 429}, {two, 429}} {
		if got := call(c.h, "GET", "/").Code; got != c.want {
			t.Errorf("request %d: %d, want %d", i, got, c.want)
		}
	}
}
