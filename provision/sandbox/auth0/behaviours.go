package auth0

import "phonegate/provision/sandbox/world"

// What no document, recording or source settles about the real service. The first value is the default.
var (
	loginPage = world.Declare(world.Behaviour{
		Name: "auth0.login_page", Values: []string{"standin", "deployed"},
		About:   "What /login shows: a plain form that honours the deployed page's sign-up fields, or the deployed custom login page itself (which loads Lock).",
		Sources: "a choice of the sandbox, which has no browser and no CDN of its own",
	})
	redirectInContinue = world.Declare(world.Behaviour{
		Name: "auth0.redirect_in_continue", Values: []string{"error", "redirects"},
		About:   "Whether sendUserTo works inside onContinuePostLogin; no document restricts it and no sample does it.",
		Sources: "post-login API object reference (silent)",
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
	errorMetadata = world.Declare(world.Behaviour{
		Name: "auth0.metadata_on_error", Values: []string{"dropped", "kept"},
		About:   "Whether metadata set by an Action that then throws, or by Actions before it, is written.",
		Sources: "no source",
	})
	deniedMetadata = world.Declare(world.Behaviour{
		Name: "auth0.metadata_on_deny", Values: []string{"kept", "dropped"},
		About:   "Whether metadata set before api.access.deny is written.",
		Sources: "profiles are updated at the end of each trigger's execution; denial is not mentioned",
	})
	pipelineMetadata = world.Declare(world.Behaviour{
		Name: "auth0.metadata_in_pipeline", Values: []string{"visible", "hidden"},
		About:   "Whether a later Action of the same leg sees metadata that an earlier one has set.",
		Sources: "no source",
	})
	resumeVersion = world.Declare(world.Behaviour{
		Name: "auth0.resume_version", Values: []string{"deployed", "suspended"},
		About:   "Which version of the Action answers /continue when another one was deployed meanwhile.",
		Sources: "no source",
	})
	build = world.Declare(world.Behaviour{
		Name: "auth0.build", Values: []string{"quick", "slow", "fails"},
		About:   "How an Action's build goes: built at the first poll, after several polls, or failed.",
		Sources: "recordings: without dependencies built at the first poll, with one after about 10 s; a failed build says nothing more",
	})
	deploySpeed = world.Declare(world.Behaviour{
		Name: "auth0.deploy", Values: []string{"quick", "slow"},
		About:   "When a deployed version is in force: at the first poll after deploying, or after several.",
		Sources: "recordings: deployed:false in the reply, true at the next GET; tools wait 2 s before binding",
	})
	patchSecrets = world.Declare(world.Behaviour{
		Name: "auth0.patch_without_secrets", Values: []string{"kept", "cleared"},
		About:   "Whether PATCH without secrets keeps the secrets.",
		Sources: "every recording sends them again",
	})
	actionNames = world.Declare(world.Behaviour{
		Name: "auth0.action_names", Values: []string{"unique", "shared"},
		About:   "Whether a second Action of one name is refused (409) or made.",
		Sources: "the dashboard refuses it; no recording of the API",
	})
	namedSecrets = world.Declare(world.Behaviour{
		Name: "auth0.secret_by_name", Values: []string{"kept", "emptied"},
		About:   "Whether PATCH with a secret's name but no value keeps its value.",
		Sources: "no source",
	})
	userSearch = world.Declare(world.Behaviour{
		Name: "auth0.user_search", Values: []string{"current", "late"},
		About:   "Whether GET /users finds a user made a moment ago; search is eventually consistent, users-by-email is not.",
		Sources: "User Search Best Practices",
	})
)
