package toy_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/toy"
	"desklake/sink"
	"desklake/sink/sinktest"
)

func TestTheSmallestSinkKeepsTheContract(t *testing.T) {
	t.Parallel()
	sinktest.Run(t, func(folder string) sinktest.Destination {
		path := filepath.Join(folder, "box")
		return sinktest.Destination{
			Destination: box(path),
			Rows:        func(source, table string) ([]string, error) { return rows(filepath.Join(path, source), table) },
			Drop:        func(table string) error { return drop(path, table) },
		}
	})
}

func box(path string) sink.Destination { return (&toy.BoxConfig{Path: path}).Destination() }

// rows reads a table of a box, or one of desklake's own.
func rows(path, table string) (all []string, err error) {
	var file struct {
		Tables                           map[string]struct{ Rows map[string]json.RawMessage }
		Runs, Loads, Checkpoints, Issues []json.RawMessage
	}
	text, err := os.ReadFile(filepath.Join(path, "rows.json"))
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	own := map[string][]json.RawMessage{"runs": file.Runs, "loads": file.Loads, "checkpoints": file.Checkpoints, "issues": file.Issues}
	name, _ := strings.CutPrefix(table, "desklake.")
	for _, row := range own[name] {
		all = append(all, string(row))
	}
	for _, row := range file.Tables[table].Rows {
		all = append(all, string(row))
	}
	return all, err
}

// drop removes a table from a box.
func drop(path, table string) error {
	path = filepath.Join(path, "rows.json")
	var file, tables map[string]json.RawMessage
	text, err := os.ReadFile(path)
	if err == nil {
		err = errors.Join(json.Unmarshal(text, &file), json.Unmarshal(file["Tables"], &tables))
	}
	delete(tables, table)
	if err == nil {
		file["Tables"], err = json.Marshal(tables)
	}
	if err == nil {
		text, err = json.Marshal(file)
	}
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	return err
}

func TestABoxIsOpenOnceAtATime(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		first, err := box(path).Open(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		asked := 0
		began := time.Now()
		_, err = box(path).Open(t.Context(), func(string) { asked++ })
		var locked *sink.Locked
		if !errors.As(err, &locked) || asked != 1 || time.Since(began) != box(path).LockWait() {
			t.Errorf("%v after %s, told %d times", err, time.Since(began), asked)
		}
		if err := first.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatABoxCantWriteIsNotInIt(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	s, err := box(path).Open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	draft := filepath.Join(path, "rows.json.draft")
	if err := os.MkdirAll(filepath.Join(draft, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveRun(t.Context(), sink.Run{ID: "lost", Status: sink.Running}); err == nil {
		t.Error("it was written")
	}
	err = os.RemoveAll(draft)
	if err == nil {
		err = errors.Join(s.SaveRun(t.Context(), sink.Run{ID: "kept", Status: sink.Running}), s.Close())
	}
	report, unread := sink.Inspect(t.Context(), box(path), sink.All)
	if err = errors.Join(err, unread); err != nil || len(report.Runs) != 1 || report.LastRun.ID != "kept" {
		t.Errorf("%+v, %v", report.Runs, err)
	}
}
