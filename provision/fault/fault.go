// Package fault is the error type of phonegate: what happened, why, and what to
// do next, with a category that decides the exit code.
package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Category says what kind of failure an error is. It decides the exit code.
type Category int

// The categories, from the least to the most specific.
const (
	Failed      Category = iota // something did not work: exit 1
	Usage                       // a flag, an answer or the file is wrong or missing: exit 2
	Differences                 // plan or doctor found something to change: exit 3
	Refused                     // a provider refused the credentials or their permissions: exit 4
	Interrupted                 // the user or a signal stopped the run: exit 130
)

// ExitCode is the process exit code of the category.
func (c Category) ExitCode() int {
	switch c {
	case Usage:
		return 2
	case Differences:
		return 3
	case Refused:
		return 4
	case Interrupted:
		return 130
	default:
		return 1
	}
}

// Error is a failure that a person can act on.
type Error struct {
	Category Category
	// Code is stable and machine-readable, e.g. "auth0.insufficient_scope" or "twilio.60203".
	Code string
	// Message says in one sentence what happened and why. It never holds a secret.
	Message string
	// Hint says what to do next, if possible as a command.
	Hint string
	// Detail is the protocol behind the message (method, path, status, the provider's own words), for a report. It never holds
	// a secret.
	Detail string
	// RequestID is the provider's own id of the failed call, if it gave one.
	RequestID string
	// Err is the cause, if there is one.
	Err error
}

// Error is the message, with the cause where the message does not carry it.
func (e *Error) Error() string { return e.Message }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error with a code, a hint and a formatted message.
func New(c Category, code, hint, format string, args ...any) *Error {
	return &Error{Category: c, Code: code, Hint: hint, Message: fmt.Sprintf(format, args...)}
}

// Wrap is New with a cause; the cause's text is not added to the message.
func Wrap(err error, c Category, code, hint, format string, args ...any) *Error {
	e := New(c, code, hint, format, args...)
	e.Err = err
	return e
}

// Of is err as an *Error: err itself if it is one, an Interrupted error if a context
// was cancelled, otherwise a Failed error with the code "failed" around it. Nil stays nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return Wrap(err, Interrupted, "interrupted", "Run the same command again: it continues where it stopped.", "Interrupted.")
	}
	return Wrap(err, Failed, "failed", "", "%s", err.Error())
}

// Worst is the error among joined ones that decides the exit code: what a script must know first. A difference is what plan is
// there to find, so any failure outweighs it; an interruption explains whatever failed beside it. Nil stays nil.
func Worst(err error) *Error {
	var found *Error
	for _, e := range Split(err) {
		if f := Of(e); found == nil || f.Category.weight() > found.Category.weight() {
			found = f
		}
	}
	return found
}

// Join combines errors as errors.Join does, the one that decides the exit code first, and each sentence once.
func Join(errs ...error) error {
	var distinct []error
	for _, err := range errs {
		if err != nil && !slices.ContainsFunc(distinct, func(d error) bool { return d.Error() == err.Error() }) {
			distinct = append(distinct, err)
		}
	}
	slices.SortStableFunc(distinct, func(a, b error) int { return Of(b).Category.weight() - Of(a).Category.weight() })
	return errors.Join(distinct...)
}

// Split is the errors that were joined to err, or err alone. Of nil it is none.
func Split(err error) []error {
	if err == nil {
		return nil
	}
	joined, is := err.(interface{ Unwrap() []error })
	if !is {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, Split(e)...)
	}
	return all
}

// weight ranks categories for Worst.
func (c Category) weight() int {
	return slices.Index([]Category{Differences, Failed, Usage, Refused, Interrupted}, c)
}

// Hide removes secrets, and their dot-separated parts, from an error's message and detail: providers quote what they reject.
func Hide(err error, secrets ...string) error {
	var f *Error
	if !errors.As(err, &f) {
		return err
	}
	for _, s := range secrets {
		for _, part := range append([]string{s}, strings.Split(s, ".")...) {
			if len(part) >= 8 {
				f.Message = strings.ReplaceAll(f.Message, part, "(hidden)")
				f.Detail = strings.ReplaceAll(f.Detail, part, "(hidden)")
			}
		}
	}
	return err
}
