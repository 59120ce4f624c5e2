package schema

import (
	"bytes"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/internal/jsonscan"
)

// Decode reads the next value of s as a record and adds its row. It returns false where it added none: the
// value is not an object, or has no usable key, which is an issue; or the text is not JSON, which is the error
// of s.
func (d *Decoder) Decode(s *jsonscan.Scanner) bool {
	begin := s.Offset()
	object := s.Object()
	if object {
		d.fields.read(s)
	} else {
		d.fields.clear()
		s.Value()
	}
	for _, c := range d.captures {
		*c.value = d.fields.values[c.place]
	}
	if s.Err() != nil {
		return false
	}
	record := s.Since(begin)
	if !object {
		d.issues.record(nil, notRecord, record)
		return false
	}
	text := 2*len(record) + d.fill() // escaping may double the length of a value in _desklake_extra
	key := d.fields.values[d.key]
	if !d.identifies(key) {
		d.issues.record(keyText(key), noKey, record)
		return false
	}
	if d.text += text; d.text > d.maxText {
		d.cut()
		d.text = text
	}
	if d.rows.Field(0).Len() == 0 {
		for i, b := range d.rows.Fields() {
			d.room[i].reserve(b)
		}
	}
	d.append()
	return true
}

// fill gives columns without a value those of their aliases and of other records. It returns the length of
// the latter.
func (d *Decoder) fill() (text int) {
	values := d.fields.values
	for _, a := range d.aliases {
		if v, c := values[a.field], &values[a.column]; c.IsNull() && !v.IsNull() {
			*c = v
		}
	}
	for _, a := range d.also {
		if c := &values[a.column]; c.IsNull() && !a.value.IsNull() {
			*c = *a.value
			text += 2 * len(c.Raw)
		}
	}
	return text
}

// identifies reports that the value can be a row's key. Its column holds it then.
func (d *Decoder) identifies(key jsonscan.Value) bool {
	if d.columns[d.key].Type == Int {
		_, ok := key.Whole()
		return ok
	}
	// Keys that differ only in what stands for no character would become one.
	return key.Kind == jsonscan.Number || key.Kind == jsonscan.String && !key.Lone() && !repaired(key)
}

// append adds the record in fields as a row.
func (d *Decoder) append() {
	f := &d.fields
	d.extra = d.extra[:0]
	for i := range d.columns {
		c, v := &d.columns[i], f.values[i]
		if v.IsNull() {
			c.builder.AppendNull()
			continue
		}
		if misfit := c.append(v); misfit != "" {
			d.keep(field{f.keys[i], v}, misfit)
		}
		if v.Lone() || v.Repaired() {
			d.report(field{f.keys[i], v})
		}
	}
	for _, a := range d.aliases {
		v, c := f.values[a.field], f.values[a.column]
		if v.Kind != jsonscan.None && !bytes.Equal(v.Raw, c.Raw) && !(v.IsNull() && c.IsNull()) {
			d.keep(field{f.keys[a.field], v}, differs)
			d.report(field{f.keys[a.field], v})
		}
	}
	f.sortUnknown()
	for i, u := range f.unknown {
		if i+1 < len(f.unknown) && bytes.Equal(u.key.Raw, f.unknown[i+1].key.Raw) {
			d.issues.column(u.key, repeatedField, u.value)
			continue
		}
		d.keep(u, unknownField)
		d.report(u)
	}
	for _, place := range f.repeated {
		d.issues.column(f.keys[place], repeatedField, f.values[place])
	}
	d.appendSystem()
}

// appendSystem adds the values of SystemColumns.
func (d *Decoder) appendSystem() {
	d.system.extractedAt.Append(d.received)
	d.system.runID.BinaryBuilder.Append(d.run)
	if d.gone() {
		d.system.deletedAt.Append(d.received)
	} else {
		d.system.deletedAt.AppendNull()
	}
	if len(d.extra) == 0 {
		d.system.extra.AppendNull()
	} else {
		d.system.extra.BinaryBuilder.Append(append(d.extra, '}'))
	}
}

// gone reports that the source itself marks the last row as gone. It goes by what the column holds: a value that did not
// fit marks nothing. See Marker.
func (d *Decoder) gone() bool {
	if d.deleted < 0 {
		return false
	}
	builder, want := d.columns[d.deleted].builder, d.table.Deleted.Value
	row := builder.Len() - 1
	if builder.IsNull(row) {
		return false
	}
	switch held := builder.(type) {
	case *array.BooleanBuilder:
		return want == "" || strconv.FormatBool(held.Value(row)) == want
	case *array.StringBuilder:
		return want == "" || string(held.BinaryBuilder.Value(row)) == want
	}
	return want == ""
}

// keep puts a field into _desklake_extra.
func (d *Decoder) keep(f field, reason string) {
	separator := byte(',')
	if len(d.extra) == 0 {
		separator = '{'
	}
	d.extra = append(d.extra, separator)
	d.extra = append(f.key.AppendJSON(d.extra), ':')
	d.issues.column(f.key, reason, f.value)
	if f.value.Depth <= maxDepth {
		d.extra = f.value.AppendJSON(d.extra)
		return
	}
	d.extra = appendQuoted(d.extra, f.value.AppendJSON(nil))
	if reason != tooDeep {
		d.issues.column(f.key, tooDeep, f.value)
	}
}

// report reports what had to be replaced in the field.
func (d *Decoder) report(f field) {
	if f.key.Lone() || f.value.Lone() {
		d.issues.column(f.key, loneEscape, f.value)
	}
	if repaired(f.key) || repaired(f.value) {
		d.issues.column(f.key, notUTF8, f.value)
	}
}

// repaired reports that the value may hold something that was not UTF-8.
func repaired(v jsonscan.Value) bool {
	return v.Repaired() && bytes.Contains(v.Raw, []byte("\uFFFD"))
}
