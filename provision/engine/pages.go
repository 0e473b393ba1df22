package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"regexp"

	"phonegate/provision/durable"
	"phonegate/provision/fault"
)

// unfit is what does not belong into a file's name.
var unfit = regexp.MustCompile(`[^A-Za-z0-9]+`)

// keepPage writes a copy of a login page that is about to be replaced, and says where. The same page is one file, however often it is kept.
func (t *Tenant) keepPage(application string, html []byte) (where string, err error) {
	sum := sha256.Sum256(html)
	name := t.name + "-" + unfit.ReplaceAllString(application, "-") + "-" + hex.EncodeToString(sum[:4]) + ".html"
	path := filepath.Join(cmp.Or(t.copies, filepath.Join(filepath.Dir(t.state.Path()), "pages")), name)
	if err := durable.WriteFile(path, html, 0o600); err != nil {
		return "", fault.Wrap(err, fault.Failed, "state.unwritable", "Check the permissions of "+filepath.Dir(path)+" and the free disk space.",
			"The current login page can't be saved in %s, so it was not replaced.", path)
	}
	return path, nil
}
