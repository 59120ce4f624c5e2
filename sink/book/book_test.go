package book_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink/book"
)

// samples is a value of each type, and the empty one.
var samples = map[schema.Type][2]any{
	schema.Text:  {"some", ""},
	schema.Int:   {int64(7), int64(0)},
	schema.Float: {1.25, 0.0},
	schema.Time:  {time.Date(2026, 11, 20, 2, 0, 0, 1000, time.UTC), nil},
	schema.Texts: {[]string{"a", "b"}, []string(nil)},
}

func TestEveryColumnGivesBackWhatItTook(t *testing.T) {
	t.Parallel()
	everyColumn(t, book.Runs)
	everyColumn(t, book.Loads)
	everyColumn(t, book.Checkpoints)
	everyColumn(t, book.Issues)
}

func everyColumn[T any](t *testing.T, table *book.Table[T]) {
	t.Helper()
	var empty, full T
	for i := range table.Columns {
		c := &table.Columns[i]
		want := samples[c.Type]
		if c.Name == "lost" {
			want[0] = `{"pets":7}`
		}
		if c.Null {
			want[1] = nil
		}
		if diff := cmp.Diff(want[1], c.Value(&empty)); diff != "" {
			t.Errorf("%s.%s of an empty row (-want +got):\n%s", table.Name, c.Name, diff)
		}
		c.Set(&full, want[0])
		if diff := cmp.Diff(want[0], c.Value(&full)); diff != "" {
			t.Errorf("%s.%s (-want +got):\n%s", table.Name, c.Name, diff)
		}
		var one T
		c.Set(&one, want[0])
		for j := range table.Columns {
			if other := &table.Columns[j]; j != i && !cmp.Equal(other.Value(&one), other.Value(&empty)) {
				t.Errorf("%s.%s and %s are the same field", table.Name, c.Name, other.Name)
			}
		}
	}
	again := full
	for i := range table.Columns {
		table.Columns[i].Set(&again, nil)
	}
	if diff := cmp.Diff(empty, again); diff != "" {
		t.Errorf("%s: nulls leave something (-want +got):\n%s", table.Name, diff)
	}
	for _, name := range table.Key {
		if c := table.Column(name); c == nil || c.Type != schema.Text {
			t.Errorf("%s has no text %s for its key", table.Name, name)
		}
	}
}

func TestARowComesBackFromJSONOfAnyVersion(t *testing.T) {
	t.Parallel()
	var run, again book.Run
	for i := range book.Runs.Columns {
		book.Runs.Columns[i].Set(&run, samples[book.Runs.Columns[i].Type][0])
	}
	text, err := json.Marshal(run)
	if err == nil {
		err = json.Unmarshal(text, &again)
	}
	if diff := cmp.Diff(run, again); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	const older = `{"run_id":"r","started_at":"2026-11-20T03:00:00+01:00","finished_at":null,"status":"running","trigger":"cli","version":"1","error":null,"newer":[1]}`
	var want book.Run
	want.ID, want.Started, want.Status, want.Trigger, want.Version = "r", time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC), "running", "cli", "1"
	got := run // what the text does not name stays, what is null goes
	got.Account, got.Source = "", ""
	if err := json.Unmarshal([]byte(older), &got); err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v: %s", err, cmp.Diff(want, got))
	}
	if err := json.Unmarshal([]byte(`{"started_at":"yesterday"}`), &got); err == nil {
		t.Error("a time that is none is taken")
	}
}
