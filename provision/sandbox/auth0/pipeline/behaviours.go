package pipeline

import "phonegate/provision/sandbox/world"

// What no document, recording or source settles about the real service. The first value is the default.
var (
	redirectInContinue = world.Declare(world.Behaviour{
		Name: "auth0.redirect_in_continue", Values: []string{"error", "redirects"},
		About:   "Whether sendUserTo works inside onContinuePostLogin; no document restricts it and no sample does it.",
		Sources: "post-login API object reference (silent)",
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
)
