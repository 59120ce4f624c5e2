package parquet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"desklake/internal/durable"
	"desklake/sink"
)

// PathError is a folder or a file that can't be used, or no longer.
type PathError = sink.PathError

// What to do about a file of the lake.
const (
	restore = "Put the file back from a copy. Without one: %s; the next sync reads everything again."
	replace = "Put a whole copy in its place. Without one: remove it, then %s; the next sync reads everything again."
	forget  = "Put a whole copy in its place. Without one: remove it; what was in it of runs, loads or issues is forgotten."
)

// missing is the error of a file that is not there.
func missing(path string) error { return sink.Refused(path, "is missing", orReset(restore, path)) }

// empty is the error of one without content, as a crash of the machine or a full disk can leave it.
func empty(path string) error { return sink.Refused(path, "is empty", orReset(replace, path)) }

// orReset completes what to do about a file with the command that reads its table again, where it is a table's. Such a file is called
// like its table, or waits in a folder that is.
func orReset(remedy, path string) string {
	table, isTable := strings.CutSuffix(filepath.Base(path), ".parquet")
	folder := filepath.Dir(path)
	switch filepath.Base(filepath.Dir(folder)) {
	case filepath.Base(waiting):
		table = filepath.Base(folder)
	case own:
		isTable = false
	}
	if !isTable {
		remedy, _, _ = strings.Cut(remedy, " Without one:")
		return remedy
	}
	return fmt.Sprintf(remedy, "desklake state reset "+table)
}

// damaged explains an error of reading a file of the lake.
func damaged(path string, err error) error {
	var told *PathError
	if errors.As(err, &told) {
		return err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return missing(path)
	}
	remedy := orReset(replace, path)
	if filepath.Base(filepath.Dir(filepath.Dir(path))) == own {
		remedy = forget
	}
	return sink.Refused(path, "can't be read: "+err.Error(), remedy)
}

// cause is what the operating system says, without the operation and the path.
func cause(err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// explain turns the operating system's errors about the lake into ours.
func explain(path string, err error) error {
	var told *PathError
	var failed *fs.PathError
	var misplaced *os.LinkError
	switch {
	case errors.As(err, &told):
		return err
	case errors.As(err, &failed):
		path = failed.Path
	case errors.As(err, &misplaced):
		path = misplaced.New
	}
	switch {
	case errors.Is(err, durable.ErrLink):
		return sink.Refused(path, durable.ErrLink.Error(), "Remove the link if it does not belong there, and run again.")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EFBIG), errors.Is(err, syscall.EDQUOT):
		return sink.Refused(path, "the disk is full", "Make room and run again: what was committed is whole, and the next run goes on from there.")
	case errors.Is(err, syscall.EXDEV):
		return sink.Refused(path, "is on another disk than "+drafts, "Let no folder in "+own+" be a link. That of a table, or of the whole lake, may be one.")
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return sink.Refused(path, "too many files are open", "Allow more: ulimit -n 1024, or LimitNOFILE= of a systemd unit.")
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return sink.Refused(path, "may not be read or written", "Give the user that runs desklake the right to read and write the folder and its files.")
	case errors.Is(err, fs.ErrNotExist):
		return missing(path)
	}
	return err
}
