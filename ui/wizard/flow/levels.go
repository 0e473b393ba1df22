package flow

import "phonegate/provision/smoke"

// Level is a live test as it is offered.
type Level struct {
	ID    string // as in Test.Level; "" runs none
	Label string
	About string
}

// Levels are the live tests, in the order of the menu.
var Levels = []Level{
	{smoke.LevelLogin, "A whole login", "sign up, type the code, come back, log in again"},
	{smoke.LevelSMS, "A text to your phone", "one real code, checked; costs one text"},
	{smoke.LevelAction, "The Action and the form", "no text, no user: are they deployed and sound"},
	{"", "Not now", "phonegate smoke does it later"},
}
