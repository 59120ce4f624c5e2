package sinktest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// sorted reads a table's rows in a form that can be compared.
func sorted(t testing.TB, rows func(string) ([]string, error), table string) []string {
	t.Helper()
	found, err := rows(table)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range found {
		found[i] = canonical(t, row, nil)
	}
	slices.Sort(found)
	return found
}

var kinds = &schema.Table{
	Name: "kinds", Doc: "A column of each type, it's said.", Key: "id",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "Key."},
		{Name: "float", Type: schema.Float, Doc: "Number."},
		{Name: "text", Type: schema.Text, Doc: "Text."},
		{Name: "bool", Type: schema.Bool, Doc: "Truth."},
		{Name: "time", Type: schema.Time, Doc: "Time."},
		{Name: "unix", Type: schema.Unix, Doc: "Seconds."},
		{Name: "ints", Type: schema.Ints, Doc: "Numbers."},
		{Name: "texts", Type: schema.Texts, Doc: "Texts."},
		{Name: "default", Type: schema.Struct, Doc: "An object.", Fields: []schema.Column{
			{Name: "calendar", Type: schema.Int, Doc: "A number."}, {Name: "comment", Type: schema.Text, Doc: "A text."}}},
		{Name: "json", Type: schema.JSON, Doc: "Anything."},
	},
}

func everyType(t *testing.T, p *place) {
	long := strings.Repeat("ž日本🎈", 100)
	rows := []string{
		`{"id":1}`,
		`{"id":2,"float":-0.5,"text":"","bool":true,"time":"2026-03-29T01:30:00Z","unix":"2017-01-25T00:00:00Z","ints":[],"texts":[],"default":{"calendar":1,"comment":"x"},"json":"{\"a\":[1,2.50]}"}`,
		`{"id":9007199254740993,"float":1e300,"text":"twelve bytes","bool":false,"ints":[9007199254740993,-1],"texts":["","ž"]}`,
		fmt.Sprintf(`{"id":%d,"text":%q,"texts":[%q,null,"b"],"json":"[]"}`, int64(math.MaxInt64), long, long),
		fmt.Sprintf(`{"id":%d,"text":"thirteen byte","time":"1969-12-31T23:59:59Z","ints":[null,1],"json":"\"x\""}`, int64(math.MinInt64)),
		`{"id":-1,"text":"a\u0000b","default":{"comment":"only"}}`,
	}
	source := []string{
		`{"id":1}`,
		`{"id":2,"float":-0.5,"text":"","bool":true,"time":"2026-03-29T01:30:00Z","unix":1485302400,"ints":[],"texts":[],"default":{"calendar":1,"comment":"x"},"json":{"a":[1,2.50]}}`,
		rows[2],
		strings.Replace(rows[3], `"json":"[]"`, `"json":[]`, 1),
		strings.Replace(rows[4], `"json":"\"x\""`, `"json":"x"`, 1),
		rows[5],
	}
	p.open(kinds)
	p.load(kinds, 1, source...)
	p.want(kinds, rows...)

	// The same again through the way of rows that are there already.
	if n := p.load(kinds, 2, source...); n.Unchanged != int64(len(rows)) {
		t.Errorf("the same rows again: %+v", n)
	}
	p.load(kinds, 3, `{"id":1,"ints":[1,2,3],"texts":["a"],"default":{"calendar":5},"more":[1.0]}`)
	rows[0] = `{"id":1,"ints":[1,2,3],"texts":["a"],"default":{"calendar":5},"_desklake_extra":"{\"more\":[1.0]}"}`
	p.want(kinds, rows...)

	// More lists than fit into one vector, with many elements.
	var many []string
	for i := range 5000 {
		many = append(many, fmt.Sprintf(`{"id":%d,"ints":[%d,null,%d],"texts":["%d",null]}`, i+10, i, i+1, i))
	}
	p.load(kinds, 4, many...)
	p.want(kinds, append(rows, many...)...)
}

func newColumn(t *testing.T, p *place) {
	p.open(pets)
	p.load(pets, 1, pet(1, "Rex", 1))
	p.close()
	wider := *pets
	wider.Columns = append(slices.Clone(pets.Columns), schema.Column{Name: "legs", Type: schema.Int, Doc: "How many legs."})
	p.open(&wider)
	p.load(&wider, 2, pet(2, "Mimi", 1, `"legs":4`))
	p.load(&wider, 3, pet(1, "Rex", 2, `"legs":3`))
	p.want(&wider, pet(1, "Rex", 2, `"legs":3`), pet(2, "Mimi", 1, `"legs":4`))
	// An older version of the program goes on with what it knows.
	p.close()
	p.open(pets)
	p.load(pets, 4, pet(3, "Pip", 1))
	p.want(pets, pet(1, "Rex", 2, `"legs":3`), pet(2, "Mimi", 1, `"legs":4`), pet(3, "Pip", 1))
}

func checkpoints(t *testing.T, p *place) {
	p.open(pets, words)
	first := state.Checkpoint{Stream: "animals", Cursor: `MTc3||4=, "quoted" '`, HighWater: minute(3), Tables: []string{"pets", "words"}, RunID: "r1", SavedAt: minute(4),
		Account: "acme's", Start: minute(1), CompleteAt: minute(5), Reader: "user 1, ad'min"}
	second := state.Checkpoint{Stream: "words", Tables: []string{"words"}, RunID: "r1", SavedAt: minute(4)}
	for _, c := range []state.Checkpoint{{Stream: "animals", Cursor: "earlier", Tables: []string{"pets"}, SavedAt: minute(1)}, first, second, {}} {
		tx := p.begin(pets)
		if _, err := tx.Commit(t.Context(), sink.Commit{Checkpoint: c, At: minute(4)}); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]state.Checkpoint{"animals": first, "words": second}
	p.close()
	p.open(pets)
	got, err := p.sink.Checkpoints(t.Context())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("checkpoints (-want +got):\n%s%v", diff, err)
	}
	for range 2 {
		if err := p.sink.DeleteCheckpoint(t.Context(), "animals"); err != nil {
			t.Fatal(err)
		}
	}
	got, err = p.sink.Checkpoints(t.Context())
	if _, there := got["animals"]; there || len(got) != 1 || err != nil {
		t.Errorf("after forgetting animals: %v, %v", got, err)
	}
}

func bookkeeping(t *testing.T, p *place) {
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	p.open(pets)
	check(p.sink.SaveRun(ctx, sink.Run{ID: "killed", Started: minute(0), Status: sink.Running, Trigger: "cli", Version: "1"}))
	check(p.sink.SaveRun(ctx, sink.Run{ID: "run", Started: minute(1), Status: sink.Running, Trigger: "cli", Version: "1"}))
	issue := schema.Issue{Table: "pets", Column: "legs", Value: "4", Reason: "unknown field", Count: 2}
	for i := range 2 {
		tx := p.begin(pets)
		p.write(tx, pets, i, pet(1, "Rex", i), pet(int64(i+2), "x", 1))
		c := commitOf(pets, fmt.Sprint("c", i))
		c.Load.Retries, c.Load.Waited, c.Load.CursorBefore, c.Issues, c.At = 1, 1250*time.Millisecond, "c", []schema.Issue{issue}, minute(i)
		_, err := tx.Commit(ctx, c)
		check(err)
	}
	tx, err := p.sink.Begin(ctx, "run", "pets")
	check(err)
	_, err = tx.Commit(ctx, sink.Commit{At: minute(9), Issues: []schema.Issue{issue, {Table: "pets", Key: "7", Reason: "refused"}}})
	check(err)
	check(p.sink.SaveRun(ctx, sink.Run{ID: "run", Started: minute(1), Finished: minute(9), Status: sink.Failed, Trigger: "cli", Version: "1", Error: "it's over", Account: "acme"}))
	p.close()
	for table, want := range map[string][]string{
		"desklake.runs": {
			`{"run_id":"killed","started_at":"2026-11-20T00:00:00Z","status":"killed","trigger":"cli","version":"1"}`,
			`{"account":"acme","error":"it's over","finished_at":"2026-11-20T00:09:00Z","run_id":"run","started_at":"2026-11-20T00:01:00Z","status":"failed","trigger":"cli","version":"1"}`},
		"desklake.loads": {
			`{"committed_at":"2026-11-20T00:01:00Z","cursor_after":"c1","cursor_before":"c","deleted":0,"inserted":3,"requests":2,"retries":2,"rows_read":4,"run_id":"run","seconds_waited":2.5,"stream":"pets","table_name":"pets","unchanged":0,"updated":1}`},
		"desklake.issues": {
			`{"column_name":"","count":1,"first_seen":"2026-11-20T00:09:00Z","key":"7","last_seen":"2026-11-20T00:09:00Z","reason":"refused","run_id":"run","table_name":"pets","value":""}`,
			`{"column_name":"legs","count":6,"first_seen":"2026-11-20T00:00:00Z","key":"","last_seen":"2026-11-20T00:09:00Z","reason":"unknown field","run_id":"run","table_name":"pets","value":"4"}`},
	} {
		for i := range want {
			want[i] = canonical(t, want[i], nil)
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, sorted(t, p.rows, table)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table, diff)
		}
	}
}

func sideBySide(t *testing.T, p *place) {
	p.open(pets, words)
	var wg sync.WaitGroup
	write := func(table *schema.Table, record func(i int) string) {
		for i := range 10 {
			tx, err := p.sink.Begin(t.Context(), "run", table.Name)
			if err == nil {
				err = writeAll(t.Context(), tx, batches(table, i, record(i), record(i+1)))
			}
			if err == nil {
				_, err = tx.Commit(t.Context(), commitOf(table, "c"))
			}
			if err != nil {
				t.Error(err)
			}
		}
	}
	wg.Go(func() { write(pets, func(i int) string { return pet(int64(i), "x", 1) }) })
	wg.Go(func() { write(words, func(i int) string { return fmt.Sprintf(`{"word":"%d","count":1}`, i) }) })
	wg.Wait()
	if got := len(p.raw(pets)); got != 11 {
		t.Errorf("pets: %d rows", got)
	}
	if got := len(p.raw(words)); got != 11 {
		t.Errorf("words: %d rows", got)
	}
}

func writeAll(ctx context.Context, tx sink.Tx, batches []schema.Batch) error {
	for _, b := range batches {
		defer b.Release()
		if err := tx.Write(ctx, b); err != nil {
			return err
		}
	}
	return nil
}
