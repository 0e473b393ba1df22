package provision

import (
	"fmt"
	"time"

	"phonegate/provision/fault"
)

// longestLogin is how long a login can need the secrets that it began with: ten minutes for the session that the Action signs, and five
// more for the answer that the form signs at its last moment.
const longestLogin = 15 * time.Minute

// rotated is the key of the note of when the last rotation was over. Until longestLogin after that, logins are under way that began
// with the pair before.
const rotated = "rotated"

// rotatedAt is when the last rotation was over, as far as it is known here.
func (t *Tenant) rotatedAt() (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, t.state.Note("secrets").Get(rotated))
	return at, err == nil
}

// previous says whether form and Action accept the pair from before the last rotation.
func (t *Tenant) previous() bool { return t.previousVerdict.print() != "" }

// previousOver says whether a previous pair is accepted that no login needs any more.
func (t *Tenant) previousOver() bool {
	at, known := t.rotatedAt()
	_, elsewhere := t.host.(handedOver) // there every change of the secrets is a rotation: the pair ends with the next one
	return t.previous() && known && time.Since(at) >= longestLogin && t.state.Note("secrets").Get(rotating) == "" && !elsewhere
}

// endPrevious drops a previous pair that no login needs any more, so that a secret which leaked before the rotation ends. Form and Action
// are sent all their secrets again, so it needs their values; where they are not known the pair stays, because new ones would
// break logins for nothing.
func (t *Tenant) endPrevious() {
	if !t.previousOver() || t.session.value() == "" || t.verdict.value() == "" || t.keySecret.value() == "" {
		return
	}
	at, _ := t.rotatedAt()
	t.previousSession.lose()
	t.previousVerdict.lose()
	t.ending = fmt.Sprintf("the secrets from before the rotation of %s end", at.UTC().Format("2006-01-02 15:04 UTC"))
}

// rotationWarnings say which logins under way a rotation would break.
func (t *Tenant) rotationWarnings() []string {
	var all []string
	if t.action.ID() != "" && (t.session.value() == "" || t.verdict.value() == "") {
		all = append(all, "The secrets in use are not known on this computer, so they can't stay valid beside the new ones: logins under way will fail.")
	}
	if at, known := t.rotatedAt(); known && t.previous() && time.Since(at) < longestLogin {
		all = append(all, fmt.Sprintf("The last rotation was %d min ago. Logins that began before it will fail: only one former pair stays valid. From %s on nobody is hit.",
			int(time.Since(at).Minutes()), at.Add(longestLogin+time.Minute).UTC().Format("15:04 UTC")))
	}
	return all
}

// noteRotation remembers that a rotation is over now. A previous pair of which nobody knows how old it is (the state was lost)
// counts from now.
func (t *Tenant) noteRotation() error {
	note := t.state.Note("secrets")
	if _, known := t.rotatedAt(); t.rotates || note.Get(rotating) != "" || t.previous() && !known {
		return note.Set(rotated, time.Now().UTC().Format(time.RFC3339))
	}
	return nil
}

// previousProblems names a previous pair that is accepted for no login's sake.
func (t *Tenant) previousProblems() []*fault.Error {
	if !t.previousOver() {
		return nil
	}
	at, _ := t.rotatedAt()
	hint := "" // apply ends it
	if t.session.value() == "" || t.verdict.value() == "" || t.keySecret.value() == "" {
		hint = "Run phonegate apply --tenant " + t.name + " on the computer that has the secrets in its keyring; or run phonegate rotate twice, 15 minutes apart."
	}
	return []*fault.Error{fault.New(fault.Differences, "secrets.previous", hint,
		"The secrets from before the rotation of %s are still accepted, although no login needs them any more.", at.UTC().Format("2006-01-02 15:04 UTC"))}
}
