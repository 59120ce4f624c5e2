package parquet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/sink"
)

func TestRowsStandInTheMonthOfTheirCreation(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.run([]string{pet(1, 1, 1, "a"), pet(2, 2, 1, "b"), pet(3, 0, 1, "c")}, []string{pet(4, 2, 1, "d")})
	want := []string{"1 2026-01", "2 2026-02", "3 unknown", "4 2026-02"}
	if diff := cmp.Diff(want, l.query("SELECT id, created_month FROM read_parquet(FILES, hive_partitioning = true)")); diff != "" {
		t.Errorf("rows and partitions (-want +got):\n%s", diff)
	}
	files, _ := filepath.Glob(filepath.Join(l.Path, "pets", "*", "*"))
	if len(files) != 3 {
		t.Errorf("files: %v", files)
	}
}

// A row's time of creation does not change. Should it all the same, and however often, it has one row.
func TestARowWhoseMonthChangesIsStillOneRow(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 0))
		l := newLake(t)
		l.mergeRows, l.manyWaiting = int64(1+r.IntN(60)), 1+r.IntN(4)
		model := map[int][2]int{} // version and month by id
		for round := range 4 {
			var transactions [][]string
			for range 1 + r.IntN(8) {
				var records []string
				batch := map[int][2]int{}
				for range r.IntN(12) {
					id, month, version := r.IntN(12), r.IntN(5), r.IntN(4)
					records = append(records, pet(id, month, version, fmt.Sprint(month, version)))
					if have, ok := batch[id]; !ok || version >= have[0] {
						batch[id] = [2]int{version, month}
					}
				}
				for id, row := range batch {
					if have, ok := model[id]; !ok || row[0] >= have[0] {
						model[id] = row
					}
				}
				transactions = append(transactions, records)
			}
			if round%2 == 0 {
				l.run(transactions...)
			} else {
				l.runOnce(transactions...)
			}
			var want []string
			for id, row := range model {
				month := "unknown"
				if row[1] > 0 {
					month = fmt.Sprintf("2026-%02d", row[1])
				}
				want = append(want, fmt.Sprint(id, " ", month, " ", row[1], row[0]))
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, l.query("SELECT id, created_month, name FROM read_parquet(FILES, hive_partitioning = true)")); diff != "" {
				t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
			}
		}
	}
}

// runOnce is run with all batches in one transaction.
func (l *lake) runOnce(transactions ...[]string) {
	l.Helper()
	s := l.prepared()
	tx, err := s.Begin(l.Context(), "run", "pets")
	for _, records := range transactions {
		for _, b := range batches(pets, records...) {
			if err == nil {
				err = tx.Write(l.Context(), b)
			}
			b.Release()
		}
	}
	if err == nil {
		_, err = tx.Commit(l.Context(), sink.Commit{At: at(1)})
	}
	if err = errors.Join(err, finish(s)); err != nil {
		l.Fatal(err)
	}
}

func TestManySmallCommitsLeaveFewFilesWaiting(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	s := l.prepared()
	most := 0
	for i := range 100 {
		if _, err := l.commit(s, pets, pet(i, 1, 1, "x"), pet(i+1, 1, 2, "y")); err != nil {
			t.Fatal(err)
		}
		table, err := s.table("pets")
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, len(table.part(month(2026*12)).Waiting))
	}
	if most > 2*manyWaiting {
		t.Errorf("%d files wait", most)
	}
	if err := finish(s); err != nil {
		t.Fatal(err)
	}
	if got := l.query("SELECT count(*), count(DISTINCT id), count(*) FILTER (name = 'y') FROM FILES"); got[0] != "101 101 100" {
		t.Errorf("rows: %s", got)
	}
	left, _ := filepath.Glob(filepath.Join(l.Path, waiting, "pets", "*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What one transaction writes does not fit into memory.
func TestATransactionSettlesWhatIsTooMuchForMemory(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	s := l.prepared()
	open, err := s.Begin(t.Context(), "run", "pets")
	if err != nil {
		t.Fatal(err)
	}
	pages := 6
	for page := range pages {
		var records []string
		for i := range 2000 {
			records = append(records, pet(i, 1+i%12, page, fmt.Sprint(page)))
		}
		for _, b := range batches(pets, records...) {
			if err := open.Write(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			b.Release()
		}
		if err := open.(*tx).tables["pets"].settle(); err != nil {
			t.Fatal(err)
		}
	}
	missing, live, err := open.Missing(context.Background(), pets)
	if missing != 0 || live != 0 || err != nil {
		t.Errorf("missing: %d of %d, %v", missing, live, err)
	}
	all, err := open.Commit(t.Context(), sink.Commit{At: at(1)})
	counts := all["pets"]
	if err != nil || counts.Inserted != 2000 || counts.Updated != int64(2000*(pages-1)) {
		t.Errorf("counts: %+v, %v", counts, err)
	}
	if err := finish(s); err != nil {
		t.Fatal(err)
	}
	if got := l.query("SELECT count(*), min(name), max(name), min(tags[3]) FROM FILES"); got[0] != "2000 5 5 tag 0" {
		t.Errorf("rows: %s", got)
	}
}
