package schema

import (
	"maps"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"desklake/internal/jsonscan"
)

// Decoder turns the source's records into batches of one table, in one pass over their bytes. Whatever does not
// fit goes to _desklake_extra and is reported as an issue; no record is an error. It is used by one goroutine.
//
// Rows of a child table take fields of their parent's record by two decoders that are tied together once:
//
//	audits, comments := schema.NewDecoder(auditsTable), schema.NewDecoder(commentsTable)
//	children := audits.Capture("child_events")
//	comments.Also("audit_id", audits.Capture("id"))
//
//	for s.Element() {
//		audits.Decode(s)
//		if events := children.Scanner(); events.Array() {
//			for events.Element() {
//				comments.Decode(&events)
//			}
//		}
//	}
type Decoder struct {
	table   *Table
	rows    *array.RecordBuilder
	columns []column // the table's, without those that desklake adds
	key     int      // its column, in columns
	deleted int      // the column that marks deleted rows, in columns, or -1

	fields   fields
	aliases  []alias
	captures []capture
	also     []also

	received arrow.Timestamp
	run      []byte

	system struct {
		extractedAt, deletedAt *array.TimestampBuilder
		runID, extra           *array.StringBuilder
	}

	extra   []byte // the value of _desklake_extra, without the bracket at its end
	issues  issues
	scratch []byte // for the characters of a string with escapes
	text    int    // bytes of text in rows, at most
	maxText int    // at which another batch is begun
	batches []Batch
	room    []room // of the last batch's columns
}

type (
	// alias is a field that repeats a column, or fills it, under another name. Both are places in fields.
	alias struct {
		field, column int
	}
	// capture is where the caller reads a field of the record. Place is in fields.
	capture struct {
		place int
		value *jsonscan.Value
	}
	// also is where a column's value is, if the record has none. Column is a place in fields.
	also struct {
		column int
		value  *jsonscan.Value
	}
)

// maxText is the number of bytes of text in a batch at which another one is begun: Arrow's 32-bit offsets
// end at twice as much, and a single record is far smaller.
const maxText = 1 << 30

// Option is a choice for NewDecoder.
type Option func(*options)

type options struct {
	memory memory.Allocator
}

// Memory makes a decoder take the memory of its batches from m; Go's own memory is the default.
func Memory(m memory.Allocator) Option { return func(o *options) { o.memory = m } }

// NewDecoder returns a decoder for the records of t.
func NewDecoder(t *Table, choices ...Option) *Decoder {
	o := options{memory: memory.DefaultAllocator}
	for _, choose := range choices {
		choose(&o)
	}
	d := &Decoder{
		table:   t,
		rows:    array.NewRecordBuilder(o.memory, t.Arrow()),
		key:     t.Column(t.Key),
		issues:  issues{table: t.Name},
		maxText: maxText,
		room:    make([]room, len(t.AllColumns())),
	}
	d.deleted = t.Column(t.Deleted.Column)
	system := d.rows.Fields()[len(t.Columns):]
	d.system.extractedAt = system[0].(*array.TimestampBuilder)
	d.system.runID = system[1].(*array.StringBuilder)
	d.system.deletedAt = system[2].(*array.TimestampBuilder)
	d.system.extra = system[3].(*array.StringBuilder)
	for i, c := range t.Columns {
		d.columns = append(d.columns, newColumn(c, d.rows.Field(i), &d.scratch))
		d.fields.add(c.Name)
	}
	for _, field := range slices.Sorted(maps.Keys(t.Aliases)) {
		d.Alias(field, t.Aliases[field])
	}
	return d
}

// Alias adds an alias to those of the table, for a stream whose records name a column differently.
// See Table.Aliases.
func (d *Decoder) Alias(field, column string) {
	d.aliases = append(d.aliases, alias{field: d.fields.add(field), column: d.column(column)})
}

// Capture returns where to read a field's value after each Decode, whether it added a row or not: None where the
// record has no such field. A field that is neither a column nor an alias is taken out of the record: it
// does not go to _desklake_extra.
func (d *Decoder) Capture(field string) *jsonscan.Value {
	c := capture{place: d.fields.add(field), value: new(jsonscan.Value)}
	d.captures = append(d.captures, c)
	return c.value
}

// Also gives a column the value that is in from at the time of each Decode, where the record itself has none or
// null.
func (d *Decoder) Also(column string, from *jsonscan.Value) {
	d.also = append(d.also, also{column: d.column(column), value: from})
}

func (d *Decoder) column(name string) int {
	i := d.table.Column(name)
	if i < 0 || i >= len(d.columns) {
		panic("schema: " + d.table.Name + " has no column " + name)
	}
	return i
}

// Page says when the page was received whose records come next, by the source's clock, and the run that it
// belongs to.
func (d *Decoder) Page(received time.Time, run string) {
	d.received = arrow.Timestamp(received.UnixMicro())
	d.run = append(d.run[:0], run...)
}

// Size is about the number of bytes that Flush would return.
func (d *Decoder) Size() int64 {
	size := int64(0)
	for _, b := range d.rows.Fields() {
		size += sizeOf(b)
	}
	for _, b := range d.batches {
		for _, c := range b.Record.Columns() {
			size += int64(c.Data().SizeInBytes())
		}
	}
	return size
}

// Flush returns what was decoded since the last Flush: one batch, none where there were no rows, and several
// only where one could not hold their text. The caller releases them.
func (d *Decoder) Flush() ([]Batch, []Issue) {
	d.cut()
	batches := d.batches
	d.batches = nil
	d.forget()
	return batches, d.issues.flush()
}

// keptScratch is how large memory may be that is kept for the next record.
const keptScratch = 1 << 20

// forget lets go of the last page, and of what one large record took.
func (d *Decoder) forget() {
	d.fields.clear()
	for _, c := range d.captures {
		*c.value = jsonscan.Value{}
	}
	if cap(d.scratch) > keptScratch {
		d.scratch = nil
	}
	if cap(d.extra) > keptScratch {
		d.extra = nil
	}
}

// cut ends the batch.
func (d *Decoder) cut() {
	d.text = 0
	if d.rows.Field(0).Len() == 0 {
		return
	}
	for i, b := range d.rows.Fields() {
		d.room[i] = roomOf(b)
	}
	d.batches = append(d.batches, Batch{Table: d.table, Record: d.rows.NewRecordBatch()})
}

// Release gives back the memory of what was not flushed. The decoder is of no use afterwards.
func (d *Decoder) Release() {
	for _, b := range d.batches {
		b.Release()
	}
	d.batches = nil
	d.rows.Release()
}
