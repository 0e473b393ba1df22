package twilio

import "phonegate/provision/sandbox/world"

// The first value of each is the default.
var (
	accountType = world.Declare(world.Behaviour{Name: "twilio.account_type", Values: []string{"Full", "Trial"},
		About: "A trial account can only text the numbers that it has verified (21608).", Sources: "docs: verify/api/verification; twilio-node#1111"})
	accountStatus = world.Declare(world.Behaviour{Name: "twilio.account_status", Values: []string{"active", "suspended", "closed"},
		About: "An account that is not active is refused everywhere but at its own Account and Keys resources.", Sources: "spec api_v2010; error catalogue 20005"})
	notFoundPath = world.Declare(world.Behaviour{Name: "twilio.not_found_path", Values: []string{"without version", "with version"},
		About: "Whether the path in a 20404 text starts with /v2.", Sources: "twilio-node#461, #646, #743 without; #1111 with"})
	maxAttempts = world.Declare(world.Behaviour{Name: "twilio.max_attempts", Values: []string{"fetchable", "deleted"},
		About: "Whether a verification can still be fetched after too many checks.", Sources: "observed: fetchable, checks answer 60202; docs and catalogue 20404: deleted"})
	sendAfterMaxChecks = world.Declare(world.Behaviour{Name: "twilio.send_after_max_checks", Values: []string{"60202", "fresh"},
		About: "Whether a send is refused until a verification with too many checks expires, or starts a new one.", Sources: "error catalogue 60202; not observed"})
	expiredFetch = world.Declare(world.Behaviour{Name: "twilio.expired_fetch", Values: []string{"404", "expired"},
		About: "Whether an expired verification is gone or shows the status expired.", Sources: "docs: verification-check; spec lists the status"})
	resendExtends = world.Declare(world.Behaviour{Name: "twilio.resend_extends", Values: []string{"no", "yes"},
		About: "Whether a re-send starts the ten minutes again.", Sources: "docs are silent"})
	numberCheck = world.Declare(world.Behaviour{Name: "twilio.number_check", Values: []string{"valid", "possible"},
		About: "How strictly numbers are checked: valid in their numbering plan, or only of a possible length.", Sources: "observed: +19995551234 is refused"})
	customCodeDisabled = world.Declare(world.Behaviour{Name: "twilio.custom_code_disabled", Values: []string{"60204", "ignored"},
		About: "What happens to CustomCode on a service without custom_code_enabled.", Sources: "error catalogue 60204; a third party saw it ignored"})
	autoChannel = world.Declare(world.Behaviour{Name: "twilio.auto_channel", Values: []string{"sms", "60200"},
		About: "Whether channel auto sends a text or is refused.", Sources: "spec; observed 60200 on one account"})
	channelDisabled = world.Declare(world.Behaviour{Name: "twilio.channel_disabled", Values: []string{"none", "sms", "call", "whatsapp"},
		About: "A channel that is switched off in the Console (60223).", Sources: "error catalogue 60223"})
	chinaVetting = world.Declare(world.Behaviour{Name: "twilio.china", Values: []string{"60220", "vetted"},
		About: "Texts to China need a vetted use case (60220).", Sources: "error catalogue 60220"})
	geoPermissions = world.Declare(world.Behaviour{Name: "twilio.geo_permissions", Values: []string{"allow", "disable"},
		About: "Whether Verify's geo permissions refuse every country (60605).", Sources: "docs: verify-geo-permissions; error catalogue 60605"})
	fraudGuard = world.Declare(world.Behaviour{Name: "twilio.fraud_guard", Values: []string{"off", "60410", "60412", "60238"},
		About: "Whether Fraud Guard blocks texts, and with which code.", Sources: "error catalogue 60410, 60412, 60238"})
	blockStatus = world.Declare(world.Behaviour{Name: "twilio.block_status", Values: []string{"403", "400", "429"},
		About: "The HTTP status of 60410, 60412 and 60238, which Twilio does not state.", Sources: "by analogy with 60605"})
	concurrentSends = world.Declare(world.Behaviour{Name: "twilio.concurrent_sends", Values: []string{"accept", "60212"},
		About: "Whether two sends to one number at the same time are accepted.", Sources: "error catalogue 60212"})
	maxRateLimits = world.Declare(world.Behaviour{Name: "twilio.max_rate_limits", Values: []string{"10", "2"},
		About: "How many rate limits a service, and buckets a rate limit, may have (60207, 60210).", Sources: "error catalogue; the numbers are not stated"})
	unknownRateLimit = world.Declare(world.Behaviour{Name: "twilio.unknown_rate_limit", Values: []string{"60200", "20404", "ignored"},
		About: "What a send that names a rate limit which the service does not have is answered with, or whether the name is ignored.", Sources: "docs are silent; a user reports an error"})
	totpIssuer = world.Declare(world.Behaviour{Name: "twilio.totp_issuer", Values: []string{"kept", "dropped"},
		About: "Whether a service that is used for SMS only keeps the TOTP issuer that it was given, or has the default, its name.", Sources: "spec: create_service; not observed"})
	delivery = world.Declare(world.Behaviour{Name: "twilio.delivery", Values: []string{"delivered", "30003", "30005", "30008"},
		About: "Whether messages arrive; a number is the carrier's error on the attempt.", Sources: "spec: verification_attempt channel_data"})
)
