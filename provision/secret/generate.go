package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
)

// Generate makes a secret: 32 random bytes as 43 characters of base64url.
func Generate() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Fingerprint identifies values without showing them: the first 16 bytes of the SHA-256 of all names and values, each led by its
// length so that no two different sets are written alike.
//
// It may be kept in the open only where every secret among the values is random and long, as those of Generate and
// the providers' keys are: there is nothing to guess. A PIN or a chosen password could be found
// by trying. Values that are no secret (SIDs, addresses) do no harm among them.
func Fingerprint(values map[string]string) string {
	h := sha256.New()
	write := func(s string) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(s)))
		h.Write(size[:])
		h.Write([]byte(s))
	}
	h.Write([]byte("phonegate/fingerprint/1\x00"))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		write(name)
		write(values[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
