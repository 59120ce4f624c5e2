package parquet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/google/go-cmp/cmp"
)

// A reader that lists the files and opens each of them once sees, in any instant, rows that are whole and one a key, and
// never goes back in time. DuckDB opens a file several times: a query in whose middle one is replaced fails, and is
// to be asked again. Its answers are exact while a file has one row group, as here; docs/deploy.md says what else can be.
func TestReadersSeeExactRowsWhileASyncRuns(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.mergeRows = 300
	l.run([]string{pet(0, 1, 0, "0")})
	readers := map[string]func() (n, ids, sum, torn int, err error){
		"Arrow":  l.readWithArrow,
		"DuckDB": func() (n, ids, sum, torn int, err error) { return l.readWithDuckDB("FILES") },
		"DuckDB's view": func() (n, ids, sum, torn int, err error) {
			return l.readWithDuckDB("read_parquet(FILES, union_by_name = true)")
		},
	}
	stop := make(chan bool)
	done := make(chan int)
	for name, read := range readers {
		go func() {
			reads, rows, versions := 0, 0, 0
			defer func() { done <- reads }()
			for {
				select {
				case <-stop:
					return
				default:
				}
				n, ids, sum, torn, err := read()
				if err != nil && name != "Arrow" {
					continue
				}
				if err != nil || n != ids || n < rows || sum < versions || torn > 0 {
					t.Errorf("%s saw %d rows of %d keys, versions %d, %d torn, after %d rows with versions %d: %v", name, n, ids, sum, torn, rows, versions, err)
				}
				rows, versions = n, sum
				reads++
			}
		}()
	}
	for run := range 8 {
		var transactions [][]string
		for part := range 4 {
			var records []string
			for i := range 60 {
				records = append(records, pet(i*(part+1), 1+i*(part+1)%9, run*4+part, fmt.Sprint(run*4+part)))
			}
			transactions = append(transactions, records)
		}
		l.run(transactions...)
	}
	close(stop)
	for range readers {
		if reads := <-done; reads < 5 {
			t.Errorf("only %d reads", reads)
		}
	}
}

// A copy of hard links stays as it is: the files are replaced and never written to.
func TestHardLinksKeepTheOldRows(t *testing.T) {
	t.Parallel()
	l := fourPets(t)
	want := l.rows()
	files, err := filepath.Glob(l.file("*"))
	for i, path := range files {
		err = errors.Join(err, os.Link(path, fmt.Sprint(l.Path, i)))
	}
	if err != nil {
		t.Fatal(err)
	}
	l.run([]string{pet(1, 1, 2, "e"), pet(2, 2, 2, "f"), pet(3, 3, 2, "g"), pet(4, 0, 2, "h"), pet(5, 4, 2, "i")})
	if len(l.rows()) != 5 {
		t.Errorf("the lake: %v", l.rows())
	}
	for i, path := range files {
		err = errors.Join(err, os.Rename(fmt.Sprint(l.Path, i), path))
	}
	if err = errors.Join(err, os.Remove(l.file("2026-04"))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, l.rows()); diff != "" {
		t.Errorf("the copy (-want +got):\n%s", diff)
	}
}

func (l *lake) readWithDuckDB(from string) (n, ids, sum, torn int, err error) {
	got, err := l.tryQuery("SELECT count(*), count(DISTINCT id), sum(name::INT)::BIGINT, count(*) FILTER (epoch(updated_at) // 60 % 1440 <> name::INT) FROM " + from)
	if err == nil {
		_, err = fmt.Sscan(got[0], &n, &ids, &sum, &torn)
	}
	return n, ids, sum, torn, err
}

func (l *lake) readWithArrow() (n, ids, sum, torn int, err error) {
	files, err := filepath.Glob(filepath.Join(l.Path, "pets", "*", "*.parquet"))
	seen := map[int64]bool{}
	for _, path := range files {
		record, failed := readArrow(path)
		if err = errors.Join(err, failed); err != nil {
			return
		}
		names, versions := record.Column(1).(*array.String), record.Column(4).(*array.Timestamp)
		for i := range names.Len() {
			n++
			seen[record.Column(0).(*array.Int64).Value(i)] = true
			var version int
			_, failed := fmt.Sscan(names.Value(i), &version)
			err = errors.Join(err, failed)
			sum += version
			if int64(versions.Value(i)) != at(version).UnixMicro() {
				torn++
			}
		}
	}
	return n, len(seen), sum, torn, err
}
