// Package schema says what a table is and turns the source's JSON records into Arrow batches.
//
// It owns tables and columns (plain data, no code), the types a column can have, the columns that desklake
// adds to every table, and the decoder that is driven by them. It knows no endpoint and no sink. Start with
// Table, then read Decoder.
package schema

// Type is the type of a column. How a sink stores each of them stands in docs/tables.md.
type Type uint8

// The types of columns. A value that does not fit its column's type is kept in _desklake_extra. Of a number in a string
// where a whole number belongs, and of a number where a string belongs, the column has what it says nevertheless.
const (
	Int    Type = iota + 1 // a whole number, exact in 64 bits, however it is written: 12.0 and 1.2e1 are 12
	Float                  // a number, 64-bit floating point
	Text                   // a string
	Bool                   // true or false
	Time                   // a date-time string such as 2011-05-05T10:38:52Z or 2011-05-05 10:38:52 +0000; an instant in microseconds, UTC
	Unix                   // whole seconds since 1970-01-01T00:00:00Z as a number; stored like Time
	Ints                   // an array of whole numbers
	Texts                  // an array of strings
	Struct                 // an object with fixed keys, named by Column.Fields
	JSON                   // anything: the source's own bytes
)

// Column is one column of a table.
type Column struct {
	Name   string   // as the analyst sees it, snake_case
	Type   Type     // never zero
	Doc    string   // one or two sentences for the analyst; becomes the column's comment
	Fields []Column // the fields of a Struct, in order; empty for every other type

	// RefersTo names the key whose values the column holds, as table.column: "users.id". An array, an object or JSON
	// holds them within. The source does not enforce it: a user that a ticket refers to may be gone. Empty where the
	// column refers to nothing.
	RefersTo string

	// Ends says how many rows can stand at either end of RefersTo.
	Ends Ends
}

// Ends is how many rows can stand at either end of a reference.
type Ends uint8

// The ends of a reference: how many rows refer to one, and how many a row refers to.
const (
	ManyToOne  Ends = iota // any number of rows refer to one, each to at most one
	ManyToMany             // a row refers to several, and any number of rows to each of them
	OneToOne               // at most one row refers to one, which is always there
)

// Table is one table: what a sink sees of it and what the decoder fills. It is data: no field is a function.
type Table struct {
	Name string // plural snake_case, the API's name
	Doc  string // one or two sentences for the analyst; becomes the table's comment

	// Key names the column that identifies a row. It is Int or Text, and never null.
	Key string

	// Version names the column that orders the versions of a row, Time, Unix or Int: the later
	// version wins. Empty where the source gives none, and where the table is filled by complete readings of a list, of which
	// the latest is right whatever its rows say; then what was read last wins.
	Version string

	// Month names the Time column by whose month a large table is partitioned, for sinks that keep files.
	// It must never change for a row. Empty for small tables.
	Month string

	// Deleted says which rows the source itself marks as gone. Zero where it marks none.
	Deleted Marker

	// Columns are the source's columns in the order of its documentation, the key first.
	// The columns that desklake adds are not among them: see SystemColumns.
	Columns []Column

	// Aliases are fields that repeat a column under another name (field to column). One that is
	// byte-equal to its column's field is left out; one that differs is kept in _desklake_extra; one that
	// comes without its column's field, or with a null there, fills the column.
	Aliases map[string]string
}

// Marker recognises rows that the source marks as gone: those whose column Column has the text or boolean
// Value ("deleted", "true"), or, with an empty Value, those where it is not null. A value that does not fit the column
// marks nothing. With a Value, a row without one, or with an empty text, says nothing: it stays what it was. Where the table has no Version, because it
// is filled by complete readings, a row that is not marked lives.
type Marker struct {
	Column string
	Value  string
}

// The columns that desklake adds to every table, behind the source's columns.
const (
	ExtractedAt = "_desklake_extracted_at"
	RunID       = "_desklake_run_id"
	DeletedAt   = "_desklake_deleted_at"
	Extra       = "_desklake_extra"
)

// SystemColumns are the columns that desklake adds to every table, in their order at the end of a batch.
var SystemColumns = []Column{
	{Name: ExtractedAt, Type: Time, Doc: "When the page that held this version of the row was received, by the source's clock."},
	{Name: RunID, Type: Text, Doc: "The run that wrote this version of the row: desklake.runs.run_id."},
	{Name: DeletedAt, Type: Time, Doc: "When desklake learnt that the row is gone at the source; null while it is live."},
	{Name: Extra, Type: JSON, Doc: "What no column could hold: unknown fields, and values whose type did not fit, under their own names; null when there is nothing."},
}

// AllColumns returns the table's columns and behind them SystemColumns: the columns of its batches.
func (t *Table) AllColumns() []Column {
	return append(append(make([]Column, 0, len(t.Columns)+len(SystemColumns)), t.Columns...), SystemColumns...)
}

// Column returns the position of the named column in AllColumns, or -1.
func (t *Table) Column(name string) int {
	for i, c := range t.Columns {
		if c.Name == name {
			return i
		}
	}
	for i, c := range SystemColumns {
		if c.Name == name {
			return len(t.Columns) + i
		}
	}
	return -1
}

// VersionType is the type of the column Version, zero where there is none.
func (t *Table) VersionType() Type {
	if i := t.Column(t.Version); i >= 0 && i < len(t.Columns) {
		return t.Columns[i].Type
	}
	return 0
}

// Issue is something that did not fit and is recorded instead of dropped or failed on: a field that no column
// knows, a value of another type, a record or a table that the source refuses. Sinks keep one row for each
// (Table, Key, Column, Reason), with the time it was first and last seen.
type Issue struct {
	Table  string
	Key    string // the row's key; empty where the issue is about a column or the whole table
	Column string // empty where the issue is about a row or the whole table
	Value  string // a sample of the raw JSON value, cut to a few hundred bytes
	Reason string // a short sentence, the same for the same kind of issue
	Count  int64  // how often it was met since the last report

	// NoRow says that a record of the source has no row because of this.
	NoRow bool
}
