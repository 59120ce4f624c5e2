package parquet

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
)

// A reader that lists the files and opens each of them once sees, in any instant, rows that are whole and one a key, and
// never goes back in time. DuckDB opens a file several times: a query in whose middle one is replaced fails, and is
// to be asked again; one that gives an answer gives an exact one.
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
