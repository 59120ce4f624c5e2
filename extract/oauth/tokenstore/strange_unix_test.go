//go:build unix

package tokenstore

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestWhatCanBeNoLoginIsNotRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, large := filepath.Join(dir, "pipe"), filepath.Join(dir, "large")
	err := syscall.Mkfifo(pipe, 0o600) // of which nobody writes to the other end
	if err == nil {
		err = os.WriteFile(large, bytes.Repeat([]byte(" "), largest+1), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{pipe: "not a file", large: "holds 65537 bytes", dir: "not a file"} {
		var refused *Error
		if _, err := New(Options{Path: path}).Read(); !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}
