// Package book says once what desklake's own tables hold: the bookkeeping that every sink keeps beside the source's tables.
//
// A Table knows its columns and how a row of Go is made of their values, and the other way round. Sinks create, write and read
// these tables by that, by the columns' names: a column that a newer version has added is left alone, and one that an earlier
// version did not have yet reads as null. Start with tables.go.
package book

import (
	"slices"
	"strings"

	"desklake/schema"
)

// Table is one of desklake's own tables; T is a row.
type Table[T any] struct {
	Name, Doc string
	Key       []string // the columns by which a row is known, texts
	Columns   []Column[T]
}

// Column is a column of a Table.
type Column[T any] struct {
	Name string
	Type schema.Type // Text, Int, Float, Time or Texts
	Doc  string
	Null bool // an empty text is stored as null; a time that is zero always is

	// Added tells that an earlier version had the table without the column.
	Added bool

	// Of points to the column's field of a row: one of the types that value.go knows.
	Of func(*T) any
}

// Value is what the column of a row holds: nil, or what Go has for its type: string, int64, float64, time.Time (UTC) or
// []string. Texts are valid UTF-8.
func (c *Column[T]) Value(row *T) any {
	v := value(c.Of(row))
	if c.Null && v == "" {
		return nil
	}
	return v
}

// Set takes what Value returned.
func (c *Column[T]) Set(row *T, v any) { set(c.Of(row), v) }

// Column returns the column of a name; nil where there is none.
func (t *Table[T]) Column(name string) *Column[T] {
	i := slices.IndexFunc(t.Columns, func(c Column[T]) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Columns[i]
}

// KeyOf is the key of a row, as one text.
func (t *Table[T]) KeyOf(row *T) string {
	var b strings.Builder
	for _, name := range t.Key {
		text, _ := t.Column(name).Value(row).(string)
		b.WriteString(text)
		b.WriteByte(0)
	}
	return b.String()
}

// Schema is the table without its rows. Tables of desklake's own have no system columns, and keys of several columns.
func (t *Table[T]) Schema() *schema.Table {
	s := &schema.Table{Name: t.Name, Doc: t.Doc}
	for _, c := range t.Columns {
		s.Columns = append(s.Columns, schema.Column{Name: c.Name, Type: c.Type, Doc: c.Doc})
	}
	return s
}
