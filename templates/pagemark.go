package templates

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// LoginPageHash begins the last line of a generated login page, which carries the hash of all before it. By it an edited page
// is told from an untouched one of any version, without a note.
const LoginPageHash = "<!-- phonegate:page "

// hashed is a page with its last line.
func hashed(page []byte) []byte {
	return fmt.Appendf(page, "%s%s -->\n", LoginPageHash, pageHash(page))
}

func pageHash(page []byte) string {
	sum := sha256.Sum256(page)
	return hex.EncodeToString(sum[:16])
}

// LoginPageIs says whether a login page has the line that LoginPage ends pages with, and whether nothing before it was edited.
func LoginPageIs(page []byte) (ours, intact bool) {
	at := bytes.LastIndex(page, []byte(LoginPageHash))
	if at < 0 {
		return false, false
	}
	return true, string(bytes.TrimSpace(page[at:])) == LoginPageHash+pageHash(page[:at])+" -->"
}
