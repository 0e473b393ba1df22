package wizard

import "phonegate/provision/smoke"

// level is a live test as it is offered.
type level struct {
	id    string // as in Test.Level; "" runs none
	label string
	about string
}

// levels are the live tests, in the order of the menu.
var levels = []level{
	{smoke.LevelLogin, "A whole login", "sign up, type the code, come back, log in again"},
	{smoke.LevelSMS, "A text to your phone", "one real code, checked; costs one text"},
	{smoke.LevelAction, "The Action and the form", "no text, no user: are they deployed and sound"},
	{"", "Not now", "phonegate smoke does it later"},
}
