package duckdb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	capi "github.com/duckdb/duckdb-go-bindings"

	"desklake/schema"
)

// Rows are read a page at a time, each by a statement of its own, as DuckDB would sort a whole table on the disk. The keys of many
// pages are looked up at once, so that the key column is scanned a few times.
const (
	keyRows    = 128 << 10
	firstRows  = 32      // of the first page
	pageBytes  = 4 << 20 // of the pages behind it, about
	moreAtMost = 4       // times as many rows as the page before has the next one
)

// Rows implements sink.Reader.
func (r *reader) Rows(ctx context.Context, table *schema.Table, keys schema.Keys) iter.Seq2[schema.Batch, error] {
	return func(yield func(schema.Batch, error) bool) {
		p := pages{reader: r, table: table, whole: keys.Only == nil}
		p.next = p.keysAfter(keys.After)
		if !p.whole {
			p.next = inParts(keys.Sorted())
		}
		if err := p.read(ctx, func(b schema.Batch) bool { return yield(b, nil) }); err != nil {
			yield(schema.Batch{}, fmt.Errorf("%s: read: %w", table.Name, err))
		}
	}
}

// pages are the rows of a table with keys that next gives, many at a time.
type pages struct {
	*reader
	table *schema.Table
	next  func(context.Context) ([]schema.Key, error)
	whole bool // the keys are all that there are
}

func (p *pages) read(ctx context.Context, yield func(schema.Batch) bool) error {
	columns, err := p.columns()
	if err != nil {
		return err
	}
	rows := firstRows
	for {
		keys, err := p.next(ctx)
		if err != nil || len(keys) == 0 {
			return err
		}
		for len(keys) > 0 {
			page := keys[:min(rows, len(keys))]
			keys = keys[len(page):]
			b, err := p.page(ctx, columns, page)
			if err != nil {
				return err
			}
			if b.Rows() == 0 {
				b.Release()
				continue
			}
			rows = int(min(int64(rows)*moreAtMost, max(b.Rows()*pageBytes/sizeOf(b), 1)))
			if !yield(b) {
				return nil
			}
		}
	}
}

// columns are what a statement selects for the columns of the table.
func (p *pages) columns() (string, error) {
	stored := p.tables[p.table.Name]
	if stored == nil {
		return "", errors.New("the reader was not asked for the table")
	}
	if err := p.use(func(s *Sink) error { return s.checkTables([]*schema.Table{p.table}, p.tables) }); err != nil {
		return "", err
	}
	var columns []string
	for _, c := range p.table.AllColumns() {
		name := quote(c.Name)
		if _, there := stored[c.Name]; !there {
			name = "NULL::" + sqlType(c)
		}
		columns = append(columns, name)
	}
	return strings.Join(columns, ", "), nil
}

// inParts gives keys that are known, as many at a time as are looked up at once.
func inParts(keys []schema.Key) func(context.Context) ([]schema.Key, error) {
	return func(context.Context) (some []schema.Key, _ error) {
		n := min(len(keys), keyRows)
		some, keys = keys[:n], keys[n:]
		return some, nil
	}
}

// keysAfter gives the keys of the table behind one, many at a time.
func (p *pages) keysAfter(after *schema.Key) func(context.Context) ([]schema.Key, error) {
	key, more := quote(p.table.Key), true
	return func(ctx context.Context) (keys []schema.Key, err error) {
		if !more {
			return nil, nil
		}
		where, args := "", []any{}
		if after != nil {
			where, args = " WHERE "+key+" > $1", []any{keyValue(p.table, *after)}
		}
		err = p.use(func(s *Sink) error {
			sql := fmt.Sprintf("SELECT %s FROM %s%s ORDER BY %[1]s LIMIT %[4]d", key, s.options.target(p.table.Name), where, keyRows)
			return s.own.query(ctx, sql, args, func(v []any) error {
				keys = append(keys, schema.Key{Int: number(v[0]), Text: text(v[0])})
				return nil
			})
		})
		if more = len(keys) == keyRows; more {
			after = &keys[len(keys)-1]
		}
		return keys, err
	}
}

// page reads the rows with these keys.
func (p *pages) page(ctx context.Context, columns string, keys []schema.Key) (schema.Batch, error) {
	key := quote(p.table.Key)
	where, args := key+" BETWEEN $1 AND $2", []any{keyValue(p.table, keys[0]), keyValue(p.table, keys[len(keys)-1])}
	if !p.whole {
		only, list := keyList(p.table, keys)
		where, args = where+" AND "+key+" IN (SELECT unnest("+list+"))", append(args, only)
	}
	b := newRecord(p.table)
	defer b.Release()
	err := p.use(func(s *Sink) error {
		sql := fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s", columns, s.options.target(p.table.Name), where, key)
		return s.own.queryChunks(ctx, sql, args, func(_ *capi.Result, chunk capi.DataChunk) error { return b.add(chunk) })
	})
	if err != nil {
		return schema.Batch{}, err
	}
	return schema.Batch{Table: p.table, Record: b.NewRecordBatch()}, nil
}

// isInt reports whether the keys of a table are numbers.
func isInt(table *schema.Table) bool {
	return table.Columns[table.Column(table.Key)].Type == schema.Int
}

func keyValue(table *schema.Table, k schema.Key) any {
	if isInt(table) {
		return k.Int
	}
	return k.Text
}

// keyList is a parameter of keys, the third one, and how it is read as a list.
func keyList(table *schema.Table, keys []schema.Key) (value any, list string) {
	if isInt(table) {
		var ids []int64
		for _, k := range keys {
			ids = append(ids, k.Int)
		}
		return ids, intList("$3")
	}
	var texts []string
	for _, k := range keys {
		texts = append(texts, k.Text)
	}
	return texts, "$3::VARCHAR[]"
}
