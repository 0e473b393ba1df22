package world

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

type contextKey int

const byCode contextKey = iota

// ByCode marks the requests that deployed code makes, for the log.
func ByCode(ctx context.Context) context.Context { return context.WithValue(ctx, byCode, true) }

// Fault is armed for the next matching requests.
type Fault struct {
	Provider string `json:"provider"` // auth0, twilio, vercel; "" for any
	Method   string `json:"method"`   // "" for any
	Path     string `json:"path"`     // a part of the path; "" for any
	Status   int    `json:"status"`   // answer with this status instead of doing it; 0: do it
	Times    int    `json:"times"`    // how many requests; 0: one
	DelayMS  int    `json:"delay_ms"` // wait first
	Drop     bool   `json:"drop"`     // break the connection instead of answering
	After    bool   `json:"after"`    // with Status or Drop: act first, then lose the answer
	Body     string `json:"body"`     // body for Status; "" for the provider's own error shape
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
	Status   int       `json:"status"`
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
	if f.Times == 0 {
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
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: rw, status: http.StatusOK}
		line := Request{Time: w.Now(), Provider: provider, Method: r.Method, Host: r.Host, Path: r.URL.Path, By: "api"}
		if r.Context().Value(byCode) != nil {
			line.By = "code"
		}
		dropped := false
		defer func() {
			line.Status, line.MS, line.NotEmulated = rec.status, time.Since(start).Milliseconds(), rec.notEmulated
			if dropped {
				line.Status = 0
			}
			w.mu.Lock()
			w.requests = append(w.requests, line)
			w.mu.Unlock()
			if dropped {
				panic(http.ErrAbortHandler)
			}
		}()
		w.mu.Lock()
		latency, lim := w.latency, w.limits[provider]
		fault := w.take(provider, r)
		w.mu.Unlock()
		if latency > 0 && w.Sleep(r.Context(), latency) != nil {
			return
		}
		if lim != nil && !lim.allow(rec) {
			fail(rec, http.StatusTooManyRequests)
			return
		}
		if fault == nil {
			next.ServeHTTP(rec, r)
			return
		}
		if fault.DelayMS > 0 && w.Sleep(r.Context(), time.Duration(fault.DelayMS)*time.Millisecond) != nil {
			return
		}
		if fault.After {
			next.ServeHTTP(&recorder{ResponseWriter: discard{http.Header{}}}, r)
		}
		switch {
		case fault.Drop:
			dropped = true
		case fault.Status != 0:
			if fault.RetryAfter > 0 {
				rec.Header().Set("Retry-After", strconv.Itoa(fault.RetryAfter))
			}
			if fault.Body != "" {
				rec.Header().Set("Content-Type", "text/html")
				rec.WriteHeader(fault.Status)
				_, _ = rec.Write([]byte(fault.Body))
				return
			}
			fail(rec, fault.Status)
		default:
			next.ServeHTTP(rec, r)
		}
	})
}

// take finds and uses up the first armed fault for the request. The caller holds the lock.
func (w *World) take(provider string, r *http.Request) *Fault {
	for i, f := range w.faults {
		if (f.Provider != "" && f.Provider != provider) || (f.Method != "" && !strings.EqualFold(f.Method, r.Method)) ||
			!strings.Contains(r.URL.Path, f.Path) {
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

// MarkNotEmulated notes in the log that no emulated operation answered. It must be given the ResponseWriter
// that the handler was called with.
func MarkNotEmulated(rw http.ResponseWriter) {
	if rec, ok := rw.(*recorder); ok {
		rec.notEmulated = true
	}
}

type recorder struct {
	http.ResponseWriter
	status      int
	notEmulated bool
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}
