package duckdb

import (
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"desklake/sink"
)

// PathError is a file that can't be used as a sink, or no longer.
type PathError = sink.PathError

// lockedBy finds the holder in DuckDB's message: Conflicting lock is held in /usr/bin/x (PID 12) by user y.
var lockedBy = regexp.MustCompile(`(?i)conflicting lock is held(?: in (.*? \(PID \d+\)))?`)

// inBlock finds where in the file a block is whose checksum does not match.
var inBlock = regexp.MustCompile(`(?i)in block at location (\d+)`)

const isDamaged = "is damaged"

// damaged is what is said of a file of DuckDB's that is not as it was written. A bit that changed on the disk is met when its
// block is read: at opening, or in the middle of a run.
func damaged(path, message string) error {
	problem := isDamaged
	if m := inBlock.FindStringSubmatch(message); m != nil {
		problem += ": the checksum of the block at byte " + m[1] + " does not match"
	}
	return sink.Refused(path, problem, "Look at the disk. Put the file back from a backup, without its .wal: the next sync goes on from there. "+
		"Or move both away: the next sync reads everything again from source.start_date.")
}

// damagedIn is the error of a copy of a file that was made byte for byte: if it is damaged, so is the file.
func damagedIn(path string, err error) error {
	if told := explain(path, err); isDamage(told) {
		return told
	}
	return err
}

func isDamage(err error) bool {
	var told *PathError
	return errors.As(err, &told) && strings.HasPrefix(told.Problem, isDamaged)
}

// explainAttach explains why a file can't be attached. Only then may it be opened here: closing a file gives up the locks that
// DuckDB holds on it.
func explainAttach(path string, err error) error {
	err = explain(path, err)
	var told *PathError
	switch {
	case !isDamage(err):
	case !isDatabase(path):
		return noDatabase(path)
	case errors.As(err, &told):
		told.Remedy += " Nothing was changed in it."
	}
	return err
}

// isDatabase reports whether the file begins as one of DuckDB's.
func isDatabase(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	var head [12]byte // a checksum, then the magic bytes
	_, err = io.ReadFull(file, head[:])
	return err == nil && string(head[8:]) == "DUCK"
}

func unreadableLog(path string, cause error) error {
	return sink.Refused(path, "the log beside it, "+path+".wal, can't be read: "+cause.Error(),
		"Put both back from the same backup. Or move the log away: what only that has is read again by the next sync.")
}

func noDatabase(path string) error {
	return sink.Refused(path, "is not a DuckDB file", "Choose another sink.path; this file was left as it is.")
}

// explain turns DuckDB's errors about a file into ours, by what they say: the C API has no codes for them.
func explain(path string, err error) error {
	var refused *statementError
	if !errors.As(err, &refused) {
		return err
	}
	message := strings.ToLower(refused.message)
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(message, p) })
	}
	if m := lockedBy.FindStringSubmatch(refused.message); m != nil {
		return &sink.Locked{Path: path, Holder: m[1]}
	}
	switch {
	case has("too many open files"):
		return sink.Refused(path, "too many files are open", "Allow more: ulimit -n 1024, or LimitNOFILE= of a systemd unit.")
	case has("checkpoint iteration does not match"):
		return sink.Refused(path, "the log beside it, "+path+".wal, belongs to another state of this file: one of the two was put back alone",
			"Put both back from the same backup. Or move the log away: what only that has is read again by the next sync, if it was the newer one.")
	case has("catalog error: table with name", "binder error: table", "binder error: referenced column", "does not have a column"):
		return sink.Refused(path, "has lost a table or column of desklake's own: "+refused.Error(), "Run desklake sync: it makes it again. If that says the same, put the file back from a backup; without one, DROP TABLE desklake.checkpoints and desklake.tables, and everything is read again.")
	case has("corrupt wal file"):
		return unreadableLog(path, refused)
	case has("corrupt", "could not read enough bytes"):
		return damaged(path, refused.message)
	case has("not a valid duckdb database file", "not a duckdb database", "file is not a database"):
		return noDatabase(path)
	case has("no space left on device", "file too large", "disk quota exceeded", "failed to allocate space on disk", "out of disk"):
		return sink.Refused(path, "the disk is full", "Make room and run again: what was committed is whole, and the next run goes on from there.")
	case has("permission denied", "read-only file system", "read-only mode", "operation not permitted"):
		return sink.Refused(path, "may not be written", "Give the user that runs desklake the right to write the file and its folder.")
	case has("wal does not match database file"):
		return sink.Refused(path, "has the log of another file beside it", "Remove "+path+".wal if it does not belong there.")
	case has("out of memory", "could not allocate block", "failed to pin block", "failed to allocate data"):
		return sink.Refused(path, "DuckDB needs more memory than it may use", "Raise sink.memory_limit, to 512MB for example; what was committed is whole.")
	case has("serialization version", "storage version", "newer version of duckdb", "older version of duckdb"):
		return sink.Refused(path, "was written by another version of DuckDB: "+refused.message, "Choose another sink.path.")
	case has("failure while replaying wal file"): // and none of the causes above
		return unreadableLog(path, refused)
	case has("no such file or directory", "cannot open file"):
		return sink.Refused(path, "can't be opened: "+refused.message, "Choose another sink.path.")
	}
	return err
}

// attachWaiting attaches the file as soon as nobody else holds it, for LockWait at the longest.
func attachWaiting(ctx context.Context, path string, o Options) (db *database, c *conn, err error) {
	err = sink.Await(ctx, o.LockWait, o.Waiting, func() (err error) {
		db, c, err = attach(ctx, path, o, storageOptions)
		return err
	})
	return db, c, err
}

// exists reports whether there is a file; a missing one is no error to those who only look.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
