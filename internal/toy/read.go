package toy

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"desklake/schema"
	"desklake/sink"
)

// reader is what was in the file.
type reader struct{ *content }

func read(text []byte, tables []string) (sink.Reader, error) {
	c, err := parse(text)
	for _, name := range tables {
		if _, there := c.Tables[name]; !there {
			err = cmp.Or[error](err, &sink.NotYet{Path: name})
		}
	}
	return reader{c}, err
}

// Report implements sink.Reader.
func (r reader) Report(_ context.Context, look sink.Look) (sink.Report, error) {
	return r.report(look), nil
}

// Close implements sink.Reader.
func (reader) Close() error { return nil }

// Rows implements sink.Reader.
func (r reader) Rows(_ context.Context, table *schema.Table, keys schema.Keys) iter.Seq2[schema.Batch, error] {
	return func(yield func(schema.Batch, error) bool) {
		rows := map[schema.Key]row{}
		for text, row := range r.Tables[table.Name].Rows {
			var key schema.Key
			_, _ = json.Unmarshal([]byte(text), &key.Int), json.Unmarshal([]byte(text), &key.Text) // it is one of the two
			rows[key] = row
		}
		if keys.Only == nil {
			keys.Only = slices.Collect(maps.Keys(rows))
		}
		only := slices.DeleteFunc(keys.Sorted(), func(k schema.Key) bool { return rows[k] == nil })
		for some := range slices.Chunk(only, 50) {
			var page []row
			for _, key := range some {
				page = append(page, rows[key])
			}
			b, err := batch(table, page)
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// batch makes a batch of rows: what value does, the other way round.
func batch(table *schema.Table, rows []row) (schema.Batch, error) {
	text, err := json.Marshal(rows)
	if err != nil {
		return schema.Batch{}, err
	}
	columns := table.Arrow()
	a, _, err := array.FromJSON(memory.DefaultAllocator, arrow.StructOf(columns.Fields()...), bytes.NewReader(text), array.WithUseNumber())
	if err != nil {
		return schema.Batch{}, err
	}
	defer a.Release()
	return schema.Batch{Table: table, Record: array.RecordFromStructArray(a.(*array.Struct), columns)}, nil
}
