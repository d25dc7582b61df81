package fauxidptest

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"strings"
)

var unfit = regexp.MustCompile(`[^A-Za-z0-9_.]+`)

// CleanName is the part of a world's name that comes from a test's: at most 48 characters that such a name may have.
func CleanName(test string) string {
	clean := unfit.ReplaceAllString(test, "-")
	if len(clean) > 48 {
		clean = clean[len(clean)-48:]
	}
	clean = strings.Trim(clean, "-.")
	if clean == "" {
		return "test"
	}
	return clean
}

// WorldName is a name for a world that no other test has, also not in another run on the same server.
func WorldName(test string) string {
	var random [6]byte
	_, _ = rand.Read(random[:]) // it never fails
	return CleanName(test) + "-" + hex.EncodeToString(random[:])
}
