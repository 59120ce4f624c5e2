package parquet

import (
	"errors"
	"path/filepath"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

const (
	rowsPerGroup = 131_072
	// Small pages let single rows be found without reading much around them.
	pageBytes = 64 << 10
	// A dictionary that grows beyond this does not pay.
	dictionaryBytes = 1 << 20
	// Bounds in the page index are cut to this length, but for those of keys.
	boundBytes = 64
	// The bits of a Bloom filter for each key: one in a thousand keys that are not there seems to be.
	filterBits = 16
)

// The keys of a file's metadata: the run that wrote it, and the number of the table's columns as they were.
const (
	runKey    = "desklake.run_id"
	schemaKey = "desklake.schema"
)

// writing is a file of a table that is being written, sorted by key.
type writing struct {
	partFile
	live   int64
	layout *layout
	file   *file
	writer *parquet.GenericWriter[any]
	rows   []parquet.Row // collected for the next call of the writer
	last   parquet.Value
}

// write begins a file at a path below the lake's folder, by which nobody knows it yet.
func (s *Sink) write(l *layout, path, run string) (*writing, error) {
	w := &writing{partFile: partFile{Name: path}, layout: l, rows: make([]parquet.Row, 0, 64)}
	var err error
	if w.file, err = s.disk.create(filepath.Join(s.path, path)); err != nil {
		return nil, err
	}
	key := l.schema.Columns()[l.key][0]
	w.writer = parquet.NewGenericWriter[any](w.file, l.schema,
		parquet.Compression(&parquet.Zstd),
		parquet.MaxRowsPerRowGroup(rowsPerGroup),
		parquet.PageBufferSize(pageBytes),
		parquet.DictionaryMaxBytes(dictionaryBytes),
		parquet.ColumnIndexSizeLimit(func(path []string) int {
			if path[0] == key {
				return 1 << 20
			}
			return boundBytes
		}),
		parquet.BloomFilters(parquet.SplitBlockFilter(filterBits, key)),
		parquet.SortingWriterConfig(parquet.SortingColumns(parquet.Ascending(key))),
		parquet.KeyValueMetadata(runKey, run),
		parquet.KeyValueMetadata(schemaKey, strconv.Itoa(l.number)))
	return w, nil
}

// add writes a row behind those before it.
func (w *writing) add(row parquet.Row) error {
	if len(w.rows) == cap(w.rows) {
		if err := w.flush(); err != nil {
			return err
		}
	}
	w.last = w.layout.keyOf(row)
	if w.Rows == 0 {
		w.Min = keyText(w.last)
	}
	w.Rows++
	if !w.layout.isDeleted(row) {
		w.live++
	}
	w.rows = w.rows[:len(w.rows)+1]
	at := &w.rows[len(w.rows)-1]
	*at = append((*at)[:0], row...)
	return nil
}

func (w *writing) flush() error {
	_, err := w.writer.WriteRows(w.rows)
	w.rows = w.rows[:0]
	return err
}

// finish makes the file's content durable.
func (w *writing) finish() error {
	err := w.flush()
	if err == nil {
		err = w.writer.Close()
	}
	if err != nil {
		return errors.Join(err, w.file.Close())
	}
	if w.Rows > 0 {
		w.Max = keyText(w.last)
	}
	return w.file.finish()
}

// abandon closes a file that is not to be finished; the next run removes the draft.
func (w *writing) abandon() { _ = w.file.Close() }

// copyAll writes all rows of a source, but for those that keep refuses, and closes it. A nil keep refuses none.
func (w *writing) copyAll(rows source, keep func(parquet.Row) bool) error {
	for {
		row, err := rows.next()
		if err == nil && row == nil {
			return rows.close()
		}
		if err == nil && (keep == nil || keep(row)) {
			err = w.add(row)
		}
		if err != nil {
			return errors.Join(err, rows.close())
		}
	}
}
