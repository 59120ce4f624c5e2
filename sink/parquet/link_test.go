//go:build unix

package parquet

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/sink"
)

// linked moves a folder of the lake to another disk, where the system has one in memory, and leaves a link.
func (l *lake) linked(t *testing.T, folder string) {
	t.Helper()
	from, to := filepath.Join(l.Path, folder), filepath.Join(t.TempDir(), "moved")
	if err := errors.Join(os.Mkdir(to, 0o777), os.CopyFS(to, os.DirFS(from)), os.RemoveAll(from), os.Symlink(to, from)); err != nil {
		t.Fatal(err)
	}
}

func TestAFolderOfATableMayBeALinkToAnotherDisk(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	l.linked(t, "pets")
	l.run([]string{pet(1, 1, 2, "c"), pet(3, 3, 1, "d")})
	if diff := cmp.Diff([]string{"1 2026-01 c", "2 2026-02 b", "3 2026-03 d"}, l.rows()); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Lstat(filepath.Join(l.Path, "pets")); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("it is no link any more: %v, %v", info, err)
	}
	stray := filepath.Join(l.Path, "pets", "copy.parquet")
	if err := os.WriteFile(stray, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	l.refuses(stray, "is not a file that desklake made")
}

// The disk is not there tonight: its rows are not to be read again.
func TestALinkThatLeadsNowhereIsNamed(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	l.linked(t, "pets")
	folder := filepath.Join(l.Path, "pets")
	to, err := os.Readlink(folder)
	if err = errors.Join(err, os.Rename(to, to+".away")); err != nil {
		t.Fatal(err)
	}
	l.refuses(folder, "leads nowhere", []string{pet(1, 1, 2, "c")})
	if err := os.Rename(to+".away", to); err != nil {
		t.Fatal(err)
	}
	l.run([]string{pet(1, 1, 2, "c")})
	if diff := cmp.Diff([]string{"1 2026-01 c", "2 2026-02 b"}, l.rows()); diff != "" {
		t.Error(diff)
	}
}

// DuckDB reads past the folder of a month that is a link.
func TestAFolderOfAMonthThatIsALinkIsRefused(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	folder := filepath.Dir(l.file("2026-01"))
	l.linked(t, filepath.Join("pets", "created_month=2026-01"))
	if got := l.query("SELECT count(*) FROM FILES"); got[0] != "1" {
		t.Errorf("DuckDB reads %v rows of the link's: it need not be refused any more", got)
	}
	l.refuses(folder, "is a link", []string{pet(1, 1, 2, "c")})
	if _, err := Changes(t.Context(), l.Options, l.tables); err == nil {
		t.Error("Changes does not mind")
	}
}

// What can't be put into its place over the border of a disk says so.
func TestAnotherDiskBelowTheLakesOwnFolderIsNamed(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	l.linked(t, drafts)
	here, err1 := os.Stat(filepath.Join(l.Path, own))
	there, err2 := os.Stat(filepath.Join(l.Path, drafts))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if here.Sys().(*syscall.Stat_t).Dev == there.Sys().(*syscall.Stat_t).Dev {
		t.Skip("there is one disk only")
	}
	l.refuses(filepath.Join(l.Path, manifestName), "is on another disk")
}

// A link in the place of a folder that leads nowhere, in a circle or to a file is named, with what to do.
func TestALinkInThePlaceOfAFolderThatIsNoneIsNamed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{".", "pets", "words", own, drafts, waiting, waiting + "/pets", own + "/runs", own + "/loads", own + "/issues", own + "/checkpoints"} {
		for to, problem := range map[string]string{"nowhere": "leads nowhere", "circle": "leads nowhere", file: "is not a folder"} {
			l := twoPets(t)
			path := filepath.Join(l.Path, folder)
			if to == "circle" {
				to = path
			}
			if err := errors.Join(os.RemoveAll(path), os.Symlink(to, path)); err != nil {
				t.Fatal(err)
			}
			l.noteRun = true
			l.refuses(path, problem, []string{pet(1, 1, 2, "c")})
			l.noteRun = false
			l.refuses(path, problem, []string{pet(1, 1, 2, "c")})
			if now, err := os.Readlink(path); err != nil || now != to {
				t.Errorf("%s leads to %q, %v", path, now, err)
			}
		}
	}
}

// Who only looks is not told that there is no history.
func TestALinkThatLeadsNowhereIsNamedToALookToo(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{".", own, own + "/runs"} {
		l := twoPets(t)
		path := filepath.Join(l.Path, folder)
		if err := errors.Join(os.RemoveAll(path), os.Symlink("nowhere", path)); err != nil {
			t.Fatal(err)
		}
		var told *PathError
		if _, err := Inspect(t.Context(), l.Options, sink.All); !errors.As(err, &told) || told.Path != path {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

// What waits is below it.
func TestALinkAmongWhatWaitsIsNotRemoved(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	s := l.prepared()
	_, err := l.commit(s, pets, pet(1, 1, 2, "c"))
	if err = errors.Join(err, s.lock.Unlock()); err != nil { // as if it was killed
		t.Fatal(err)
	}
	l.linked(t, waiting+"/pets")
	l.run()
	if diff := cmp.Diff([]string{"1 2026-01 c", "2 2026-02 b"}, l.rows()); diff != "" {
		t.Error(diff)
	}
}
