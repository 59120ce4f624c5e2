package parquet

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
	"desklake/state"
)

// manifestFormat is the version of the manifest's format. A manifest of a later one is not read but refused; one of format 1,
// from before the history had chapters, is carried over.
const manifestFormat = 2

// manifest is what belongs to the committed state of a lake. Replacing its file is the commit point: what it does not
// name was never committed.
type manifest struct {
	Format      int
	Tables      map[string]*tableState
	Checkpoints map[string]state.Checkpoint // by stream
	Commits     map[string]int              // by stream; the names of its files count on

	Chapters []chapter             `json:",omitempty"` // of the history that have ended, the earliest first
	Chapter  int                   // the number of the current one
	Latest   map[string]latestLoad `json:",omitempty"` // by table

	// The rows of desklake's own tables that are not in their files yet: of runs and loads, of the current chapter; of
	// issues, all of the tables that have one.
	Runs   []book.Run   `json:",omitempty"`
	Loads  []book.Load  `json:",omitempty"`
	Issues []book.Issue `json:",omitempty"`

	OldestIssue time.Time `json:",omitzero"` // when the one was met that was not met for longest
}

// tableState is a table of the lake.
type tableState struct {
	Doc        string
	Key        string
	Version    string `json:",omitempty"` // the column with the version
	Month      string `json:",omitempty"` // the column whose month a row's partition is
	Schema     int    // grows with each change of the columns
	Columns    []column
	Partitions map[month]*partition
	Fresh      time.Time `json:",omitzero"` // where rows wait: when what readers see was read to its end
}

// waits reports that there are rows that readers don't see yet.
func (t *tableState) waits() bool {
	for _, p := range t.Partitions {
		if len(p.Waiting) > 0 {
			return true
		}
	}
	return false
}

// fresh is when what readers see of a table was read to its end, given the checkpoints.
func (m *manifest) fresh(table string, checkpoints map[string]state.Checkpoint) time.Time {
	if t := m.Tables[table]; t != nil && t.waits() {
		return t.Fresh
	}
	return sink.FreshAt(checkpoints, table)
}

// part returns a partition of the table, a new one where there is none.
func (t *tableState) part(at month) *partition {
	p := t.Partitions[at]
	if p == nil {
		p = &partition{}
		t.Partitions[at] = p
	}
	return p
}

// live is how many rows are not deleted: of those that only wait, all.
func (t *tableState) live() (n int64) {
	for _, p := range t.Partitions {
		n += p.Live
		for _, f := range p.Waiting {
			if p.Rows == 0 {
				n += f.Rows
			}
		}
	}
	return n
}

// hasFiles reports that there is a file of the table.
func (t *tableState) hasFiles() bool {
	for _, p := range t.Partitions {
		if len(p.files()) > 0 {
			return true
		}
	}
	return false
}

// partition is one file of a table, and those that wait to be merged into it.
type partition struct {
	partFile
	Schema  int        // of the file, as tableState.Schema was when it was written
	Live    int64      // rows that are not deleted
	Waiting []partFile `json:",omitempty"` // the latest last
	Next    *partition `json:",omitempty"` // what a merge makes of it, while it puts the new file into its place
}

// files are the partition's files, the latest last.
func (p *partition) files() (files []partFile) {
	if p.Name != "" {
		files = append(files, p.partFile)
	}
	return append(files, p.Waiting...)
}

// partFile is what is known of a file without reading it.
type partFile struct {
	Name    string // below the lake's folder
	Bytes   int64
	Rows    int64
	Min     string // the first key and the last one; empty without rows
	Max     string
	CRC32C  string `json:",omitempty"` // of its content, in hexadecimal digits; empty for a file of an earlier version
	Removes bool   `json:",omitempty"` // has rows that belong to another partition now: what is here of their keys is to go
}

// column is schema.Column, as it is stored.
type column struct {
	Name     string
	Type     columnType
	Doc      string
	Fields   []column `json:",omitempty"`
	required bool
}

// columnType is schema.Type, stored under its name.
type columnType schema.Type

var typeNames = map[columnType]string{
	columnType(schema.Int): "int", columnType(schema.Float): "float", columnType(schema.Text): "text",
	columnType(schema.Bool): "bool", columnType(schema.Time): "time", columnType(schema.Unix): "unix",
	columnType(schema.Ints): "ints", columnType(schema.Texts): "texts", columnType(schema.Struct): "struct",
	columnType(schema.JSON): "json",
}

// MarshalText names the type.
func (t columnType) MarshalText() ([]byte, error) { return []byte(typeNames[t]), nil }

// UnmarshalText reads a name.
func (t *columnType) UnmarshalText(text []byte) error {
	for known, name := range typeNames {
		if name == string(text) {
			*t = known
			return nil
		}
	}
	return fmt.Errorf("%q is no type of a column", text)
}

func newColumn(c schema.Column) column {
	stored := column{Name: c.Name, Type: columnType(c.Type), Doc: c.Doc}
	for _, f := range c.Fields {
		stored.Fields = append(stored.Fields, newColumn(f))
	}
	return stored
}

// leaves is how many columns of plain values Parquet makes of the column.
func (c column) leaves() int {
	if schema.Type(c.Type) != schema.Struct {
		return 1
	}
	n := 0
	for _, f := range c.Fields {
		n += f.leaves()
	}
	return n
}

// sameType compares types, down into structs.
func (c column) sameType(d column) bool {
	return c.Name == d.Name && c.stored() == d.stored() && slices.EqualFunc(c.Fields, d.Fields, column.sameType)
}

// stored is the type with those that are the same in a file taken together.
func (c column) stored() schema.Type {
	if schema.Type(c.Type) == schema.Unix {
		return schema.Time
	}
	return schema.Type(c.Type)
}

// clone copies the manifest; rows of desklake's own tables are never changed in place.
func (m *manifest) clone() *manifest {
	c := *m
	c.Tables = map[string]*tableState{}
	for name, t := range m.Tables {
		copied := *t
		copied.Partitions = make(map[month]*partition, len(t.Partitions))
		for at, p := range t.Partitions {
			part := *p
			part.Waiting = slices.Clone(p.Waiting)
			copied.Partitions[at] = &part
		}
		c.Tables[name] = &copied
	}
	c.Checkpoints, c.Commits = maps.Clone(m.Checkpoints), maps.Clone(m.Commits)
	return &c
}
