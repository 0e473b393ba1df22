package twilio

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	verify "github.com/twilio/twilio-go/rest/verify/v2"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// ServiceSpec is the Verify service as it should be.
type ServiceSpec struct {
	Name       string
	CodeLength int
}

// Service is the resource twilio.service. Its name, the length of its codes and the rate limits that are ours are managed; all
// other settings are left as they are.
type Service struct {
	c    *Client
	spec ServiceSpec
	note resource.Note

	found  *ServiceInfo
	limits map[string]foundLimit // by name
	stale  bool                  // found may be out of date: an Apply has failed on the way
}

// NewService makes the resource. The note keeps the service's sid, whether phonegate made it, and which limits it made.
func NewService(c *Client, spec ServiceSpec, note resource.Note) *Service {
	return &Service{c: c, spec: spec, note: note}
}

// ValidateServiceName says what Twilio would refuse about a service's name.
func ValidateServiceName(name string) error {
	const hint = "At most 30 letters, digits, spaces, - and _, and at most 4 digits in all."
	digits := 0
	for _, r := range name {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || r == ' ' || r == '-' || r == '_':
		default:
			return fault.New(fault.Usage, "twilio.service_name", hint, "The name of the Verify service can't hold %q.", r)
		}
	}
	switch {
	case strings.TrimSpace(name) == "":
		return fault.New(fault.Usage, "twilio.service_name", hint, "The Verify service has no name.")
	case utf8.RuneCountInString(name) > 30:
		return fault.New(fault.Usage, "twilio.service_name", hint, "The name of the Verify service has more than 30 characters: %s.", name)
	case digits > 4:
		return fault.New(fault.Usage, "twilio.service_name", hint, "The name of the Verify service has more than 4 digits: %s.", name)
	}
	return nil
}

func (s *Service) validate() error {
	if err := ValidateServiceName(s.spec.Name); err != nil {
		return err
	}
	if s.spec.CodeLength < 4 || s.spec.CodeLength > 10 {
		return fault.New(fault.Usage, "twilio.code_length", "Choose 4 to 10; 6 is usual.", "Codes can't have %d digits.", s.spec.CodeLength)
	}
	return s.c.ready()
}

// Name implements resource.Resource.
func (s *Service) Name() string { return "twilio.service" }

// SID is the service's sid, "" before it exists.
func (s *Service) SID() string {
	if s.found == nil {
		return ""
	}
	return s.found.SID
}

// Read implements resource.Resource. Names are not unique at Twilio, so the noted sid goes first.
func (s *Service) Read(ctx context.Context) error {
	if err := s.validate(); err != nil {
		return err
	}
	s.found, s.limits, s.stale = nil, nil, false
	if sid := s.note.Get("sid"); sid != "" {
		found, err := s.c.verify(ctx).FetchService(sid)
		if err == nil {
			i := info(found)
			s.found = &i
			return s.readLimits(ctx)
		}
		if err = typed(err); !notFound(err) {
			return err
		}
	}
	if err := s.find(ctx); err != nil || s.found == nil {
		return err
	}
	return s.readLimits(ctx)
}

func (s *Service) find(ctx context.Context) error {
	all, err := s.c.Services(ctx)
	if err != nil {
		return err
	}
	for _, i := range all {
		if i.Name == s.spec.Name {
			s.found = &i
			return nil
		}
	}
	return nil
}

// Change implements resource.Resource.
func (s *Service) Change() event.Change {
	c := event.Change{Resource: s.Name(), Op: event.None, Detail: fmt.Sprintf("“%s”, %d digits", s.spec.Name, s.spec.CodeLength)}
	if s.found == nil {
		_, n := s.limitsDiffer()
		c.Op, c.From, c.Requests = event.Create, "new", 1+n
		c.Detail += ", with limits for each user and network"
		return c
	}
	var why []string
	if s.found.Name != s.spec.Name {
		why = append(why, fmt.Sprintf("now called “%s”", s.found.Name))
	}
	if s.found.CodeLength != s.spec.CodeLength {
		why = append(why, fmt.Sprintf("%d digits → %d", s.found.CodeLength, s.spec.CodeLength))
	}
	if len(why) > 0 {
		c.Requests = 1
	}
	differ, n := s.limitsDiffer()
	if why = append(why, differ...); len(why) > 0 {
		c.Op, c.Requests = event.Update, c.Requests+n
		c.Detail = fmt.Sprintf("“%s”: %s", s.spec.Name, strings.Join(why, ", "))
	}
	if s.note.Get("sid") == "" {
		c.From = "found"
	}
	return c
}

// Apply implements resource.Resource.
func (s *Service) Apply(ctx context.Context, _ resource.Progress) (err error) {
	if s.stale {
		if err := s.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { s.stale = err != nil }()
	switch {
	case s.found == nil:
		if err := s.create(ctx); err != nil {
			return err
		}
		s.limits = map[string]foundLimit{}
	case s.found.Name != s.spec.Name || s.found.CodeLength != s.spec.CodeLength:
		p := (&verify.UpdateServiceParams{}).SetFriendlyName(s.spec.Name).SetCodeLength(s.spec.CodeLength)
		if _, err := s.c.verify(transport.Repeatable(ctx)).UpdateService(s.found.SID, p); err != nil {
			return typed(err)
		}
		s.found.Name, s.found.CodeLength = s.spec.Name, s.spec.CodeLength
	}
	// Whose service it is comes first: the limits may fail, and it must not be made or adopted a second time.
	if err := s.adopt(); err != nil {
		return err
	}
	return s.keepLimits(ctx)
}

// create makes the service. That phonegate is about to make one of this name is noted first: if the answer is lost or the
// program dies, the service that is then found by that name is known to be ours.
func (s *Service) create(ctx context.Context) error {
	if err := s.note.Set("making", s.spec.Name); err != nil {
		return err
	}
	if err := s.note.Set("limits", ""); err != nil { // those of a service that is gone
		return err
	}
	p := (&verify.CreateServiceParams{}).SetFriendlyName(s.spec.Name).SetCodeLength(s.spec.CodeLength)
	made, err := s.c.verify(ctx).CreateService(p)
	if err == nil {
		i := info(made)
		s.found = &i
		return nil
	}
	if err = typed(err); !unsure(err) {
		_ = s.note.Set("making", "")
		return err
	}
	if ctx.Err() != nil || s.find(ctx) != nil || s.found == nil {
		return err
	}
	return nil
}

// UndoChange implements resource.Resource.
func (s *Service) UndoChange() event.Change {
	c := event.Change{Resource: s.Name(), Op: event.None}
	switch {
	case s.found == nil:
		c.Detail = fmt.Sprintf("“%s” is not there", s.spec.Name)
	case !s.made():
		c.Detail = fmt.Sprintf("“%s” is kept: phonegate did not make it", s.found.Name)
		if own := s.ownLimits(); len(own) > 0 {
			c.Op, c.Requests = event.Update, len(own)
			c.Detail += "; its limits " + strings.Join(own, " and ") + " go"
		}
	default:
		c.Op, c.Requests, c.Detail = event.Delete, 1, fmt.Sprintf("“%s”", s.found.Name)
	}
	return c
}

// adopt notes which service is in use, and that it is ours if it is. What was noted of another service (one that somebody
// has deleted) holds for that one alone.
func (s *Service) adopt() error {
	if s.made() {
		if err := s.note.Set("made", s.found.SID); err != nil {
			return err
		}
	}
	if err := s.note.Set("sid", s.found.SID); err != nil {
		return err
	}
	return s.note.Set("making", "")
}

// made says whether phonegate made the service that was found, as far as it is known.
func (s *Service) made() bool {
	return s.note.Get("made") == s.found.SID || s.note.Get("making") == s.found.Name
}

// Undo implements resource.Resource.
func (s *Service) Undo(ctx context.Context, _ resource.Progress) error {
	if s.found != nil && s.made() {
		if err := typed(s.c.verify(transport.Repeatable(ctx)).DeleteService(s.found.SID)); err != nil && !notFound(err) {
			return err
		}
	} else if s.found != nil {
		if err := s.removeLimits(ctx); err != nil {
			return err
		}
	}
	s.found, s.limits = nil, nil
	for _, key := range []string{"sid", "made", "making", "limits"} {
		if err := s.note.Set(key, ""); err != nil {
			return err
		}
	}
	return nil
}
