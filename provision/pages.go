package provision

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"phonegate/provision/durable"
	"phonegate/provision/fault"
)

// keepPage writes a copy of a login page that is about to be replaced, and says where. The same page is one file, however often it is kept.
func (t *Tenant) keepPage(application string, html []byte) (where string, err error) {
	sum := sha256.Sum256(html)
	path := filepath.Join(filepath.Dir(t.state.Path()), "pages", t.name+"-"+application+"-"+hex.EncodeToString(sum[:4])+".html")
	if err := durable.WriteFile(path, html, 0o600); err != nil {
		return "", fault.Wrap(err, fault.Failed, "state.unwritable", "Check the permissions of "+filepath.Dir(path)+" and the space on its disk.",
			"The login page that is there now can't be kept in %s, so it was not replaced.", path)
	}
	return path, nil
}
