// Package duckdb keeps the tables in a DuckDB file.
//
// The file is open only while a run lasts; DuckDB's own lock on it is the run's lock. Rows and checkpoint of a
// stream commit in one DuckDB transaction. There is no primary key and no index: a batch is merged by joining its
// keys with the table, which scans one column and skips what the zone maps rule out, so a commit costs about the
// same in a small and in a large table.
// Start with Open, then tx.go and merge.go; publish.go keeps a copy for analysts.
package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	capi "github.com/duckdb/duckdb-go-bindings"

	"desklake/internal/durable"
	"desklake/sink"
)

// Options say how a file is opened. Path is required, the zero of everything else is a good default.
type Options struct {
	Path string

	// Source is whose tables these are, where a file holds those of several; empty for the only one. Its rows in the schema
	// desklake carry the name.
	Source string

	// LockWait is how long to wait for a file that another process holds. 0 does not wait.
	LockWait time.Duration

	// Waiting is called once when waiting begins, with who holds the file ("" where that is not known).
	Waiting func(holder string)

	// MemoryLimit is DuckDB's own, such as "200MB". Default 160 MiB, and 256 KiB for each row group that loses a row.
	MemoryLimit string

	// Copy is a second file, for analysts, that Publish brings up to date: they may keep it open. Empty for none.
	Copy string

	// CopyGuard is the part of a table's live rows that may be gone since the last copy was made, 0 to 1. Where more are
	// gone the old copy is kept.
	CopyGuard float64

	// Of reopen.go; 0 for the constants of these names.
	reopenRows           int64
	patience, reopenWait time.Duration
}

// catalog is the name under which the file is attached. Attaching, instead of opening it directly, lets the
// storage options be given.
const catalog = "lake"

// storageOptions: files can be read by DuckDB 1.4 and later; that version's format is also the faster one to write.
//
// Row groups of half the default size are a middle. The rows of one are held in memory before they are compressed; and
// for each one that loses a row DuckDB holds a block of 256 KB until the file is closed, so a night that changes a
// thousand old rows of a large table would need hundreds of megabytes with small ones.
var storageOptions = fmt.Sprintf("(STORAGE_VERSION 'v1.4.0', ROW_GROUP_SIZE %d)", groupRows)

// Sink is an open DuckDB file. It implements sink.Sink.
type Sink struct {
	options Options
	path    string
	file    os.FileInfo // what the path led to when it was opened
	db      *database   // nil after it could not be opened anew
	copy    analystsCopy

	transactions *gate        // the file is opened anew between them
	rows         atomic.Int64 // new ones since it was opened
	changed      atomic.Int64 // rows that were replaced or marked since the last checkpoint
	lost         error        // why it could not be
	unsettled    error        // of a checkpoint: there is no other one then
	versions     versions
	constraints  constraints // of the user's, when the run was prepared

	// commits lets one stream commit at a time: that is when a transaction needs the most memory.
	commits sync.Mutex

	mu sync.Mutex // guards what follows
	// own is the connection for what is not part of a stream's transaction.
	own     *conn
	readers map[*reader]bool

	source *os.File // the file itself, to copy it; nil before the first copy
}

var _ sink.Sink = (*Sink)(nil)

// Open opens the file, or creates it, and takes its lock. Errors: *sink.Locked when another process still holds it
// after LockWait; every other one is about the path and says what to do.
func Open(ctx context.Context, o Options) (*Sink, error) {
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, err
	}
	if err := checkPath(path); err != nil {
		return nil, err
	}
	o.reopenRows, o.patience, o.reopenWait = cmp.Or(o.reopenRows, reopenRows), cmp.Or(o.patience, patience), cmp.Or(o.reopenWait, reopenWait)
	s := &Sink{options: o, path: path, copy: analystsCopy{o.Copy, o.CopyGuard}, transactions: newGate(), readers: map[*reader]bool{}}
	if o.Copy != "" {
		if err := CheckCopy(path, o.Copy); err != nil {
			return nil, err
		}
	}
	if err := s.attach(ctx, o); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Sink) attach(ctx context.Context, o Options) (err error) {
	s.versions.forget(o.MemoryLimit != "")
	if s.db, s.own, err = attachWaiting(ctx, s.path, o); err != nil {
		return err
	}
	if s.file, err = os.Stat(s.path); err != nil {
		s.detach()
		return explainOS(s.path, err)
	}
	return nil
}

// Settle writes what is still in the write-ahead log into the file. It is not broken off: DuckDB keeps the log short.
func (s *Sink) Settle(ctx context.Context) error {
	if err := cmp.Or(ctx.Err(), s.heal(ctx)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return s.lost
	}
	return cmp.Or(s.vanished(), s.checkpoint())
}

// Close writes the little that came since the last Settle into the file as well, and releases the lock.
func (s *Sink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return s.lost
	}
	err := s.vanished()
	if err == nil && s.unsettled == nil {
		err = s.checkpoint()
	}
	s.detach()
	return err
}

// vanished returns an error if the path leads elsewhere by now: what is written to the open file would be lost.
func (s *Sink) vanished() error {
	if now, err := os.Stat(s.path); err == nil && os.SameFile(now, s.file) {
		return nil
	}
	return sink.Refused(s.path, "was removed or replaced while the run wrote to it", "Run again: it goes on from what is there now.")
}

func (s *Sink) detach() {
	for r := range s.readers {
		r.leave()
	}
	clear(s.readers)
	s.own.close()
	s.db.close()
	s.db, s.own = nil, nil
	if s.source != nil {
		s.source.Close()
		s.source = nil
	}
	openPaths.Delete(s.path)
}

// database is an instance of DuckDB. The file is attached to it.
type database struct {
	ptr   capi.Database
	cause atomic.Pointer[statementError] // of its being broken; nil while it is whole
}

func (db *database) close() { capi.Close(&db.ptr) }

// breakDown says that the instance may not be used any more: DuckDB gave it up itself, or undid a transaction that it
// could not commit, which leaves its memory in a state where other transactions can crash the process.
func (db *database) breakDown(cause *statementError) { db.cause.CompareAndSwap(nil, cause) }

// broken returns what broke the instance, nil if nothing did.
func (db *database) broken() error {
	if cause := db.cause.Load(); cause != nil {
		return cause
	}
	return nil
}

// openPaths are the files that this process has open. DuckDB's lock keeps other processes out, but not a second
// instance in the same process.
var openPaths sync.Map

func attach(ctx context.Context, path string, o Options, attachOptions string) (_ *database, _ *conn, err error) {
	if _, taken := openPaths.LoadOrStore(path, true); taken {
		return nil, nil, &sink.Locked{Path: path, Holder: "another run of this process"}
	}
	db, err := openInstance()
	if err != nil {
		openPaths.Delete(path)
		return nil, nil, err
	}
	var c *conn
	defer func() {
		if err != nil {
			if c != nil {
				c.close()
			}
			db.close()
			openPaths.Delete(path)
		}
	}()
	if c, err = db.connect(); err != nil {
		return nil, nil, err
	}
	for _, sql := range settings(path, o) {
		if _, err = c.exec(ctx, sql); err != nil {
			return nil, nil, explain(path, err)
		}
	}
	if !exists(path) {
		if err = create(ctx, c, path); err != nil {
			return nil, nil, err
		}
	}
	if err = checkBeside(path); err != nil {
		return nil, nil, err
	}
	if _, err = c.exec(ctx, "ATTACH "+literal(path)+" AS "+catalog+" "+attachOptions); err != nil {
		return nil, nil, explainAttach(path, err)
	}
	return db, c, nil
}

func openInstance() (*database, error) {
	var config capi.Config
	if capi.CreateConfig(&config) != capi.StateSuccess {
		return nil, errors.New("configure DuckDB")
	}
	defer capi.DestroyConfig(&config)
	var db database
	var message string
	if capi.OpenExt("", &db.ptr, config, &message) != capi.StateSuccess {
		return nil, fmt.Errorf("start DuckDB: %s", message)
	}
	return &db, nil
}

func settings(path string, o Options) []string {
	limit := o.MemoryLimit
	if limit == "" {
		limit = memoryLimit(0)
	}
	return []string{
		"SET memory_limit = " + literal(limit),
		// Writers are the streams; a second thread of DuckDB's own would only hold more memory.
		"SET threads = 1",
		"SET temp_directory = " + literal(path+".tmp"),
		// A checkpoint in the middle of a run rewrites what the next commit changes again.
		"SET checkpoint_threshold = '256MB'",
		// The one at the end is ours, which can fail.
		"PRAGMA disable_checkpoint_on_shutdown",
		"SET preserve_insertion_order = true",
		// The checkpoint at the end does it.
		"SET max_vacuum_tasks = 0",
		// Five, the default, wait uncompressed in memory until they are written together.
		"SET write_buffer_row_group_count = 1",
		// A join hashes its right side, which is a batch. DuckDB would rather take the side that seems smaller, and it knows neither how
		// long a list is nor how many rows a transaction has inserted.
		"SET disabled_optimizers = 'join_order,build_side_probe_side'",
		"SET autoinstall_known_extensions = false",
		"SET TimeZone = 'UTC'",
	}
}

// beside are the ends of the names that DuckDB gives to the files that it writes beside the database, and to its folder
// for what memory can't hold.
var beside = []string{".wal", ".wal.checkpoint", ".wal.recovery", ".tmp"}

// checkBeside refuses links in their place: DuckDB would write to what they lead to.
func checkBeside(path string) error {
	for _, end := range beside {
		if durable.CheckLink(path+end) != nil {
			return sink.Refused(path+end, durable.ErrLink.Error(), "Remove the link if it does not belong there, and run again.")
		}
	}
	return nil
}

// checkPath refuses what DuckDB would report in its own words, or would create in the wrong place.
func checkPath(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return sink.Refused(path, "is a directory", "Give sink.path the name of a file, such as "+filepath.Join(path, "helpdesk.duckdb")+".")
	case err == nil && !info.Mode().IsRegular():
		return sink.Refused(path, "is not a file", "Give sink.path the name of a file, or of one that is to be made.")
	case err == nil:
		return nil
	}
	dir := filepath.Dir(path)
	switch info, err := os.Stat(dir); {
	case errors.Is(err, os.ErrNotExist):
		return sink.Refused(path, "its folder does not exist", "Create it: mkdir -p "+dir)
	case err == nil && !info.IsDir():
		return sink.Refused(path, dir+" is not a folder", "Give sink.path a place in a folder.")
	}
	return nil
}
