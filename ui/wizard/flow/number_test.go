package flow

import "testing"

func TestNumbersNeedTheirCountryCode(t *testing.T) {
	for in, want := range map[string]string{
		"+61 491 570 156": "+61491570156", "0061491570156": "+61491570156", "+1 (201) 555-0123": "+12015550123",
		"0491 570 156": "", "+": "", "hello": "", "+0123456789": "", "+1234567890123456": "",
	} {
		got, err := E164(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("e164(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}
