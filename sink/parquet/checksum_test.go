package parquet

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flip turns one bit of a file over.
func (l *lake) flip(path string, at int) {
	l.Helper()
	content, err := os.ReadFile(path)
	if err == nil {
		content[at] ^= 1 << rand.IntN(8)
		err = os.WriteFile(path, content, 0o666)
	}
	if err != nil {
		l.Fatal(err)
	}
}

// A bit that fell over is noticed wherever it is, before anything is concluded from the file, and by whatever reads it: rows
// that take the place of others, that are new, and that are older than what is there.
func TestAFlippedBitInAFileOfATableIsNoticed(t *testing.T) {
	t.Parallel()
	whole := twoPets(t)
	s := whole.prepared()
	_, err := whole.commit(s, pets, pet(2, 2, 2, "c"), pet(3, 3, 1, "d"))
	if err = errors.Join(err, s.lock.Unlock()); err != nil { // as if it was killed
		t.Fatal(err)
	}
	waits := func(l *lake, month string) string {
		return filepath.Join(l.Path, waiting, "pets", "pets-00000002-1.created_month="+month+".parquet")
	}
	for name, c := range map[string]struct {
		file   func(l *lake) string
		record string
	}{
		"a newer row":         {func(l *lake) string { return l.file("2026-01") }, pet(1, 1, 2, "x")},
		"an older row":        {func(l *lake) string { return l.file("2026-01") }, pet(1, 1, 0, "x")},
		"a new row":           {func(l *lake) string { return l.file("2026-01") }, pet(9, 1, 1, "x")},
		"a row that moves":    {func(l *lake) string { return l.file("2026-01") }, pet(1, 4, 2, "x")},
		"what waits":          {func(l *lake) string { return waits(l, "2026-02") }, pet(7, 7, 1, "x")},
		"what waits alone":    {func(l *lake) string { return waits(l, "2026-03") }, pet(7, 7, 1, "x")},
		"under what waits":    {func(l *lake) string { return l.file("2026-02") }, pet(7, 7, 1, "x")},
		"what waits is older": {func(l *lake) string { return waits(l, "2026-02") }, pet(2, 2, 0, "x")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			info, err := os.Stat(c.file(whole))
			if err != nil {
				t.Fatal(err)
			}
			for at := rand.IntN(100); at < int(info.Size()); at += 100 {
				l := newLake(t)
				if err := os.CopyFS(l.Path, os.DirFS(whole.Path)); err != nil {
					t.Fatal(err)
				}
				l.flip(c.file(l), at)
				before, err := os.ReadFile(c.file(l))
				if err != nil {
					t.Fatal(err)
				}
				l.refuses(c.file(l), "is not what desklake wrote", []string{c.record})
				if after, err := os.ReadFile(c.file(l)); err != nil || !bytes.Equal(before, after) {
					t.Errorf("the file was changed (%v)", err)
				}
				good, err := os.ReadFile(c.file(whole))
				if err = errors.Join(err, os.WriteFile(c.file(l), good, 0o666)); err != nil { // as the hint says
					t.Fatal(err)
				}
				l.run([]string{c.record})
				if got := l.query("SELECT count(DISTINCT id), count(*), max(name) FROM FILES WHERE id < 4"); got[0] != "3 3 d" && got[0] != "3 3 x" {
					t.Fatalf("after a copy: %v", got)
				}
				if err := os.RemoveAll(l.Path); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// editManifest changes a manifest, of which an earlier version leaves no checksum.
func (l *lake) editManifest(edit func(text string) string) {
	l.Helper()
	path := filepath.Join(l.Path, manifestName)
	content, err := os.ReadFile(path)
	if err == nil {
		if before, signed := bytes.CutSuffix(content, manifestEnd(content[:len(content)-len(manifestEnd(nil))])); signed {
			content = append(before, '}')
		}
		text := edit(string(content))
		if text == string(content) {
			l.Fatal("nothing is edited")
		}
		err = os.WriteFile(path, []byte(text), 0o666)
	}
	if err != nil {
		l.Fatal(err)
	}
}

// forgetChecksums makes the manifest one of an earlier version.
func (l *lake) forgetChecksums() {
	l.editManifest(func(text string) string {
		for {
			before, rest, found := strings.Cut(text, `,"CRC32C":"`)
			if !found {
				return text
			}
			text = before + rest[strings.Index(rest, `"`)+1:]
		}
	})
}

func (l *lake) stored() *manifest {
	l.Helper()
	m, err := readManifest(l.Path)
	if err != nil {
		l.Fatal(err)
	}
	return m
}

// Files of an earlier version go on without a checksum, and get one when they are written again.
func TestAFileWithoutAChecksumGetsOneWhenItIsWritten(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	l.forgetChecksums()
	l.run([]string{pet(1, 1, 2, "c")})
	if diff := cmp.Diff([]string{"1 2026-01 c", "2 2026-02 b"}, l.rows()); diff != "" {
		t.Error(diff)
	}
	for at, p := range l.stored().Tables["pets"].Partitions {
		if written := at == month(2026*12); written == (p.CRC32C == "") {
			t.Errorf("%s: %+v", at, p)
		}
	}
}

// What is read of a manifest is what was written, or nothing.
func TestAFlippedBitInTheManifestIsNoticed(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	want := l.stored()
	path := filepath.Join(l.Path, manifestName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := range whole {
		for bit := range 8 {
			content := bytes.Clone(whole)
			content[at] ^= 1 << bit
			m := &manifest{}
			if err := m.read(path, content); err == nil && !reflect.DeepEqual(m, want) {
				t.Errorf("bit %d of byte %d is believed", bit, at)
			}
		}
	}
	l.flip(path, len(whole)/2)
	err = l.tryRun([]string{pet(1, 1, 2, "c")})
	var told *PathError
	if !errors.As(err, &told) || told.Path != path {
		t.Errorf("got %v", err)
	}
	if _, err := l.tryQuery("SELECT * FROM FILES"); err != nil {
		t.Error(err)
	}
}

func TestAManifestThatContradictsItselfIsRefused(t *testing.T) {
	t.Parallel()
	january := `"Name":"pets/created_month=2026-01/pets.parquet"`
	for name, edit := range map[string]func(string) string{
		"another month": func(m string) string {
			return strings.Replace(m, `"created_month=2026-01":`, `"created_month=2026-04":`, 1)
		},
		"month 0":             func(m string) string { return strings.ReplaceAll(m, `created_month=2026-01`, `created_month=2026-00`) },
		"month 13":            func(m string) string { return strings.ReplaceAll(m, `created_month=2026-01`, `created_month=2026-13`) },
		"a month's other way": func(m string) string { return strings.ReplaceAll(m, `created_month=2026-01`, `created_month=2026-1`) },
		"a file twice":        func(m string) string { return strings.Replace(m, "2026-02/pets.parquet", "2026-01/pets.parquet", 1) },
		"another table's file": func(m string) string {
			return strings.Replace(m, january, `"Name":"words/words.parquet"`, 1)
		},
		"rows without a file": func(m string) string { return strings.Replace(m, january, `"Name":""`, 1) },
		"a null": func(m string) string {
			return strings.Replace(m, `"created_month=2026-03":{`, `"created_month=2026-03":null,"created_month=2026-04":{`, 1)
		},
		"no month at all":       func(m string) string { return strings.Replace(m, `"Month":"created_at"`, `"Month":""`, 1) },
		"a key that is missing": func(m string) string { return strings.Replace(m, `"Key":"id"`, `"Key":"ie"`, 1) },
		"a column twice":        func(m string) string { return strings.Replace(m, `"Name":"tags"`, `"Name":"name"`, 1) },
		"keys in no order":      func(m string) string { return strings.Replace(m, `"Min":"1"`, `"Min":"7"`, 1) },
		"a key that is none":    func(m string) string { return strings.Replace(m, `"Min":"1"`, `"Min":"one"`, 1) },
		"more live than rows":   func(m string) string { return strings.Replace(m, `"Live":1`, `"Live":3`, 1) },
		"columns to come":       func(m string) string { return strings.Replace(m, `"Schema":1,"Live"`, `"Schema":9,"Live"`, 1) },
		"what waits elsewhere":  func(m string) string { return strings.Replace(m, "waiting/pets/", "waiting/words/", 1) },
		"what waits for another month": func(m string) string {
			return strings.Replace(m, "1.created_month=2026-03.parquet", "1.created_month=2026-02.parquet", 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := twoPets(t)
			s := l.prepared()
			_, err := l.commit(s, pets, pet(3, 3, 1, "d"))
			if err = errors.Join(err, s.lock.Unlock()); err != nil { // as if it was killed
				t.Fatal(err)
			}
			l.editManifest(edit)
			path := filepath.Join(l.Path, manifestName)
			l.refuses(path, "c", []string{pet(1, 1, 2, "c")})
			l.refuses(path, map[bool]string{true: "no month", false: "contradicts itself"}[strings.HasPrefix(name, "month ") || strings.HasPrefix(name, "a month's")])
		})
	}
}

// What a file has of another month was not put there by desklake, and is nothing to leave out in silence.
func TestARowInTheFileOfAnotherMonthIsToldNotDropped(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	l.forgetChecksums()
	february, err := os.ReadFile(l.file("2026-02"))
	if err = errors.Join(err, os.WriteFile(l.file("2026-01"), february, 0o666)); err != nil {
		t.Fatal(err)
	}
	l.refuses(l.file("2026-01"), "has a row of created_month=2026-02", []string{pet(5, 1, 1, "c")})
}

// crashesInMerge runs, and crashes once the first of the new files is in its place.
func (l *lake) crashesInMerge(rows ...string) {
	l.Helper()
	var placed atomic.Bool // drafts are written side by side
	l.disk.before = func(operation, path string) error {
		if placed.Load() {
			return errCrash
		}
		if operation == "rename" && filepath.Base(path) == ".pets.draft" {
			placed.Store(true)
		}
		return nil
	}
	if err := l.tryRun(rows); !errors.Is(err, errCrash) {
		l.Fatal(err)
	}
	l.disk.before = nil
}

// The manifest of an earlier version does not announce what a merge puts into its place.
func TestAMergeOfAnEarlierVersionThatWasBrokenOffIsKnown(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	l.crashesInMerge(pet(1, 1, 2, "a longer name"), pet(2, 2, 2, "c"))
	l.forgetChecksums()
	l.editManifest(func(text string) string {
		var m manifest
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		for _, p := range m.Tables["pets"].Partitions {
			p.Next = nil
		}
		content, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	})
	l.run([]string{pet(3, 3, 1, "d")})
	if diff := cmp.Diff([]string{"1 2026-01 a longer name", "2 2026-02 c", "3 2026-03 d"}, l.rows()); diff != "" {
		t.Error(diff)
	}
}

// What a merge has put into its place is known also where it has the size of what was there before.
func TestAMergeThatWasBrokenOffIsKnownWhateverTheSizeOfItsFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"c", "a longer name"} {
		l := twoPets(t)
		l.crashesInMerge(pet(1, 1, 2, name), pet(2, 2, 2, name))
		if _, err := Changes(t.Context(), l.Options, l.tables); err != nil {
			t.Error(err)
		}
		l.run([]string{pet(3, 3, 1, "d")})
		if diff := cmp.Diff([]string{"1 2026-01 " + name, "2 2026-02 " + name, "3 2026-03 d"}, l.rows()); diff != "" {
			t.Error(diff)
		}
		for at, p := range l.stored().Tables["pets"].Partitions {
			if p.Next != nil || p.Waiting != nil {
				t.Errorf("%s: %+v", at, p)
			}
		}
	}
}
