package parquet

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// Every reader would take it for a part of the table.
func TestAStrayFileIsRefusedUntilItIsGone(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	content, err := os.ReadFile(l.file("2026-01"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pets/copy.parquet", "pets/created_month=2026-01/pets (1).parquet", "words/x/words.parquet", "words/.x/_words.parquet",
		"pets/README.txt", "pets/created_month=2026-01/pets.parquet.bak", "words/words", "words/x/Thumbs.db"} {
		path := filepath.Join(l.Path, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, content, 0o666)); err != nil {
			t.Fatal(err)
		}
		l.refuses(path, "is not a file that desklake made", []string{pet(3, 1, 1, "c")})
		if _, err := Changes(t.Context(), l.Options, l.tables); err == nil {
			t.Error("Changes does not mind")
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"pets/.README", "words/_words.txt", "words/.snapshots/words", "pets/created_month=2026-01/_old/x"} {
		path := filepath.Join(l.Path, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte("no rows"), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	l.run([]string{pet(3, 1, 1, "c")})
	runPython(t, "whole.py", filepath.Join(l.Path, "pets"), filepath.Join(l.Path, "words"))
	if diff := cmp.Diff([]string{"1 2026-01 a", "2 2026-02 b", "3 2026-01 c"}, l.rows()); diff != "" {
		t.Error(diff)
	}
}

func TestAFileThatIsMissingOrCutOffIsNamedAndComesBackWithAReset(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(path string) error{
		"is missing": os.Remove,
		"is empty":   func(path string) error { return os.Truncate(path, 0) },
		"bytes":      func(path string) error { return os.Truncate(path, 100) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := twoPets(t)
			if err := harm(l.file("2026-01")); err != nil {
				t.Fatal(err)
			}
			l.refuses(l.file("2026-01"), name, []string{pet(2, 2, 2, "c")})
			s, err := Open(t.Context(), l.Options)
			if err == nil {
				err = s.DeleteCheckpoint(t.Context(), "pets")
			}
			if err == nil {
				err = finish(s)
			}
			if err != nil {
				t.Fatal(err)
			}
			l.run([]string{pet(1, 1, 1, "a"), pet(2, 2, 1, "b")})
			if diff := cmp.Diff([]string{"1 2026-01 a", "2 2026-02 b"}, l.rows()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Somebody removed the folder of a table: all its rows come back, also where the run that noticed it was killed.
func TestATableWithoutItsFilesIsLostAndReadAgain(t *testing.T) {
	t.Parallel()
	for stop := 0; ; stop++ {
		l := twoPets(t)
		if _, err := l.commitOf(words, `{"word":"a","count":1}`); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.RemoveAll(filepath.Join(l.Path, "pets")), os.Remove(filepath.Join(l.Path, "words", "words.parquet"))); err != nil {
			t.Fatal(err)
		}
		if _, err := Changes(t.Context(), l.Options, l.tables); err != nil {
			t.Error(err)
		}
		s, err := Open(t.Context(), l.Options)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := s.Checkpoints(t.Context())
		for _, table := range []string{"pets", "words"} {
			if c := stored[table]; err != nil || len(c.Tables) > 0 || len(c.Lost) != 1 || c.Lost[table] == 0 || c.Cursor == "" {
				t.Errorf("%+v, %v", c, err)
			}
		}
		if err := finish(s); err != nil {
			t.Fatal(err)
		}
		c := newCrash(t, l, stop)
		l.disk.before = c.before
		_ = l.tryRun()
		l.disk.before = nil
		if s, err = Open(t.Context(), l.Options); err != nil {
			t.Fatal(err)
		}
		if stored, err = s.Checkpoints(t.Context()); err != nil || len(stored["pets"].Tables) > 0 {
			t.Fatalf("after a crash at operation %d: %+v, %v", stop, stored["pets"], err)
		}
		if err := finish(s); err != nil {
			t.Fatal(err)
		}
		l.run([]string{pet(1, 1, 1, "a"), pet(2, 2, 1, "b")})
		if diff := cmp.Diff([]string{"1 2026-01 a", "2 2026-02 b"}, l.rows()); diff != "" {
			t.Fatalf("after a crash at operation %d:\n%s", stop, diff)
		}
		if stop >= c.done {
			return
		}
	}
}

// What never had a row has nothing to lose.
func TestAnEmptyTableGetsItsFileBack(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	if _, err := l.commitOf(pets); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(l.Path, "pets")); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), l.Options)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := s.Checkpoints(t.Context())
	if c := stored["pets"]; err != nil || len(c.Tables) != 1 || len(c.Lost) > 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if err = errors.Join(s.Prepare(t.Context(), l.tables), finish(s)); err != nil {
		t.Fatal(err)
	}
	if got := l.query("SELECT count(*) FROM FILES"); got[0] != "0" {
		t.Error(got)
	}
}

// Somebody may find the folder of rows without a month in the way.
func TestAFileWithoutRowsComesBackByItself(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	if err := os.RemoveAll(filepath.Dir(l.file("unknown"))); err != nil {
		t.Fatal(err)
	}
	if _, err := Changes(t.Context(), l.Options, l.tables); err != nil {
		t.Error(err)
	}
	l.run([]string{pet(3, 0, 1, "c")})
	if diff := cmp.Diff([]string{"1 2026-01 a", "2 2026-02 b", "3 unknown c"}, l.rows()); diff != "" {
		t.Error(diff)
	}
}

// commitOf is one run with one commit to a table.
func (l *lake) commitOf(table *schema.Table, records ...string) (sink.Counts, error) {
	s := l.prepared()
	n, err := l.commit(s, table, records...)
	return n, errors.Join(err, finish(s))
}

// A window that was read to its end says nothing about what the stream's own checkpoint covers.
func TestForgettingAWindowForgetsNoFile(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	s := l.prepared()
	open, err := s.Begin(t.Context(), "run", "pets")
	if err == nil {
		_, err = open.Commit(t.Context(), sink.Commit{At: at(1), Checkpoint: state.Checkpoint{Stream: "pets window", Tables: []string{"pets"}}})
	}
	if err = errors.Join(err, os.Remove(l.file("2026-01"))); err == nil {
		err = s.DeleteCheckpoint(t.Context(), "pets window")
	}
	if err = errors.Join(err, finish(s)); err != nil {
		t.Fatal(err)
	}
	l.refuses(l.file("2026-01"), "is missing", []string{pet(2, 2, 2, "c")})
}

// What waits of a killed run may be harmed as well.
func TestAWaitingFileThatIsMissingIsNamedAndComesBackWithAReset(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	s := l.prepared()
	_, err := l.commit(s, pets, pet(1, 1, 2, "c"), pet(2, 2, 2, "d"))
	if err = errors.Join(err, s.lock.Unlock()); err != nil { // as if it was killed
		t.Fatal(err)
	}
	path := filepath.Join(l.Path, waiting, "pets", "pets-00000002-1.created_month=2026-01.parquet")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	l.refuses(path, "is missing", []string{pet(1, 1, 2, "c")})
	if s, err = Open(t.Context(), l.Options); err == nil {
		err = errors.Join(s.DeleteCheckpoint(t.Context(), "pets"), finish(s))
	}
	if err != nil {
		t.Fatal(err)
	}
	l.run([]string{pet(1, 1, 2, "c"), pet(2, 2, 2, "d")})
	if diff := cmp.Diff([]string{"1 2026-01 c", "2 2026-02 d"}, l.rows()); diff != "" {
		t.Error(diff)
	}
}

func TestAFileOfATableThatIsReadWholeEachTimeComesBackByItself(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	for _, count := range []int64{1, 0, 1} {
		if count == 0 {
			if err := os.Remove(filepath.Join(l.Path, "words", "words.parquet")); err != nil {
				t.Fatal(err)
			}
			continue
		}
		s := l.prepared()
		tx, err := s.Begin(t.Context(), "run", "words")
		if err == nil {
			err = tx.Write(t.Context(), batches(words, `{"word":"a","count":1}`)[0])
		}
		if err != nil {
			t.Fatal(err)
		}
		n, err := tx.Commit(t.Context(), sink.Commit{At: at(1)})
		if err = errors.Join(err, finish(s)); err != nil || n["words"].Inserted != 1 {
			t.Fatal(n, err)
		}
	}
	if got := l.query("SELECT table_name, reason FROM '" + l.Path + "/_desklake/issues/*.parquet'"); len(got) != 1 || !strings.Contains(got[0], "missing") {
		t.Errorf("issues: %v", got)
	}
}

func TestADamagedFileIsNamedAndStaysAsItIs(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	content, err := os.ReadFile(l.file("2026-01"))
	if err != nil {
		t.Fatal(err)
	}
	copy(content[4:], make([]byte, len(content)/2))
	if err := os.WriteFile(l.file("2026-01"), content, 0o666); err != nil {
		t.Fatal(err)
	}
	l.refuses(l.file("2026-01"), "is not what desklake wrote", []string{pet(1, 1, 2, "c")})
	if after, err := os.ReadFile(l.file("2026-01")); err != nil || string(after) != string(content) {
		t.Errorf("the file was changed (%v)", err)
	}
}

// Who looks at a lake without a run is told too that a table is gone.
func TestAReportKnowsALostTable(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	if err := os.RemoveAll(filepath.Join(l.Path, "pets")); err != nil {
		t.Fatal(err)
	}
	r, err := Inspect(t.Context(), l.Options, sink.All)
	if c := r.Checkpoints["pets"]; err != nil || len(c.Tables) != 0 || len(c.Lost) != 1 || !r.Tables[0].FreshAt.IsZero() {
		t.Errorf("%+v, %+v, %v", c, r.Tables[0], err)
	}
}

// An older manifest over newer files, and older files under a newer manifest, are told as what they are.
func TestFilesOfTwoStatesAreTold(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	manifest := filepath.Join(l.Path, manifestName)
	old, err := os.ReadFile(manifest)
	if err == nil {
		l.run([]string{pet(3, 3, 1, "a longer name than all of the others"), pet(1, 1, 2, "another name that is longer")}, []string{pet(4, 4, 1, "d")})
		var now []byte
		if now, err = os.ReadFile(manifest); err == nil {
			err = os.WriteFile(manifest, old, 0o600)
			var told *PathError
			if refused := l.tryRun(); !errors.As(refused, &told) || !strings.Contains(told.Problem, "another state") ||
				!strings.Contains(told.Hint(), l.file("2026-03")) || !strings.Contains(told.Hint(), l.file("2026-04")) {
				t.Errorf("an old manifest: %v", refused)
			}
			err = errors.Join(err, os.WriteFile(manifest, now, 0o600))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	older := twoPets(t)
	file, err := os.ReadFile(older.file("2026-01"))
	if err = errors.Join(err, os.WriteFile(l.file("2026-01"), file, 0o600)); err != nil {
		t.Fatal(err)
	}
	l.refuses(l.file("2026-01"), "another state")
}

func TestALakeWithABackslashInItsPathHasNoViews(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.Path = filepath.Join(filepath.Dir(l.Path), `a\b`)
	l.run([]string{pet(1, 1, 1, "a")})
	var told *PathError
	if _, err := Views(t.Context(), l.Options); !errors.As(err, &told) || !strings.Contains(told.Problem, "backslash") {
		t.Errorf("%v", err)
	}
}

// What is advised about a file can be pasted: it names the file's table.
func TestAnAdviceAboutAFileNamesItsTable(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"lake/pets/created_month=2026-03/pets.parquet":                      "Put the file back from a copy. Without one: desklake state reset pets; the next sync reads everything again.",
		"lake/words/words.parquet":                                          "Put the file back from a copy. Without one: desklake state reset words; the next sync reads everything again.",
		"lake/_desklake/waiting/pets/pets-00000001.2026-03.parquet":         "Put the file back from a copy. Without one: desklake state reset pets; the next sync reads everything again.",
		"lake/_desklake/runs/runs-000001.parquet":                           "Put the file back from a copy.",
		"lake/_desklake/manifest.json":                                      "Put the file back from a copy.",
		"lake/acme/ticket_forms/created_month=2026-03/ticket_forms.parquet": "Put the file back from a copy. Without one: desklake state reset ticket_forms; the next sync reads everything again.",
	} {
		var told *PathError
		if err := missing(path); !errors.As(err, &told) || told.Hint() != want {
			t.Errorf("%s: %s", path, told.Hint())
		}
	}
}
