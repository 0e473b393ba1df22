package widget

import (
	"strings"
	"testing"

	"rsc.io/qr"
)

func TestQRCodeIsDrawnModuleForModule(t *testing.T) {
	const address = "https://acme-dev-verify.vercel.app"
	code, err := qr.Encode(address, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	for _, dark := range []bool{true, false} {
		lines := QRLines(address, dark, 40, 20)
		if lines == nil {
			t.Fatal("a form's address does not fit into 40 columns and 20 rows")
		}
		side := code.Size + 2*quiet
		for y := -quiet; y < code.Size+quiet; y++ {
			row := []rune(lines[(y+quiet)/2])
			if len(row) != side {
				t.Fatalf("a line of %d characters for %d modules", len(row), side)
			}
			for x := -quiet; x < code.Size+quiet; x++ {
				inked := strings.ContainsRune(map[bool]string{true: "█▀", false: "█▄"}[(y+quiet)%2 == 0], row[x+quiet])
				if inked == (code.Black(x, y) == dark) {
					t.Fatalf("dark %v: the module at %d,%d is wrong", dark, x, y)
				}
			}
		}
	}
}

func TestOnlyWhatAPhoneCanReachIsOfferedToOne(t *testing.T) {
	for address, want := range map[string]bool{
		"https://acme-dev-verify.vercel.app":   true,
		"https://verify.acme.example.com:8443": true,
		"http://acme-dev-verify.vercel.app":    false,
		"http://127.0.0.1:4321/":               false,
		"https://127.0.0.1/":                   false,
		"https://[::1]/":                       false,
		"https://192.168.1.7/":                 false,
		"https://10.0.0.1/":                    false,
		"https://1.1.1.1/":                     true,
		"https://localhost/":                   false,
		"https://acme-dev.us.auth0.test/":      false,
		"https://printer.local/":               false,
		"https://intranet/":                    false,
		"https://user@acme.com/":               false,
		"":                                     false,
		"https://%zz":                          false,
	} {
		if got := Public(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}
