package parquet

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/schema"
	"desklake/sink"
)

// Whoever reads rows of a file that is not what desklake wrote is told which one, also if only some of them are looked up.
func TestADamagedFileIsToldWhenItsRowsAreRead(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	path := l.file("2026-01")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Destination{l.Options}.Read(t.Context(), "pets")
	if err != nil {
		t.Fatal(err)
	}
	isTold := func(problem string, err error) {
		t.Helper()
		var told *PathError
		if !errors.As(err, &told) || told.Path != path || !strings.Contains(told.Problem, problem) || told.Hint() == "" {
			t.Errorf("%v", err)
		}
	}
	for _, keys := range []schema.Keys{{}, {Only: []schema.Key{{Int: 1}}}} {
		var last error
		for b, err := range r.Rows(t.Context(), pets, keys) {
			if last = err; err == nil {
				b.Release()
			}
		}
		isTold("is not what desklake wrote", last)
	}
	if err := errors.Join(r.Close(), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	_, err = Destination{l.Options}.Read(t.Context(), "pets")
	isTold("is missing", err)
}

// A lake is read again and again while all of its rows are changed, moved to other months and merged: each time all of them are of
// one commit.
func TestALakeIsReadBesideARunThatMerges(t *testing.T) {
	t.Parallel()
	const rows, versions = 200, 12
	l := newLake(t)
	records := func(version int) (all []string) {
		for i := range rows {
			all = append(all, pet(i, 1+(i+version)%4, version, fmt.Sprint("version ", version)))
		}
		return all
	}
	s := l.prepared()
	if _, err := l.commit(s, pets, records(0)...); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() {
		var err error
		for version := 1; version <= versions && err == nil; version++ {
			if _, err = l.commit(s, pets, records(version)...); err == nil {
				err = s.Settle(t.Context())
			}
		}
		written <- err
	}()
	for over := false; !over; {
		select {
		case err := <-written:
			if over = true; err != nil {
				t.Error(err)
			}
		default:
		}
		for _, read := range []func() (sink.Reader, error){
			func() (sink.Reader, error) { return s.Read(t.Context(), "pets") },
			func() (sink.Reader, error) { return Destination{l.Options}.Read(t.Context(), "pets") },
		} {
			r, err := read()
			if err != nil {
				t.Fatal(err)
			}
			n, name := 0, ""
			for b, err := range r.Rows(t.Context(), pets, schema.Keys{}) {
				if err != nil {
					t.Fatal(err)
				}
				names := b.Record.Column(1).(*array.String)
				for i := range names.Len() {
					if n == 0 {
						name = strings.Clone(names.Value(i))
					}
					if names.Value(i) != name {
						t.Errorf("%s beside %s", names.Value(i), name)
					}
					n++
				}
				b.Release()
			}
			if n != rows || over && name != fmt.Sprint("version ", versions) {
				t.Errorf("%d rows of %s", n, name)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
