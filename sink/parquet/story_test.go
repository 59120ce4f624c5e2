package parquet

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/sink"
)

// story is what a sequence of transactions writes, and what is to be there in the end. The names of a pet grow.
var story = struct {
	transactions [][]string
	want         []string
	passes       [][]string
	words        []string
}{
	[][]string{
		{pet(1, 1, 1, "a"), pet(2, 2, 1, "b"), pet(3, 0, 1, "c"), pet(4, 2, 1, "d")},
		{pet(1, 1, 2, "e"), pet(5, 3, 1, "f")},
		{pet(4, 3, 2, "g"), pet(2, 2, 0, "too old")},
		{pet(6, 1, 1, "h")}, {pet(6, 1, 2, "i")}, {pet(6, 1, 3, "j")}, {pet(6, 1, 4, "k")},
	},
	[]string{"1 2026-01 e", "2 2026-02 b", "3 unknown c", "4 2026-03 g", "5 2026-03 f", "6 2026-01 k"},
	[][]string{{`{"word":"a","count":1}`, `{"word":"c","count":1}`}, {`{"word":"a","count":2}`, `{"word":"b","count":1}`}},
	[]string{"a true", "b true", "c false"},
}

// wanderer is the pet whose month changes. For a moment both files of that have it.
const wanderer = "4"

// goOn tells what the checkpoint does not cover yet of the story, as the pipeline would.
func (l *lake) goOn() error {
	s, err := Open(l.Context(), l.Options)
	if err != nil {
		return err
	}
	err = s.Prepare(l.Context(), l.tables)
	for err == nil {
		stored, _ := s.Checkpoints(l.Context())
		next := len(stored["pets"].Cursor)
		if next == len(story.transactions) {
			break
		}
		_, err = l.commit(s, pets, story.transactions[next]...)
	}
	for i, list := range story.passes {
		if err == nil {
			err = pass(l.Context(), s, i, list)
		}
	}
	return errors.Join(err, finish(s))
}

// pass reads all words.
func pass(ctx context.Context, s *Sink, minute int, records []string) error {
	tx, err := s.Begin(ctx, "run", "words")
	if err != nil {
		return err
	}
	for _, b := range batches(words, records...) {
		err = errors.Join(err, tx.Write(ctx, b))
		b.Release()
	}
	if err == nil {
		err = tx.MarkMissing(ctx, words, at(minute))
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	_, err = tx.Commit(ctx, sink.Commit{At: at(minute)})
	return err
}

// rows reads id, partition and name of all pets with Arrow's reader.
func (l *lake) rows() (rows []string) {
	l.Helper()
	files, err := filepath.Glob(filepath.Join(l.Path, "pets", "*", "*.parquet"))
	for _, path := range files {
		record, failed := readArrow(path)
		if err = errors.Join(err, failed); err != nil {
			l.Fatal(err)
		}
		for i := range int(record.NumRows()) {
			_, partition, _ := strings.Cut(filepath.Base(filepath.Dir(path)), "=")
			rows = append(rows, fmt.Sprint(record.Column(0).(*array.Int64).Value(i), " ", partition, " ", record.Column(1).(*array.String).Value(i)))
		}
	}
	slices.Sort(rows)
	return rows
}

// wordRows reads all words, and whether they are live.
func (l *lake) wordRows() (rows []string) {
	l.Helper()
	record, err := readArrow(filepath.Join(l.Path, "words", "words.parquet"))
	if err != nil {
		l.Fatal(err)
	}
	for i := range int(record.NumRows()) {
		rows = append(rows, fmt.Sprint(record.Column(0).(*array.String).Value(i), " ", record.Column(4).IsNull(i)))
	}
	return rows
}

// watcher reads the pets again and again, as others would.
type watcher struct {
	*lake
	mu   sync.Mutex
	seen map[string]string // names by id
}

func newWatcher(l *lake) *watcher { return &watcher{lake: l} }

// look wants whole files, one row a key, none that is gone or older than the last time.
func (w *watcher) look() {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := map[string]string{}
	for _, row := range w.rows() {
		fields := strings.Fields(row)
		id, name := fields[0], fields[2]
		if _, doubled := seen[id]; doubled && id != wanderer {
			w.Errorf("row %s is doubled", id)
		}
		seen[id] = max(seen[id], name)
	}
	for id, name := range w.seen {
		if seen[id] < name {
			w.Errorf("row %s was %q and is %q", id, name, seen[id])
		}
	}
	w.seen = seen
}

func TestReadersSeeExactRowsAtEveryOperation(t *testing.T) {
	t.Parallel()
	for _, mergeRows := range []int64{1, 3, manyRows} {
		l := newLake(t)
		l.mergeRows = mergeRows
		w := newWatcher(l)
		l.disk.before = func(string, string) error {
			w.look()
			return nil
		}
		if err := l.goOn(); err != nil {
			t.Fatal(err)
		}
		w.look()
		l.hasStory(-1)
	}
}
