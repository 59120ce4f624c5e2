//go:build unix

package durable

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestAFileOfOursIsClosedToOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := filepath.Join(dir, "old")
	if err := os.WriteFile(old, []byte("content"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(old, 0o666); err != nil { // whatever the mask takes away
		t.Fatal(err)
	}
	for _, path := range []string{old, filepath.Join(dir, "new")} {
		f, err := OpenOwn(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if info, err := f.Stat(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if content, err := os.ReadFile(old); err != nil || string(content) != "content" {
		t.Errorf("the old one holds %q, %v", content, err)
	}
}

func TestNothingIsWrittenThroughALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link, dangling := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "dangling")
	err := os.WriteFile(target, []byte("content"), 0o644)
	if err == nil {
		err = os.Symlink(target, link)
	}
	if err == nil {
		err = os.Symlink(filepath.Join(dir, "nothing"), dangling)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, dangling} {
		if f, err := OpenOwn(path); f != nil || !errors.Is(err, ErrLink) {
			t.Errorf("%s was opened: %v", path, err)
		}
		if l, _, err := TryLock(path); l != nil || !errors.Is(err, ErrLink) {
			t.Errorf("%s was locked: %v", path, err)
		}
		if f, err := CreateOwn(path); err != nil {
			t.Errorf("%s is not replaced: %v", path, err)
		} else if _, err := f.WriteString("other"); errors.Join(err, f.Close()) != nil {
			t.Error(err)
		}
	}
	info, err := os.Stat(target)
	content, unread := os.ReadFile(target)
	if err != nil || unread != nil || string(content) != "content" || info.Mode() != 0o644 {
		t.Errorf("the target holds %q with mode %v, %v, %v", content, info.Mode(), err, unread)
	}
	if _, err := os.Lstat(filepath.Join(dir, "nothing")); err == nil {
		t.Error("there is a file behind the dangling link")
	}
}

func TestAFolderIsNoFileOfOurs(t *testing.T) {
	t.Parallel()
	if f, err := OpenOwn(t.TempDir()); f != nil || err == nil {
		t.Errorf("%v, %v", f, err)
	}
}
