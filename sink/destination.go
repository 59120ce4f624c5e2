package sink

import (
	"context"
	"strings"
	"time"

	"desklake/schema"
)

// Driver is a type of sink. Drivers are listed in a map in cmd/desklake, by the name that the configuration has for them.
type Driver struct {
	// New makes a section of the configuration: see config.Section.
	New func() Config
}

// Config is the section of the configuration for a destination: a pointer to a struct with its keys.
type Config interface {
	Destination() Destination
}

// SourceChecker is a Config that may refuse the name of one of several sources.
type SourceChecker interface {
	// CheckSource returns why a source can't have the name at this destination.
	CheckSource(name string) error
}

// Destination is where a sink is, or will be. Its methods are called by commands and by the service, from one goroutine at a
// time. What else it can be, if it likes: a Published, a Viewed.
type Destination interface {
	// Location names it for people, such as a path.
	Location() string

	// For is the destination of one of several sources, by the name that the configuration gives it: its tables stand apart from
	// those of the others, and bookkeeping is written and read for that source only. The destination itself is that of an
	// only source, which has no name.
	For(source string) Destination

	// Open opens the sink and takes its lock. Where another process has that, it calls waiting once, with who has it ("" where
	// that is not known), and waits for as long as the destination was told to; then the error is a *Locked.
	Open(ctx context.Context, waiting func(holder string)) (Sink, error)

	// Read gives what is committed there, without the lock. Where nothing was written yet, or not to one of the tables, the
	// error is a *NotYet.
	Read(ctx context.Context, tables ...string) (Reader, error)

	// InUse reports whether a run of any process has the destination. Inspect asks it of one that could be read.
	InUse() bool

	// Sources says of which sources there are tables, by name, whoever wrote them; none where nothing is there yet. It is asked
	// of the destination itself.
	Sources(ctx context.Context) ([]SourceReport, error)

	// Changes says what Prepare would do for the tables: the destination first, if that would be created, then what ChangesOf
	// makes of each table.
	Changes(ctx context.Context, tables []*schema.Table) ([]Change, error)

	// Check returns why a run could not write there, as far as that can be told without writing.
	Check() error

	// LockWait is how long Open waits for another process.
	LockWait() time.Duration

	// ChangedAt is when the destination was changed last, by the clock of where it is; zero where nothing is there, or that
	// can't be told. It costs next to nothing: the service asks each minute.
	ChangedAt() time.Time
}

// NotYet is the error of looking at a destination to which nothing was written yet.
type NotYet struct{ Path string }

func (e *NotYet) Error() string { return e.Path + ": does not exist yet" }

// Hint says what to do.
func (e *NotYet) Hint() string { return "Run desklake sync first." }

// Published is a Destination that keeps a copy for analysts, which they may have open. What its Open returns is a Publisher.
type Published interface {
	// Copy names the copy for people; empty if there is to be none.
	Copy() string
}

// Publisher is a Sink that can bring the copy for analysts up to date.
type Publisher interface {
	// Publish does so, and reports whether anything had changed. A *Shrunk is the error where a table lost more rows than the
	// destination allows, unless it is forced; then the old copy stays.
	Publish(ctx context.Context, force bool) (replaced bool, err error)
}

// Shrunk is the error of a copy that was kept because tables lost more rows than the guard allows.
type Shrunk struct {
	Path   string   // of the copy
	Tables []string // each with its figures
}

func (e *Shrunk) Error() string {
	return e.Path + ": the old copy was kept: " + strings.Join(e.Tables, "; ")
}

// Hint says what to do.
func (e *Shrunk) Hint() string {
	return "If that is right, run desklake publish --force; sink.publish_guard says how much a table may lose."
}

// Viewed is a Destination of files over which a database can have views.
type Viewed interface {
	// Views returns a view for each table that is there.
	Views(ctx context.Context) ([]View, error)
}

// View is what a view over a table's files is made of.
type View struct {
	Schema  string // desklake for its own tables; the name of the source, empty for an only one
	Name    string
	Doc     string
	Files   []string // patterns that fit the table's files and no others
	Columns []ViewColumn
}

// ViewColumn is a column of a View.
type ViewColumn struct {
	Name string
	Doc  string
	JSON bool // a text that holds JSON
}
