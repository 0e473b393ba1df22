package cloudflare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"phonegate/provision/fault"
)

// form is the body of an upload.
func form(name string, module []byte, metadata any) (kind string, body []byte, err error) {
	about, err := json.Marshal(metadata)
	if err != nil {
		return "", nil, err
	}
	var out bytes.Buffer
	parts := multipart.NewWriter(&out)
	for _, p := range []struct {
		disposition, kind string
		content           []byte
	}{
		{`form-data; name="metadata"; filename="metadata.json"`, "application/json", about},
		{fmt.Sprintf(`form-data; name=%q; filename=%q`, name, name), "application/javascript+module", module},
	} {
		part, err := parts.CreatePart(map[string][]string{"Content-Disposition": {p.disposition}, "Content-Type": {p.kind}})
		if err != nil {
			return "", nil, err
		}
		if _, err := part.Write(p.content); err != nil {
			return "", nil, err
		}
	}
	err = parts.Close()
	return parts.FormDataContentType(), out.Bytes(), err
}

// download reads a Worker's code back: the module itself, or a multipart body with the module as its only part.
func (c *Client) download(ctx context.Context, name string) ([]byte, error) {
	res, data, err := c.send(ctx, http.MethodGet, c.script(name, ""), "", nil)
	if err != nil {
		return nil, err
	}
	kind, parameters, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return data, nil
	}
	parts := multipart.NewReader(bytes.NewReader(data), parameters["boundary"])
	var modules [][]byte
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(part)
		}
		if err != nil {
			return nil, fault.Wrap(err, fault.Failed, "cloudflare.unexpected_answer",
				"Run the same command again. If the error persists, please report it.",
				"Cloudflare sent the code of the Worker %s in an unreadable format.", name)
		}
		modules = append(modules, content)
	}
	// More than one module, or none, is not what was uploaded; it only has to differ.
	return bytes.Join(modules, []byte("\n// ----\n")), nil
}
