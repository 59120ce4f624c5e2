//go:build unix

package parquet

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestALockThatIsALinkIsRefused(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	lock, target := filepath.Join(l.Path, lockName), filepath.Join(t.TempDir(), "target")
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, lock); err != nil {
		t.Fatal(err)
	}
	l.refuses(lock, "is a symbolic link", []string{pet(1, 1, 2, "c")})
	if _, err := os.Lstat(target); err == nil {
		t.Error("there is something at the other end")
	}
}

// Whoever can open the lock can hold it.
func TestALockThatOthersCouldOpenIsClosedToThem(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	lock := filepath.Join(l.Path, lockName)
	if err := os.Chmod(lock, 0o644); err != nil {
		t.Fatal(err)
	}
	l.run([]string{pet(1, 1, 2, "c")})
	if info, err := os.Stat(lock); err != nil || info.Mode() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
}

// A link in the place of each file that a run made is replaced by the next one, and what it leads to stays as it is.
func TestNoFileOfALakeIsWrittenThroughALink(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	target := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(target, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	created := 0
	l.disk.before = func(operation, path string) error {
		if operation != "create" {
			return nil
		}
		created++
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
		return os.Symlink(target, path)
	}
	l.run([]string{pet(1, 1, 2, "c"), pet(3, 3, 1, "d")})
	if content, err := os.ReadFile(target); err != nil || string(content) != "content" || created < 4 {
		t.Errorf("the target holds %q after %d files, %v", content, created, err)
	}
	if diff := cmp.Diff([]string{"1 2026-01 c", "2 2026-02 b", "3 2026-03 d"}, l.rows()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}
