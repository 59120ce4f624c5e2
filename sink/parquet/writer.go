package parquet

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// The keys of a file's metadata: the run that wrote it, and the number of the table's columns as they were.
const (
	runKey    = "desklake.run_id"
	schemaKey = "desklake.schema"
)

const (
	// A row group, which is in memory until it is complete, has at most so many rows, and about so many bytes.
	groupRows  = 131_072
	groupBytes = 64 << 20

	// Rows are written and read so many at a time, or fewer where they are large.
	fewRows  = 64
	fewBytes = 1 << 20

	// Behind so many rows pages end, however small they are: it is only then that a dictionary is found to be too large.
	firstPage = 256
	pageRows  = 4096

	// The bits of a Bloom filter for each key: one in a thousand keys that are not there seems to be.
	filterBits = 16
)

// form is how the content of a file is laid down.
type form []parquet.WriterOption

var (
	// lasting is for files in their place, which are read often and by everyone: nothing in them is younger than the
	// oldest readers. Small pages let single rows be found without reading much around them. A dictionary that grows
	// too large does not pay. Bounds in the page index are cut; keys are shorter than that.
	lasting = form{
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		parquet.PageBufferSize(64 << 10),
		parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.RLEDictionary),
		parquet.DictionaryMaxBytes(256 << 10),
	}
	// quick is for files that wait: desklake itself reads them once or twice, many side by side.
	quick = form{
		parquet.Compression(&parquet.Snappy),
		parquet.PageBufferSize(16 << 10),
		parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.Plain),
	}
)

// portable leaves out what is younger than some readers, and what the page index has anyway.
var portable = []parquet.WriterOption{parquet.DataPageVersion(1), parquet.DataPageStatistics(false)}

// options are those of the form and those of all files of tables.
func (f form) options(l *layout, run string) []parquet.WriterOption {
	key := l.schema.Columns()[l.key][0]
	return append(slices.Concat(f, portable), l.schema,
		parquet.ColumnIndexSizeLimit(func(path []string) int {
			if path[0] == key {
				return 1 << 20
			}
			return 64
		}),
		parquet.BloomFilters(parquet.SplitBlockFilter(filterBits, key)),
		parquet.SortingWriterConfig(parquet.SortingColumns(parquet.Ascending(key))),
		parquet.KeyValueMetadata(runKey, run),
		parquet.KeyValueMetadata(schemaKey, strconv.Itoa(l.number)))
}

// writing is a file of a table that is being written, sorted by key.
type writing struct {
	written
	layout *layout
	file   *file
	writer *parquet.GenericWriter[any]
	rows   []parquet.Row // collected for the next call of the writer
	bytes  int           // of their texts
	last   parquet.Value

	group    int64 // rows in the row group
	complete int64 // bytes of those before it
}

// written is what is known of a file that was written.
type written struct {
	partFile
	live int64 // rows that are not deleted
}

// writeFile writes all rows of a source into a file at a path below the lake's folder, by which nobody knows it yet,
// and closes the source. Its content is not durable before it is synced. After an error there is no file.
func (s *Sink) writeFile(l *layout, path, run string, f form, rows source) (*written, error) {
	opened, err := s.disk.create(filepath.Join(s.path, path))
	if err != nil {
		return nil, errors.Join(err, rows.close())
	}
	w := &writing{written: written{partFile: partFile{Name: path}}, layout: l, file: opened, rows: make([]parquet.Row, 0, fewRows)}
	w.writer = parquet.NewGenericWriter[any](opened, f.options(l, run)...)
	for row, failed := range all(rows) {
		if err = failed; err == nil {
			err = w.add(row)
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		err = w.finish()
	}
	if err = errors.Join(err, w.file.Close()); err != nil {
		s.remove(path) // what is left of it would take room on a full disk
		return nil, err
	}
	w.Bytes, w.CRC32C = w.file.bytes, checksumText(w.file.sum)
	return &w.written, nil
}

// add writes a row behind those before it.
func (w *writing) add(row parquet.Row) error {
	if len(w.rows) == cap(w.rows) || w.bytes > fewBytes {
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
	for _, v := range row {
		if v.Kind() == parquet.ByteArray {
			w.bytes += len(v.ByteArray())
		}
	}
	return nil
}

func (w *writing) flush() error {
	n, err := w.writer.WriteRows(w.rows)
	w.rows, w.bytes, w.group = w.rows[:0], 0, w.group+int64(n)
	if w.group == firstPage || w.group%pageRows == 0 {
		for _, column := range w.writer.ColumnWriters() {
			err = errors.Join(err, column.Flush())
		}
	}
	if err == nil && (w.group >= groupRows || w.writer.Size()-w.complete > groupBytes) {
		err = w.writer.Flush()
		w.group, w.complete = 0, w.writer.Size()
	}
	return err
}

// finish completes the file.
func (w *writing) finish() error {
	if err := w.flush(); err != nil {
		return err
	}
	if w.Rows > 0 {
		w.Max = keyText(w.last)
	}
	return w.writer.Close()
}
