package auth0

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

// pageLine is the last line of a page that phonegate writes: a hash of all that stands before it. So the page itself tells
// whether somebody edited it.
var pageLine = regexp.MustCompile(`(?m)^<!-- phonegate:page ([0-9a-f]{32}) -->[ \t\r]*$`)

// pageState says whether a login page is phonegate's, perhaps written by another version, and whether it still is as it
// was written.
func pageState(html string) (ours, intact bool) {
	all := pageLine.FindAllStringSubmatchIndex(html, -1)
	if len(all) == 0 {
		return false, false
	}
	m := all[len(all)-1]
	return true, html[m[2]:m[3]] == hash(html[:m[0]]) && strings.TrimSpace(html[m[1]:]) == ""
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

// page is the login page of one application; the tenant's is that of its global client.
type page struct {
	id, name string
	html     string
	on       bool
}

// standing is what a login page is to phonegate.
type standing int

const (
	blank    standing = iota // there is none: Auth0 shows its own
	stranger                 // somebody else's
	intact                   // phonegate's, as one of its versions wrote it
	edited                   // phonegate's, and somebody edited it since
)

func (p *page) standing() standing {
	ours, whole := pageState(p.html)
	switch {
	case p.html == "":
		return blank
	case !ours:
		return stranger
	case whole:
		return intact
	}
	return edited
}
