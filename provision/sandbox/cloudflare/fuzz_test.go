package cloudflare

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
)

// FuzzUpload wants no body of an upload to do anything but be taken or be refused with a 4xx, and what is taken to come back.
func FuzzUpload(f *testing.F) {
	for _, metadata := range []string{`{"main_module":"m.mjs"}`, `{"main_module":"m.mjs","bindings":[{"type":"secret_text","name":"A","text":"b"}]}`,
		`{"main_module":"m.mjs","bindings":[null,{"name":7}],"compatibility_date":"x","keep_bindings":["secret_text"]}`, `[]`, `{"bindings":{}}`} {
		kind, body := form(f, metadata, "m.mjs", hello)
		f.Add(kind, body)
	}
	f.Add("multipart/form-data", []byte("--"))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=metadata\r\n\r\n{}\r\n--x--"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		u, err := parseUpload(kind, body)
		if err != nil {
			e, ok := err.(*apiError)
			if !ok || e.Status/100 != 4 || e.Code < 1000 {
				t.Fatalf("refused with %#v", err)
			}
			rec := httptest.NewRecorder()
			write(rec, err)
			if !json.Valid(rec.Body.Bytes()) {
				t.Fatalf("not JSON: %q", rec.Body)
			}
			return
		}
		v := &version{Main: u.Metadata.MainModule, Modules: u.Modules, Bindings: u.Metadata.Bindings}
		for _, b := range v.Bindings {
			if b.text("type") == "secret_text" && b.shown()["text"] != nil {
				t.Fatal("a secret is shown")
			}
		}
		w := &worker{Versions: []*version{v}}
		if _, err := json.Marshal(w.about()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := v.download(); err != nil {
			t.Fatal(err)
		}
	})
}
