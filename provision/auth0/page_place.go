package auth0

import (
	"fmt"
)

// place is where a login page stands.
type place struct {
	id      string
	page    *page    // nil if the application is gone, and its page with it
	backups []backup // oldest first; without broken ones
	broken  []backup
}

// recorded says whether the place has a backup: then it is not overwritten, nor is another made.
func (x *place) recorded() bool { return len(x.backups)+len(x.broken) > 0 }

// before is the backup that counts: the oldest.
func (x *place) before() backup {
	if len(x.backups) > 0 {
		return x.backups[0]
	}
	return backup{Client: x.id, On: true, Kept: keptUnknown}
}

// undoing says in words what giving a place back does, and how many requests it takes; "" for nothing.
func (x *place) undoing() (what string, requests int) {
	copies := len(x.backups)
	switch {
	case x.page == nil && copies > 0:
		return "deletes the saved page of a deleted application", copies
	case x.page == nil || x.page.standing() == edited:
		return "", 0
	case x.page.standing() == intact:
		return fmt.Sprintf("“%s” gets %s", x.page.name, x.before().inWords()), 2 + copies
	case copies > 0:
		return fmt.Sprintf("“%s” has another page by now, which stays; the saved copy is deleted", x.page.name), 1 + copies
	}
	return "", 0
}
