package cloudflare

import "phonegate/provision/sandbox/world"

var (
	badToken = world.Declare(world.Behaviour{
		Name:    "cloudflare.bad_token",
		Values:  []string{"403 10000", "403 9109"},
		About:   "How the Workers API refuses a token that it does not know.",
		Sources: "github.com/cloudflare/workers-sdk issues 2678 (10000, Authentication error) and 1422 (9109)",
	})
	wrongAccount = world.Declare(world.Behaviour{
		Name:    "cloudflare.wrong_account",
		Values:  []string{"403 10000", "404 7003"},
		About:   "How the Workers API refuses a well-formed account id that the token does not cover.",
		Sources: "github.com/cloudflare/workers-sdk issue 3605 (10000); github.com/cloudflare/wrangler-legacy issue 320 (7003)",
	})
	subdomainChange = world.Declare(world.Behaviour{
		Name:    "cloudflare.subdomain_change",
		Values:  []string{"409 10036", "changed"},
		About:   "Whether PUT workers/subdomain refuses an account that has one, or moves all its Workers to the new name.",
		Sources: "github.com/cloudflare/wrangler-legacy issue 207 (409 10036); github.com/cloudflare/workers-docs pull 902 (it changes)",
	})
	newRoute = world.Declare(world.Behaviour{
		Name:    "cloudflare.new_worker",
		Values:  []string{"workers_dev_off", "workers_dev_on"},
		About:   "Whether a Worker that was just uploaded for the first time answers under workers.dev without being switched on.",
		Sources: "wrangler switches it on by POST .../subdomain after each first upload",
	})
	propagation = world.Declare(world.Behaviour{
		Name:    "cloudflare.propagation",
		Values:  []string{"at_once", "later"},
		About:   "Whether the next visit already meets what was uploaded; later: the next three still meet what was there before.",
		Sources: "wrangler: \"It may take a few minutes for DNS records to update.\"; nothing is promised about the time",
	})
	secretsLeftOut = world.Declare(world.Behaviour{
		Name:    "cloudflare.secrets_left_out",
		Values:  []string{"kept", "dropped"},
		About:   "What becomes of a Worker's secrets that an upload neither names nor speaks of in keep_bindings.",
		Sources: "github.com/cloudflare/workers-docs pull 695 and what wrangler 4 sends (kept); github.com/alchemy-run/alchemy pull 1452 (an upload replaces the whole set)",
	})
	download = world.Declare(world.Behaviour{
		Name:    "cloudflare.download",
		Values:  []string{"multipart", "raw"},
		About:   "Whether GET .../scripts/{script} gives a Worker made of modules as multipart/form-data or as the bare text of its main module.",
		Sources: "cloudflare-go 0.x GetWorker reads both; https://developers.cloudflare.com/api/resources/workers/subresources/scripts/methods/get: \"raw script content\"",
	})
	readBack = world.Declare(world.Behaviour{
		Name:    "cloudflare.read_back",
		Values:  []string{"as_uploaded", "reformatted"},
		About:   "Whether a module is given back byte for byte, or as Cloudflare keeps it; reformatted: with a line of its own at the end.",
		Sources: "nothing is promised; the dashboard's editor shows what was uploaded",
	})
	process = world.Declare(world.Behaviour{
		Name:    "cloudflare.process",
		Values:  []string{"none", "empty"},
		About:   "Whether code that did not ask for nodejs_compat finds no process object or one without environment.",
		Sources: "https://developers.cloudflare.com/workers/runtime-apis/nodejs/process/: process.env is filled with nodejs_compat from 2025-04-01 on",
	})
)
