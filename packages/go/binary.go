package fauxidptest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// FindBinary returns the path of the server's binary: FAUXIDP_BIN, the one of the platform's module, PATH, in that order.
func FindBinary() (string, error) {
	if given := os.Getenv("FAUXIDP_BIN"); given != "" {
		path, err := exec.LookPath(given)
		if err != nil {
			return "", fmt.Errorf("FAUXIDP_BIN is %s, which is no program that can be run", given)
		}
		return filepath.Abs(path)
	}
	if len(embedded) > 0 {
		return unpack(embedded)
	}
	if found, err := exec.LookPath("fauxidp"); err == nil {
		return filepath.Abs(found)
	}
	return "", fmt.Errorf(`there is no fauxidp for %s/%s in FAUXIDP_BIN, in a module and on PATH
Install one with "cargo install fauxidp", or run "docker run -p 127.0.0.1:8484:8484 ghcr.io/fauxidp/fauxidp:0.1.0" and set `+
		`FAUXIDP_URL=http://127.0.0.1:8484`, runtime.GOOS, runtime.GOARCH)
}

// unpack writes the binary to the user's cache, once for each build of it.
func unpack(binary []byte) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	sum := sha256.Sum256(binary)
	folder := filepath.Join(cache, "fauxidp", hex.EncodeToString(sum[:8]))
	path := filepath.Join(folder, "fauxidp")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if found, err := os.Stat(path); err == nil && found.Size() == int64(len(binary)) {
		return path, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	// Another process may do the same: the file has its name once it is whole.
	file, err := os.CreateTemp(folder, "new")
	if err != nil {
		return "", err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(binary)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(file.Name(), 0o700)
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	return path, err
}
