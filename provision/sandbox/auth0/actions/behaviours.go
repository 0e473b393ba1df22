package actions

import "phonegate/provision/sandbox/world"

// What no document, recording or source settles about the real service. The first value is the default.
var (
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
)
