package login

import "phonegate/provision/sandbox/world"

// What no document, recording or source settles about the real service. The first value is the default.
var (
	loginPage = world.Declare(world.Behaviour{
		Name: "auth0.login_page", Values: []string{"standin", "deployed"},
		About:   "What /login shows: a plain form that honours the deployed page's sign-up fields, or the deployed custom login page itself (which loads Lock).",
		Sources: "a choice of the sandbox, which has no browser and no CDN of its own",
	})
	continueReplay = world.Declare(world.Behaviour{
		Name: "auth0.continue_replay", Values: []string{"rejected", "accepted"},
		About:   "What /continue does with a state that was used before.",
		Sources: "documents say only that a wrong or missing state is an invalid_request",
	})
	continueLifetime = world.Declare(world.Behaviour{
		Name: "auth0.continue_lifetime", Values: []string{"72h", "1h", "10m"},
		About:   "How long a suspended login waits for /continue.",
		Sources: "the Rules page says 3 days or the login session's limit; not restated for Actions",
	})
	continueCookie = world.Declare(world.Behaviour{
		Name: "auth0.continue_cookie", Values: []string{"ignored", "required"},
		About:   "Whether /continue needs the session cookie of the browser that began the login.",
		Sources: "the page on developer keys mentions a previous session that /continue looks for",
	})
	actionError = world.Declare(world.Behaviour{
		Name: "auth0.action_error", Values: []string{"access_denied", "server_error", "page"},
		About:   "How a login ends when an Action throws: an error at the callback, or Auth0's own error page.",
		Sources: "https://community.auth0.com/t/postloginaction-throw-error/60759: rejected, sent to the app with the error; the code is not stated",
	})
)
