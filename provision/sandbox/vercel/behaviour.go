package vercel

import "phonegate/provision/sandbox/world"

var (
	standardProtection = world.Declare(world.Behaviour{
		Name:    "vercel.standard_protection",
		Values:  []string{"production_public", "production_protected"},
		About:   "Whether <project>.vercel.app is public while Standard Protection is on; generated URLs are protected for certain.",
		Sources: "https://vercel.com/docs/deployment-protection (2026: production stays public on Hobby; 2025: all but custom domains)",
	})
	protectionAnswer = world.Declare(world.Behaviour{
		Name:    "vercel.protection_answer",
		Values:  []string{"401", "302"},
		About:   "Whether a protected deployment answers a stranger with 401 or with a redirect to vercel.com/sso-api.",
		Sources: "https://vercel.com/docs/deployment-protection/methods-to-protect-deployments/vercel-authentication",
	})
	aliasAssigned = world.Declare(world.Behaviour{
		Name:    "vercel.alias_assigned",
		Values:  []string{"with_ready", "after_ready"},
		About:   "Whether the aliases of a deployment are there as soon as it is READY or one look later.",
		Sources: "vercel CLI packages/client/src/check-deployment-status.ts waits for both",
	})
	lateDeployment = world.Declare(world.Behaviour{
		Name:   "vercel.late_deployment",
		Values: []string{"newest_wins", "last_ready_wins"},
		About:  "Whether a production deployment that becomes READY after a newer one takes the production address from it.",
		Sources: "https://vercel.com/docs/deployments says nothing; github.com/colophon-group/jobseek/issues/6655 (August 2026): " +
			"a build of an older commit that finished later took the production aliases",
	})
	aliasAssignedType = world.Declare(world.Behaviour{
		Name:    "vercel.alias_assigned_type",
		Values:  []string{"boolean", "timestamp"},
		About:   "Whether aliasAssigned is a boolean or a time in milliseconds.",
		Sources: "OpenAPI: boolean; vercel CLI packages/client/src/types.ts: boolean | number | null",
	})
	envConflict = world.Declare(world.Behaviour{
		Name:    "vercel.env_conflict",
		Values:  []string{"400 ENV_CONFLICT", "403 ENV_ALREADY_EXISTS"},
		About:   "How an environment variable that exists is refused when upsert is not asked for.",
		Sources: "terraform-provider-vercel handles 400 ENV_CONFLICT; OpenAPI POST /v10/projects/{idOrName}/env: 403",
	})
	invalidToken = world.Declare(world.Behaviour{
		Name:    "vercel.invalid_token",
		Values:  []string{"403", "401"},
		About:   "The status for a missing or unknown token.",
		Sources: "OpenAPI lists 401 and 403; https://vercel.com/docs/rest-api/errors has `forbidden` with 403",
	})
)
