package twilio

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	verify "github.com/twilio/twilio-go/rest/verify/v2"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/resource"
	"phonegate/provision/transport"
)

// ServiceSpec is the Verify service as it should be.
type ServiceSpec struct {
	// Name is what users read in the text. A service that phonegate did not make is found by it.
	Name       string
	CodeLength int
	// Domain is the tenant's Auth0 domain: the owner in every mark.
	Domain string
	// SID is the service that the tenant's register names, "" if none. Nil means none.
	SID func() string
	// Now is the present by Twilio's clock. Nil means this computer's.
	Now func() time.Time
}

// Service is the resource twilio.service. It manages the service's name, the length of its codes and the rate limits that are
// ours; all other settings stay as they are. It remembers nothing between runs: marks at Twilio say what phonegate made or
// changed.
type Service struct {
	c    *Client
	spec ServiceSpec

	all    []ServiceInfo // of the account, oldest first
	found  *ServiceInfo
	limits map[string]foundLimit // by name
	stale  bool                  // found may be out of date: an Apply has failed on the way

	dropped    bool   // Twilio has not kept the mark of the service in use
	registered string // sid in the register at the time of Read
	created    string // sid that Twilio gave this run
	presumed   string // sid that appeared when the answer to this run's creation was lost
}

// NewService makes the resource.
func NewService(c *Client, spec ServiceSpec) *Service {
	if spec.SID == nil {
		spec.SID = func() string { return "" }
	}
	if spec.Now == nil {
		spec.Now = time.Now
	}
	return &Service{c: c, spec: spec}
}

// ValidateServiceName says what Twilio would refuse about a service's name.
func ValidateServiceName(name string) error {
	const hint = "Use at most 30 letters, digits, spaces, - and _, with at most 4 digits in total."
	digits := 0
	for _, r := range name {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || r == ' ' || r == '-' || r == '_':
		default:
			return fault.New(fault.Usage, "twilio.service_name", hint, "The name of the Verify service can't contain %q.", r)
		}
	}
	switch {
	case strings.TrimSpace(name) == "":
		return fault.New(fault.Usage, "twilio.service_name", hint, "The Verify service has no name.")
	case utf8.RuneCountInString(name) > 30:
		return fault.New(fault.Usage, "twilio.service_name", hint,
			"The name of the Verify service has more than 30 characters: %s.", name)
	case digits > 4:
		return fault.New(fault.Usage, "twilio.service_name", hint,
			"The name of the Verify service has more than 4 digits: %s.", name)
	}
	return nil
}

func validCodeLength(digits int) bool { return digits >= 4 && digits <= 10 }

func (s *Service) validate() error {
	if err := ValidateServiceName(s.spec.Name); err != nil {
		return err
	}
	if !validCodeLength(s.spec.CodeLength) {
		return fault.New(fault.Usage, "twilio.code_length", "Choose 4 to 10; 6 is usual.",
			"Codes can't have %d digits.", s.spec.CodeLength)
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

// Made is the sid of the service that this run created, "" if it created none. A service that appeared while the answer was lost
// does not count: another run may have created it.
func (s *Service) Made() string { return s.created }

// made says whether phonegate made the service in use, for this tenant.
func (s *Service) made() bool { return s.madeFor(*s.found) }

func (s *Service) madeFor(i ServiceInfo) bool {
	return i.SID != "" && (i.Mark == s.spec.Domain || i.SID == s.created || i.SID == s.presumed)
}

// renamed says whether the service has another name than it should. Only one that phonegate made can: others are found by their
// names.
func (s *Service) renamed() bool { return s.made() && s.found.Name != s.spec.Name }

// differs says whether the service itself has to be changed.
func (s *Service) differs() bool { return s.renamed() || s.found.CodeLength != s.spec.CodeLength }

// Change implements resource.Resource.
func (s *Service) Change() event.Change {
	c := event.Change{Resource: s.Name(), Op: event.None, Detail: fmt.Sprintf("“%s”, %d digits", s.spec.Name, s.spec.CodeLength)}
	if s.found == nil {
		_, n := s.limitsDiffer()
		c.Op, c.From, c.Requests = event.Create, "new", 1+n
		c.Detail += ", with limits per user and network"
		return c
	}
	var why []string
	if s.renamed() {
		why = append(why, fmt.Sprintf("name “%s” → “%s”", s.found.Name, s.spec.Name))
	}
	if s.found.CodeLength != s.spec.CodeLength {
		why = append(why, fmt.Sprintf("digits %d → %d", s.found.CodeLength, s.spec.CodeLength))
	}
	if len(why) > 0 {
		c.Requests = 1
	}
	differ, n := s.limitsDiffer()
	if why = append(why, differ...); len(why) == 0 {
		return c
	}
	c.Op, c.Requests = event.Update, c.Requests+n
	c.Detail = fmt.Sprintf("“%s”: %s", s.spec.Name, strings.Join(why, ", "))
	if !s.made() && len(s.ownLimits()) == 0 {
		c.From = "found"
	}
	return c
}

// Apply implements resource.Resource. The limits go before the service's own settings: in a service that is somebody else's they
// carry the mark that says how it was.
func (s *Service) Apply(ctx context.Context, _ resource.Progress) (err error) {
	if s.stale {
		if err := s.Read(ctx); err != nil {
			return err
		}
	}
	defer func() { s.stale = err != nil }()
	if s.found == nil {
		if err := s.create(ctx); err != nil {
			return err
		}
	}
	if err := s.keepLimits(ctx); err != nil {
		return err
	}
	if !s.differs() {
		return nil
	}
	p := (&verify.UpdateServiceParams{}).SetCodeLength(s.spec.CodeLength)
	if s.renamed() {
		p.SetFriendlyName(s.spec.Name)
	}
	if _, err := s.c.verify(transport.Repeatable(ctx)).UpdateService(s.found.SID, p); err != nil {
		return typed(err)
	}
	s.found.Name, s.found.CodeLength = s.spec.Name, s.spec.CodeLength
	return nil
}

// create makes the service together with its mark. If the answer is lost, the service is found by it.
func (s *Service) create(ctx context.Context) error {
	p := (&verify.CreateServiceParams{}).SetFriendlyName(s.spec.Name).SetCodeLength(s.spec.CodeLength).
		SetTotpIssuer(mark{domain: s.spec.Domain}.String())
	made, err := s.c.verify(ctx).CreateService(p)
	if err == nil {
		i := info(made)
		s.take(view{i, map[string]foundLimit{}, i.Mark == ""})
		s.created = i.SID
		return nil
	}
	if err = typed(err); !unsure(err) || ctx.Err() != nil {
		return err
	}
	all, unlisted := s.list(ctx)
	if unlisted != nil {
		return err
	}
	i, ok := s.appeared(all)
	if !ok {
		return err
	}
	s.take(view{i, map[string]foundLimit{}, i.Mark == ""})
	s.presumed = i.SID
	return nil
}

// appeared is the service that was not there when the account was read and is as this run asked for it. Twilio may have dropped
// its mark; the one of another tenant is never taken.
func (s *Service) appeared(all []ServiceInfo) (ServiceInfo, bool) {
	fresh := slices.DeleteFunc(all, func(i ServiceInfo) bool {
		return slices.ContainsFunc(s.all, func(o ServiceInfo) bool { return o.SID == i.SID })
	})
	n := slices.IndexFunc(fresh, func(i ServiceInfo) bool { return i.Mark == s.spec.Domain })
	if n < 0 {
		n = slices.IndexFunc(fresh, func(i ServiceInfo) bool {
			return i.Mark == "" && i.Name == s.spec.Name && i.CodeLength == s.spec.CodeLength
		})
	}
	if n < 0 {
		return ServiceInfo{}, false
	}
	return fresh[n], true
}
