package world

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

type contextKey int

const (
	byCode contextKey = iota
	from
)

// ByCode marks the requests that deployed code makes, for the log.
func ByCode(ctx context.Context) context.Context { return context.WithValue(ctx, byCode, true) }

// From gives the requests made with the context an IP address of their own. Without it they come from the machine itself.
func From(ctx context.Context, ip string) context.Context { return context.WithValue(ctx, from, ip) }

// Address is the IP address that From has given, else the machine's own.
func Address(ctx context.Context) string {
	if ip, ok := ctx.Value(from).(string); ok {
		return ip
	}
	return "127.0.0.1"
}

// Fault is armed for the next matching requests.
type Fault struct {
	Provider string `json:"provider"` // auth0, twilio, vercel, cloudflare, form; "" for any
	Method   string `json:"method"`   // "" for any
	Path     string `json:"path"`     // a part of the path, or with * for any one segment the whole path; "" for any
	Status   int    `json:"status"`   // answer with this status instead of doing it; 0: do it
	Times    int    `json:"times"`    // how many requests; 0: one
	Skip     int    `json:"skip"`     // let so many matching requests through first
	DelayMS  int    `json:"delay_ms"` // wait first
	Drop     bool   `json:"drop"`     // break the connection instead of answering
	After    bool   `json:"after"`    // with Status or Drop: act first, then lose the answer
	Body     string `json:"body"`     // body for Status; "" for the provider's own error shape
	// Truncate acts and then breaks the answer off in the middle of its body.
	Truncate bool `json:"truncate"`
	// RetryAfter is sent as the Retry-After header, in seconds, if not zero.
	RetryAfter int `json:"retry_after"`
}

// Request is one line of the request log. Bodies are not kept: they hold secrets.
type Request struct {
	Time     time.Time `json:"time"`
	Provider string    `json:"provider"`
	Method   string    `json:"method"`
	Host     string    `json:"host"`
	Path     string    `json:"path"`
	Status   int       `json:"status"` // 0 if no answer was given
	MS       int64     `json:"ms"`
	// By is "api" for a call from outside, "code" for one made by a deployed Action or form.
	By string `json:"by"`
	// NotEmulated marks a path that the sandbox does not know.
	NotEmulated bool `json:"not_emulated,omitempty"`
}

// Write says whether the request could have changed something.
func (r Request) Write() bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// Arm adds a fault; faults are used up in the order they were armed.
func (w *World) Arm(f Fault) {
	if f.Times <= 0 {
		f.Times = 1
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, &f)
}

// Disarm forgets all armed faults.
func (w *World) Disarm() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = nil
}

// Requests is the log so far, oldest first.
func (w *World) Requests() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.requests)
}

// ErrorWriter writes a provider's own error body for a status ("503").
type ErrorWriter func(rw http.ResponseWriter, status int)

// Handler puts latency, rate limit, faults and the log in front of a provider's API.
func (w *World) Handler(provider string, fail ErrorWriter, next http.Handler) http.Handler {
	return w.HandlerOf(provider, "", fail, next)
}

// HandlerOf is Handler for one of several accounts of a provider, each of which has the rate limit for itself.
func (w *World) HandlerOf(provider, account string, fail ErrorWriter, next http.Handler) http.Handler {
	lim := w.limitOf(provider, account)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: rw}
		line := Request{Time: w.Now(), Provider: provider, Method: r.Method, Host: r.Host, Path: r.URL.Path, By: "api"}
		if r.Context().Value(byCode) != nil {
			line.By = "code"
		}
		answered := false
		defer func() { // also when the handler panics, as for a broken connection
			line.MS, line.NotEmulated = time.Since(start).Milliseconds(), rec.notEmulated
			if answered {
				line.Status = rec.final()
			}
			w.note(line)
		}()
		answered = w.answer(provider, lim, fail, next, rec, r)
		if !answered {
			panic(http.ErrAbortHandler)
		}
	})
}

// answer is false if no answer must arrive: the connection is to break, or nobody waits any more.
func (w *World) answer(provider string, lim *limit, fail ErrorWriter, next http.Handler, rec *recorder, r *http.Request) bool {
	w.mu.Lock()
	latency := w.latency
	w.mu.Unlock()
	if w.Sleep(r.Context(), latency) != nil {
		return false
	}
	w.mu.Lock()
	now := w.now()
	// A request that the rate limit refuses uses up no fault.
	var f *Fault
	allowed := lim == nil || lim.allow(rec, now)
	if allowed {
		f = w.take(provider, r)
	}
	w.mu.Unlock()
	switch {
	case !allowed:
		fail(rec, http.StatusTooManyRequests)
		return true
	case f == nil:
		next.ServeHTTP(rec, r)
		return true
	}
	if w.Sleep(r.Context(), time.Duration(f.DelayMS)*time.Millisecond) != nil {
		return false
	}
	if f.After {
		next.ServeHTTP(&recorder{ResponseWriter: discard{http.Header{}}}, r)
	}
	switch {
	case f.Drop:
		return false
	case f.Truncate:
		next.ServeHTTP(&half{ResponseWriter: rec}, r)
	case f.Status == 0:
		next.ServeHTTP(rec, r)
	default:
		f.write(rec, fail)
	}
	return true
}

// write answers with the fault's status.
func (f *Fault) write(rw http.ResponseWriter, fail ErrorWriter) {
	if f.RetryAfter > 0 {
		rw.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	if f.Body == "" {
		fail(rw, f.Status)
		return
	}
	kind := "text/html; charset=utf-8"
	if json.Valid([]byte(f.Body)) {
		kind = "application/json"
	}
	rw.Header().Set("Content-Type", kind)
	rw.WriteHeader(f.Status)
	_, _ = io.WriteString(rw, f.Body)
}

func (w *World) note(line Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.requests) >= keepRequests {
		w.requests = slices.Delete(w.requests, 0, keepRequests/10)
	}
	w.requests = append(w.requests, line)
}

// take finds and uses up the first armed fault for the request. The caller holds the lock.
func (w *World) take(provider string, r *http.Request) *Fault {
	for i, f := range w.faults {
		if (f.Provider != "" && f.Provider != provider) || (f.Method != "" && !strings.EqualFold(f.Method, r.Method)) ||
			!f.leadsTo(r.URL.Path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		used := *f
		if f.Times--; f.Times <= 0 {
			w.faults = slices.Delete(w.faults, i, i+1)
		}
		return &used
	}
	return nil
}

func (f *Fault) leadsTo(requested string) bool {
	if !strings.Contains(f.Path, "*") {
		return strings.Contains(requested, f.Path)
	}
	matched, err := path.Match(f.Path, requested)
	return err == nil && matched
}

// MarkNotEmulated notes in the log that no emulated operation answered. It finds the log through wrappers that
// have the Unwrap method of http.ResponseController.
func MarkNotEmulated(rw http.ResponseWriter) {
	for {
		if rec, ok := rw.(*recorder); ok {
			rec.notEmulated = true
			return
		}
		wrapper, ok := rw.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return
		}
		rw = wrapper.Unwrap()
	}
}

// recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status      int
	notEmulated bool
}

// WriteHeader notes the first final status: 1xx come before it, and a second one would have no effect.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write may be the first sign of a 200.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

func (r *recorder) final() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// Unwrap leads http.ResponseController to the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// half lets only the first half of each piece of a body through, with a length that fits it: what a proxy does that lost
// the server.
type half struct{ http.ResponseWriter }

func (h *half) WriteHeader(status int) {
	h.Header().Del("Content-Length")
	h.ResponseWriter.WriteHeader(status)
}

func (h *half) Write(b []byte) (int, error) {
	h.Header().Del("Content-Length")
	_, err := h.ResponseWriter.Write(b[:len(b)/2])
	return len(b), err
}

// Unwrap leads http.ResponseController to the connection.
func (h *half) Unwrap() http.ResponseWriter { return h.ResponseWriter }

type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}
