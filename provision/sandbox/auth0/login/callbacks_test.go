package login

import "testing"

func TestLoopbackCallbacksMayHaveAnyPort(t *testing.T) {
	allowed := []string{"http://127.0.0.1/callback", "https://app.example/cb"}
	tests := map[string]bool{
		"http://127.0.0.1/callback": true, "http://127.0.0.1:49152/callback": true, "https://app.example/cb": true,
		"http://127.0.0.1:1/callback?x=1": false, "https://127.0.0.1/callback": false, "https://app.example:444/cb": false,
		"http://user@127.0.0.1/callback": false, "http://127.0.0.1.evil.example/callback": false, "": false, "::": false,
	}
	for given, want := range tests {
		if got := allowedRedirect(allowed, given); got != want {
			t.Errorf("%q: %v", given, got)
		}
	}
}
