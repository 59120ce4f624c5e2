package catalog

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Text writes the tables for a terminal of that width, a block a table. Descriptions are wrapped to the width; a
// width of 0 leaves each on one line. Title makes a text stand out as the title of a block. The columns that desklake
// adds to every table come once, at the end.
func (c Catalog) Text(w io.Writer, width int, title func(string) string) error {
	out := bufio.NewWriter(w)
	var added []Column
	for _, t := range c.Tables {
		fmt.Fprintln(out, title(t.Name))
		fmt.Fprintln(out, wrap("  ", t.Description, width))
		for _, fact := range t.facts() {
			fmt.Fprintln(out, wrap("  "+fact.name+": ", fact.text, width))
		}
		fmt.Fprintln(out)
		var own []Column
		own, added = t.split()
		writeColumns(out, own, width)
		fmt.Fprintln(out)
	}
	if len(added) > 0 {
		fmt.Fprintln(out, title("in every table"))
		writeColumns(out, added, width)
	}
	return out.Flush()
}

// writeColumns writes a line a column, aligned. A field of a struct follows its column, as column.field.
func writeColumns(out *bufio.Writer, columns []Column, width int) {
	rows := flat(columns)
	var nameWidth, typeWidth int
	for _, c := range rows {
		nameWidth, typeWidth = max(nameWidth, len(c.Name)), max(typeWidth, len(c.shortType()))
	}
	for _, c := range rows {
		front := fmt.Sprintf("  %-*s  %-*s  ", nameWidth, c.Name, typeWidth, c.shortType())
		fmt.Fprintln(out, wrap(front, c.Description, width))
	}
}

// narrow is the least width that a description is wrapped to, however little room is left.
const narrow = 30

// wrap puts front before the text and breaks it into lines of the width, indented to where it began. A width of 0
// breaks nothing.
func wrap(front, text string, width int) string {
	if width == 0 {
		return front + text
	}
	room := max(narrow, width-len(front))
	var b strings.Builder
	b.WriteString(front)
	used := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case used > 0 && used+1+len(word) > room:
			b.WriteString("\n" + strings.Repeat(" ", len(front)))
			used = 0
		case used > 0:
			b.WriteString(" ")
			used++
		}
		b.WriteString(word)
		used += len(word)
	}
	return b.String()
}

// fact is something about a table beside its columns.
type fact struct{ name, text string }

func (t Table) facts() []fact {
	all := []fact{
		{"key", t.Key},
		{"versions ordered by", t.Version},
		{"deleted at the source where", t.Deleted},
		{"Parquet files by month of", t.Partition},
		{"read from", t.Route},
	}
	var given []fact
	for _, f := range all {
		if f.text != "" {
			given = append(given, f)
		}
	}
	return given
}

// split returns the source's columns and those that desklake adds.
func (t Table) split() (own, added []Column) {
	for i, c := range t.Columns {
		if c.Added {
			return t.Columns[:i], t.Columns[i:]
		}
	}
	return t.Columns, nil
}

// flat returns the columns, each followed by the fields of its struct.
func flat(columns []Column) []Column {
	var rows []Column
	for _, c := range columns {
		rows = append(rows, c)
		for _, f := range flat(c.Fields) {
			f.Name = c.Name + "." + f.Name
			rows = append(rows, f)
		}
	}
	return rows
}

// shortType is the DuckDB type without the fields of a struct.
func (c Column) shortType() string {
	if len(c.Fields) > 0 {
		return "STRUCT"
	}
	return c.DuckDB
}
