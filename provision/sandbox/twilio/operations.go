package twilio

import "phonegate/provision/sandbox/world"

const (
	fromSpec    = "spec: twilio-oai twilio_verify_v2.json"
	fromV2010   = "spec: twilio-oai twilio_api_v2010.json"
	fromLookups = "spec: twilio-oai twilio_lookups_v2.json"
)

// operations is filled by init, because the handlers and the table know each other.
var operations []operation

func init() {
	const service = "/v2/Services/{Service}"
	const account = "/2010-04-01/Accounts/{Account}"
	row := func(product, method, path string, ok int, do func(*call) (any, *problem), source, unconfirmed string, behaviour ...world.Behaviour) {
		e := world.Endpoint{Method: method, Path: path, Source: source, Unconfirmed: unconfirmed}
		if len(behaviour) > 0 {
			e.Behaviour = behaviour[0].Name
		}
		operations = append(operations, operation{Endpoint: e, product: product, OK: ok, do: do})
	}
	verify := func(method, path string, ok int, do func(*call) (any, *problem), source, unconfirmed string, b ...world.Behaviour) {
		row("verify", method, path, ok, do, source, unconfirmed, b...)
	}
	api := func(method, path string, ok int, do func(*call) (any, *problem), unconfirmed string, b ...world.Behaviour) {
		row("api", method, path, ok, do, fromV2010, unconfirmed, b...)
	}

	verify("POST", "/v2/Services", 201, (*call).createService, fromSpec+"; name rules: error catalogue 60200",
		"non-ASCII letters in names; whether a service for SMS keeps its TOTP issuer", totpIssuer)
	verify("GET", "/v2/Services", 200, (*call).listServices, fromSpec, "order of the list")
	verify("GET", service, 200, (*call).fetchService, fromSpec, "")
	verify("POST", service, 200, (*call).updateService, fromSpec, "")
	verify("DELETE", service, 204, (*call).deleteService, fromSpec, "")

	verify("POST", service+"/Verifications", 201, (*call).createVerification, fromSpec+"; bodies quoted in issues; error catalogue 602xx",
		"what a send does after too many checks", sendAfterMaxChecks)
	verify("GET", service+"/Verifications/{Sid}", 200, (*call).fetchVerification, fromSpec+"; docs: rate-limits-and-timeouts",
		"whether a used-up verification can be fetched; the code of the polling limit", maxAttempts)
	verify("POST", service+"/Verifications/{Sid}", 200, (*call).updateVerification, fromSpec+"; twilio-samples/api-snippets", "answer for a bad Status")
	verify("POST", service+"/VerificationCheck", 200, (*call).checkVerification, fromSpec+"; status 200: twilio-oai#117; observed life cycle",
		"path in the 404 text", notFoundPath)

	const limits = service + "/RateLimits"
	verify("POST", limits, 201, (*call).createRateLimit, fromSpec+"; docs: programmable-rate-limits; a send over a limit: error catalogue 20429",
		"how many are allowed; what a send that names an unknown one is answered with", maxRateLimits)
	verify("GET", limits, 200, (*call).listRateLimits, fromSpec, "")
	verify("GET", limits+"/{Sid}", 200, (*call).fetchRateLimit, fromSpec, "")
	verify("POST", limits+"/{Sid}", 200, (*call).updateRateLimit, fromSpec, "")
	verify("DELETE", limits+"/{Sid}", 204, (*call).deleteRateLimit, fromSpec, "")
	const buckets = limits + "/{RateLimit}/Buckets"
	verify("POST", buckets, 201, (*call).createBucket, fromSpec, "how many are allowed", maxRateLimits)
	verify("GET", buckets, 200, (*call).listBuckets, fromSpec, "")
	verify("GET", buckets+"/{Sid}", 200, (*call).fetchBucket, fromSpec, "")
	verify("POST", buckets+"/{Sid}", 200, (*call).updateBucket, fromSpec, "")
	verify("DELETE", buckets+"/{Sid}", 204, (*call).deleteBucket, fromSpec, "")

	verify("GET", "/v2/Attempts", 200, (*call).listAttempts, fromSpec, "prices", delivery)
	verify("GET", "/v2/Attempts/Summary", 200, (*call).attemptsSummary, fromSpec, "")
	verify("GET", "/v2/Attempts/{Sid}", 200, (*call).fetchAttempt, fromSpec, "prices", delivery)
	verify("POST", "/v2/SafeList/Numbers", 201, (*call).createSafeNumber, fromSpec, "")
	verify("GET", "/v2/SafeList/Numbers/{Number}", 200, (*call).fetchSafeNumber, fromSpec, "")
	verify("DELETE", "/v2/SafeList/Numbers/{Number}", 204, (*call).deleteSafeNumber, fromSpec, "")

	api("GET", account+".json", 200, (*call).fetchAccount, "", accountType)
	api("GET", account+"/Balance.json", 200, (*call).fetchBalance, "")
	api("POST", account+"/Keys.json", 201, (*call).createKey, "how many are allowed")
	api("GET", account+"/Keys.json", 200, (*call).listKeys, "order of the list")
	api("GET", account+"/Keys/{Sid}.json", 200, (*call).fetchKey, "")
	api("POST", account+"/Keys/{Sid}.json", 200, (*call).updateKey, "")
	api("DELETE", account+"/Keys/{Sid}.json", 204, (*call).deleteKey, "")
	api("POST", account+"/OutgoingCallerIds.json", 200, (*call).createCallerID, "the number counts as verified at once: nobody has to answer the call")
	api("GET", account+"/OutgoingCallerIds.json", 200, (*call).listCallerIDs, "")
	api("GET", account+"/OutgoingCallerIds/{Sid}.json", 200, (*call).fetchCallerID, "")
	api("DELETE", account+"/OutgoingCallerIds/{Sid}.json", 204, (*call).deleteCallerID, "")

	row("lookups", "GET", "/v2/PhoneNumbers/{Number}", 200, (*call).lookup, fromLookups, "carrier names and network codes are made up")

	for i, o := range operations {
		operations[i].MainOnly = o.Path == account+".json" || o.Path == account+"/Keys.json" || o.Path == account+"/Keys/{Sid}.json"
	}
}
