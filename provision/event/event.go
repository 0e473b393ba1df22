// Package event is what the engine says while it works. Every renderer (the wizard,
// plain lines, NDJSON) is fed from these values and from nothing else. The JSON
// form of a value is the program's public interface under --json.
package event

import "phonegate/provision/fault"

// Event is one of Plan, Step or Result.
type Event interface{ event() }

// Op is what a plan does to a resource.
type Op string

// The operations of a plan.
const (
	Create Op = "create"
	Update Op = "update"
	None   Op = "none"
	Delete Op = "delete"
)

// Change is one line of a plan.
type Change struct {
	Resource string `json:"resource"` // e.g. "twilio.service"
	Op       Op     `json:"op"`
	Detail   string `json:"detail"` // one readable line: what, by name
	// Diff is the readable difference for an update: lines that begin with "- ", "+ " or "  ".
	Diff string `json:"diff,omitempty"`
	// From says where the decision comes from: "typed", "generated", "new", "kept: 1", ...
	From string `json:"from,omitempty"`
	// Requests is how many API calls the change is expected to take.
	Requests int `json:"requests,omitempty"`
}

// Plan is the whole plan of one tenant.
type Plan struct {
	Type    string   `json:"type"` // "plan"
	Tenant  string   `json:"tenant"`
	Changes []Change `json:"changes"`
	// Warnings say, before anybody is asked, what carrying it out would break.
	Warnings []string `json:"warnings,omitempty"`
}

// Status is the state of a step.
type Status string

// The states of a step.
const (
	Running Status = "running"
	Done    Status = "done"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// Step reports progress on one resource or one smoke step. A step may say Running
// several times, with a new Detail; Done, Failed and Skipped are final.
type Step struct {
	Type      string `json:"type"` // "step"
	Tenant    string `json:"tenant"`
	Resource  string `json:"resource"`
	Status    Status `json:"status"`
	ElapsedMS int64  `json:"elapsed_ms"`
	Detail    string `json:"detail"`
	Error     *Error `json:"error,omitempty"`
	// Waits is the provider whose rate limit the step waits for, "" while it does not wait; Detail says so in words.
	Waits string `json:"-"`
}

// Error is the public form of a fault.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
	// Detail is the protocol behind the message (method, path, status), for people who report the error.
	Detail string `json:"detail,omitempty"`
}

// FromError is the public form of err; nil for nil.
func FromError(err error) *Error {
	if err == nil {
		return nil
	}
	f := fault.Of(err)
	return &Error{Code: f.Code, Message: f.Message, Hint: f.Hint, Detail: f.Detail}
}

// Outcome is how a command ended for one tenant.
type Outcome struct {
	Name       string `json:"name"`
	OK         bool   `json:"ok"`
	Created    int    `json:"created"`
	Updated    int    `json:"updated"`
	Unchanged  int    `json:"unchanged"`
	Deleted    int    `json:"deleted"`
	FormURL    string `json:"form_url"`
	ActionID   string `json:"action_id"`
	ServiceSID string `json:"service_sid"`
	// Findings is how many links of the chain doctor found broken, ElapsedMS the time that the tenant took; both are
	// given where several tenants are worked on at the same time.
	Findings  int   `json:"findings,omitempty"`
	ElapsedMS int64 `json:"elapsed_ms,omitempty"`
	// Left is what destroy leaves behind, because phonegate can't tell that it is its own or can't remove it.
	Left  []Left `json:"left,omitempty"`
	Error *Error `json:"error,omitempty"`
}

// Left is one thing that destroy leaves behind.
type Left struct {
	What string `json:"what"` // in words, e.g. "the Vercel project acme-verify"
	Why  string `json:"why"`
	// Command removes it, "" if none does.
	Command string `json:"command,omitempty"`
}

// Result is the last event of a command.
type Result struct {
	Type      string         `json:"type"` // "result"
	Command   string         `json:"command"`
	OK        bool           `json:"ok"`
	Tenants   []Outcome      `json:"tenants"`
	Requests  map[string]int `json:"requests"` // API calls by provider: auth0, twilio, vercel, and cloudflare if it was called
	ElapsedMS int64          `json:"elapsed_ms"`
	Error     *Error         `json:"error,omitempty"`
}

func (Plan) event()   {}
func (Step) event()   {}
func (Result) event() {}
