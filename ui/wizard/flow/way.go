package flow

import "fmt"

// StopID names a stop. It is the name of the screen too.
type StopID string

// The stops, in the order in which they are met.
const (
	Welcome StopID = "welcome"
	Connect StopID = "connect"
	Texts   StopID = "texts"
	Signup  StopID = "signup"
	Action  StopID = "action"
	Form    StopID = "form"
	Review  StopID = "review"
	Apply   StopID = "apply"
	Live    StopID = "live"
	Done    StopID = "done"
)

// Stop is a part of the way through the wizard.
type Stop struct {
	ID StopID
	// Crumb is its name in the header, "" for a stop that counts as part of the one before it.
	Crumb string
	// Asks are the questions of the stop in their order, always the same number; nil where none of the configuration's table is
	// asked, and at Connect, which follows Providers.
	Asks func(s Session, seen Seen) []Ask
	// Tell is the answers in one line; nil where Asks is.
	Tell func(s Session) string
}

// Seen is what the players have found out that questions depend on.
type Seen struct {
	// File is the path of the file with the answers, "" if none is written.
	File string
	// Services are the Verify services that exist, as far as they have been looked up.
	Services []ServiceChoice
}

// Way is the whole way. The screens, the line dialogue and the self-playing mode all follow it.
var Way = []Stop{
	{ID: Welcome},
	{ID: Connect, Crumb: "Connect"},
	{ID: Texts, Crumb: "Texts", Asks: textsAsks, Tell: func(s Session) string {
		return fmt.Sprintf("“%s”", SMSText(s.Spec.Twilio.ServiceName, Digits(s.Spec.Twilio.CodeLength)))
	}},
	{ID: Signup, Crumb: "Sign-up", Asks: signupAsks, Tell: func(s Session) string {
		return "the number is asked for by " + optionLabel("capture", s.Spec) + ", default country " + s.Spec.DefaultCountry
	}},
	{ID: Action, Crumb: "Action", Asks: actionAsks, Tell: func(s Session) string {
		return "the code is checked by: " + optionLabel("code_check", s.Spec)
	}},
	{ID: Form, Crumb: "Form", Asks: formAsks, Tell: tellForm},
	{ID: Review, Crumb: "Review"},
	{ID: Apply},
	{ID: Live, Crumb: "Live test"},
	{ID: Done},
}

// Index is where on the Way a stop is, -1 if it is not there.
func Index(id StopID) int {
	for i, s := range Way {
		if s.ID == id {
			return i
		}
	}
	return -1
}

// Next is the stop after another one; the last one has itself.
func Next(id StopID) StopID { return Way[min(Index(id)+1, len(Way)-1)].ID }

// Crumbs are the stops that the header shows.
func Crumbs() []Stop {
	var crumbs []Stop
	for _, s := range Way {
		if s.Crumb != "" {
			crumbs = append(crumbs, s)
		}
	}
	return crumbs
}

// CrumbOf is the stop whose crumb stands for another one: itself, or the last before it that has a crumb. Before the first it
// is "".
func CrumbOf(id StopID) StopID {
	for i := Index(id); i >= 0; i-- {
		if Way[i].Crumb != "" {
			return Way[i].ID
		}
	}
	return ""
}

// AsksAt are the questions of one stop.
func AsksAt(id StopID, s Session, seen Seen) []Ask {
	if i := Index(id); i >= 0 && Way[i].Asks != nil {
		return Way[i].Asks(s, seen)
	}
	return nil
}

// Asks are the questions of all stops after Connect. However the answers change, a question keeps its index.
func Asks(s Session, seen Seen) []Ask {
	var all []Ask
	for _, stop := range Way {
		all = append(all, AsksAt(stop.ID, s, seen)...)
	}
	return all
}

// Settle sets the answers that follow from others and so are not asked: only the form's server can ask for a number, and then it is
// the form that checks the code.
func Settle(s *Session) {
	if s.Spec.Capture == "form" {
		s.Spec.CodeCheck = "form"
	}
}
