package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
)

// Key is the value of a table's key: Int or Text, by the type of the key's column.
type Key struct {
	Int  int64
	Text string
}

// Compare orders the keys of one table: numbers by value, texts by their bytes.
func (k Key) Compare(o Key) int {
	switch {
	case k.Int < o.Int:
		return -1
	case k.Int > o.Int:
		return 1
	}
	return strings.Compare(k.Text, o.Text)
}

// Keys choose rows of a table by their keys. The zero Keys are all.
type Keys struct {
	After *Key  // only those behind it; nil for none
	Only  []Key // only these, however often and in whatever order they are named; nil for no such bound
}

// Sorted are the keys of Only behind After, each once, in their order.
func (k Keys) Sorted() []Key {
	sorted := slices.SortedFunc(slices.Values(k.Only), Key.Compare)
	sorted = slices.Compact(sorted)
	if k.After != nil {
		sorted = slices.DeleteFunc(sorted, func(key Key) bool { return key.Compare(*k.After) <= 0 })
	}
	return sorted
}

// Key is the key of a row of the batch.
func (b Batch) Key(row int) Key {
	switch keys := b.Record.Column(b.Table.Column(b.Table.Key)).(type) {
	case *array.Int64:
		return Key{Int: keys.Value(row)}
	case *array.String:
		return Key{Text: keys.Value(row)}
	}
	panic("schema: key of " + b.Table.Name + " is neither a number nor a text")
}

// Only is the table with just these of its columns, and the key: what is read where the others are of no use. It is not
// for writing.
func (t *Table) Only(columns ...string) *Table {
	for _, name := range columns {
		if i := t.Column(name); i < 0 || i >= len(t.Columns) {
			panic(fmt.Sprintf("schema: %s has no column %s", t.Name, name))
		}
	}
	only := &Table{Name: t.Name, Doc: t.Doc, Key: t.Key}
	for _, c := range t.Columns {
		if c.Name == t.Key || slices.Contains(columns, c.Name) {
			only.Columns = append(only.Columns, c)
		}
	}
	return only
}
