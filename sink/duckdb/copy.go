package duckdb

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"desklake/internal/durable"
	"desklake/sink"
)

// analystsCopy is the file that Publish keeps up to date. Its methods know files, and nothing of what is in them.
type analystsCopy struct {
	path  string  // empty if there is to be none
	guard float64 // the part of a table's live rows that may be gone since the last copy, 0 to 1
}

// CheckCopy refuses a place where no copy of the file at path can stand. It writes nothing.
func CheckCopy(path, target string) error {
	c := analystsCopy{path: target}
	if runtime.GOOS == "windows" {
		return sink.Refused(target, "Windows does not replace files that are open", "Remove sink.publish.")
	}
	if err := checkPath(target); err != nil {
		return c.explain(err)
	}
	file, err := os.Stat(path)
	if there, missing := os.Stat(target); err == nil && missing == nil && os.SameFile(file, there) {
		return sink.Refused(target, "is the file that desklake writes to", "Give sink.publish another name than sink.path.")
	}
	return nil
}

// draft is where the next copy is made. The lock on the source file keeps it from others.
func (c analystsCopy) draft() string { return c.path + ".desklake-new" }

// removeDraft removes what a crash has left.
func (c analystsCopy) removeDraft() error {
	for _, name := range []string{c.draft(), c.draft() + ".wal"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return c.explain(err)
		}
	}
	return nil
}

// copyBytes is how much is copied between two looks at the context.
var copyBytes int64 = 256 << 20

// replace puts a copy of the source file in the place of the old one, in one step, once mark has made it known as a copy that
// was made at a time. Mark is told whether all checksums are right in it; if they are not it has to look what that is about. Where
// the file system can share blocks between files it costs next to no room, and no more time than reading it once.
func (c analystsCopy) replace(ctx context.Context, source *os.File, mark func(made time.Time, whole bool) error) error {
	made := time.Now().UTC().Truncate(2 * time.Second) // which every file system keeps
	err := c.write(ctx, source)
	step("written")
	whole := false
	if err == nil {
		whole, err = isWhole(ctx, c.draft())
	}
	if err == nil {
		err = mark(made, whole)
	}
	if err == nil {
		err = c.finish(source, made)
	}
	if err == nil {
		err = c.removeLog()
	}
	if err == nil {
		err = os.Rename(c.draft(), c.path)
	}
	step("renamed")
	if err == nil {
		return durable.SyncFolder(filepath.Dir(c.path))
	}
	_ = c.removeDraft() // on a full disk it takes room from others
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return c.explain(err)
}

// removeLog removes the log that somebody has left who wrote to the old copy and crashed: DuckDB refuses a file with
// another one's log.
func (c analystsCopy) removeLog() error {
	if err := os.Remove(c.path + ".wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// touched reports that somebody has changed the copy that was made at a time.
func (c analystsCopy) touched(made time.Time) bool {
	info, err := os.Stat(c.path)
	return err != nil || !info.ModTime().Equal(made)
}

// write makes the draft.
func (c analystsCopy) write(ctx context.Context, source *os.File) (err error) {
	if _, err := source.Seek(0, io.SeekStart); err != nil {
		return err
	}
	draft, err := os.OpenFile(c.draft(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, draft.Close()) }()
	for ended := false; !ended; {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := io.CopyN(draft, source, copyBytes)
		if ended = errors.Is(err, io.EOF); err != nil && !ended {
			return err
		}
		step("copied")
	}
	return nil
}

// finish makes the draft ready for readers, durably.
func (c analystsCopy) finish(source *os.File, made time.Time) (err error) {
	draft, err := os.OpenFile(c.draft(), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, draft.Close()) }()
	if err := c.setAccess(draft, source); err != nil {
		return err
	}
	if err := os.Chtimes(c.draft(), made, made); err != nil {
		return err
	}
	return draft.Sync()
}

// setAccess gives the draft the mode and, where that is possible, the group of the copy that it replaces. The first copy
// is for reading only: whoever opens it for writing locks everybody else out.
func (c analystsCopy) setAccess(draft, source *os.File) error {
	info, err := source.Stat()
	if err != nil {
		return err
	}
	mode := info.Mode().Perm() &^ 0o222
	if old, err := os.Stat(c.path); err == nil {
		keepGroup(draft, old)
		mode = old.Mode().Perm()
	}
	return draft.Chmod(mode)
}

// explain explains an error about the copy.
func (c analystsCopy) explain(err error) error {
	var operating *fs.PathError
	var linking *os.LinkError
	if errors.As(err, &operating) || errors.As(err, &linking) {
		err = &statementError{err.Error()}
	}
	err = explain(c.path, err)
	var locked *sink.Locked
	if errors.As(err, &locked) {
		return sink.Refused(c.path, "is open for writing by "+cmp.Or(locked.Holder, "another process"), "Open it with -readonly; desklake publish brings it up to date then.")
	}
	var wrong *PathError
	switch {
	case !errors.As(err, &wrong), wrong.Path != c.path:
	case isDamage(err):
		wrong.Remedy = "Move it away: desklake publish makes it anew."
	default:
		wrong.Remedy = strings.NewReplacer("sink.path", "sink.publish", "run again", "run desklake publish").Replace(wrong.Remedy)
	}
	return err
}
