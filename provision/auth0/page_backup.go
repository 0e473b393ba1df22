package auth0

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/auth0/go-auth0/v3/management"
)

const (
	backupName = "phonegate: page before " // and the client id
	backupMark = "phonegate:page-backup"
	maxCode    = 100_000 // of an Action, in bytes
	maxPage    = 10 << 20
)

// Values of backup.Kept.
const (
	keptHere    = "here"    // the page is in the Action
	keptFile    = "file"    // it does not fit in an Action: it is only in a file, on the computer that replaced it
	keptNone    = "none"    // there was none
	keptUnknown = "unknown" // phonegate's own page was there already, and no backup
)

// backup is the login page that an application had before phonegate's. It is kept as the code of an Action that is never
// deployed or bound: there any computer finds it, and everyone who may see the page may read it. Every page of ours has one, so
// their names also tell whose pages are ours.
type backup struct {
	Domain string `json:"domain"`
	Client string `json:"client"`
	On     bool   `json:"on"`
	Kept   string `json:"kept"`
	File   string `json:"file,omitempty"`
	Hash   string `json:"hash,omitempty"`

	html   string
	id     string // the Action's
	broken bool   // somebody edited the Action: what it holds can't be read any more
}

// newBackup describes the page that is about to be replaced; file is where a copy of it was written, if anywhere.
func newBackup(domain string, p *page, file string) backup {
	b := backup{Domain: domain, Client: p.id, On: p.on}
	switch p.standing() {
	case blank:
		b.Kept = keptNone
	case stranger:
		b.Kept, b.html, b.Hash = keptHere, p.html, hash(p.html)
		if len(b.code()) > maxCode {
			b.Kept, b.html, b.File = keptFile, "", file
		}
	default:
		b.Kept = keptUnknown
	}
	return b
}

// code is the backup as the code of an Action: comments, then an Action that does nothing.
func (b backup) code() string {
	head, _ := json.Marshal(b) // strings and a bool: can't fail
	var s strings.Builder
	fmt.Fprintf(&s, "// %s\n// The login page that the application %s had before phonegate wrote its own.\n"+
		"// phonegate destroy puts it back and deletes this Action. It is never deployed and never bound.\n"+
		"// Below is the page, compressed; please don't edit it.\n// %s\n", backupMark, b.Client, head)
	if b.Kept == keptHere {
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // a known level
		_, _ = io.WriteString(z, b.html)                           // a buffer takes everything
		_ = z.Close()
		for line := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(packed.Bytes())), 116) {
			fmt.Fprintf(&s, "// %s\n", line)
		}
	}
	s.WriteString("exports.onExecutePostLogin = async () => {};\n")
	return s.String()
}

// readBackup reads an Action; ok is false if it is none of phonegate's backups for the tenant.
func readBackup(a *management.Action, domain string) (b backup, ok bool) {
	client, named := strings.CutPrefix(a.GetName(), backupName)
	if !named || !commented(a.GetCode(), backupMark) {
		return backup{}, false
	}
	packed, began := "", false
	for line := range strings.Lines(a.GetCode()) {
		line, comment := strings.CutPrefix(strings.TrimSpace(line), "// ")
		switch {
		case began && comment:
			packed += line
		case comment && strings.HasPrefix(line, "{"):
			began = json.Unmarshal([]byte(line), &b) == nil
		}
	}
	if began && b.Domain != domain {
		return backup{}, false
	}
	known := slices.Contains([]string{keptHere, keptFile, keptNone, keptUnknown}, b.Kept)
	b.html = unpack(packed)
	b.broken = !began || !known || b.Client != client || (b.Kept == keptHere && hash(b.html) != b.Hash)
	b.Client, b.id = client, a.GetID()
	return b, true
}

// inWords is what an application gets back.
func (b backup) inWords() string {
	switch b.Kept {
	case keptHere:
		return "its own page again"
	case keptNone:
		return "Auth0's own page again"
	case keptFile:
		return "Auth0's own page: the previous page was too large to be saved at Auth0"
	}
	return "Auth0's own page: the previous page is not known"
}

// unpack is what code has packed, "" for what can't be read.
func unpack(packed string) string {
	data, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return ""
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return ""
	}
	html, err := io.ReadAll(io.LimitReader(z, maxPage))
	if err != nil {
		return ""
	}
	return string(html)
}

// backups are all of the tenant's backups, oldest first.
func (c *Client) backups(ctx context.Context, name string) ([]backup, error) {
	list, err := c.postLoginActions(ctx, name)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, older)
	var all []backup
	for _, a := range list {
		if b, ok := readBackup(a, c.o.Domain); ok {
			all = append(all, b)
		}
	}
	return all, nil
}

// addBackup keeps a page at Auth0. A backup that is there already stays as it is: it is the older one.
func (c *Client) addBackup(ctx context.Context, b backup) (backup, error) {
	code, name := b.code(), backupName+b.Client
	made, err := c.actions.Create(ctx, &management.CreateActionRequestContent{
		Name: name, Code: &code, Runtime: management.String(runtime),
		SupportedTriggers: []*management.ActionTrigger{{ID: postLogin, Version: management.String("v3")}}})
	if err == nil {
		b.id = made.GetID()
		return b, nil
	}
	err = typed(err)
	if ctx.Err() != nil || (!unsure(err) && status(err) != http.StatusConflict) {
		return backup{}, err
	}
	there, listErr := c.backups(ctx, name)
	if listErr != nil || len(there) == 0 {
		return backup{}, cmp.Or(listErr, err)
	}
	return there[0], nil
}
