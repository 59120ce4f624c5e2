package extracttest

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"desklake/extract"
	"desklake/schema"
	"desklake/schema/schematest"
)

// settles is how long after a change everything of it shows.
const settles = 10 * time.Minute

// replica is what a sink would hold of an account: the rows by their keys, as they were written last, and the positions.
type replica struct {
	Account
	t         *testing.T
	positions map[string]extract.Position
	rows      map[string]map[string]row // by table, then by key
	requests  int                       // that pages said they cost
}

// row is a row as it was read, without its nulls.
type row struct {
	fields map[string]json.RawMessage
	gone   bool // the source says that it is gone
}

// forget makes the replica empty.
func (r *replica) forget() {
	r.positions, r.rows = map[string]extract.Position{}, map[string]map[string]row{}
}

func (r *replica) open() extract.Source {
	r.t.Helper()
	s, err := r.Open()
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// streams are all streams of the account.
func (r *replica) streams(s extract.Source) []extract.Stream {
	r.t.Helper()
	c, err := s.Discover(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return c.Select(c.Names())
}

// sync reads all streams to their ends, one after the other.
func (r *replica) sync() {
	r.t.Helper()
	s := r.open()
	for _, stream := range r.streams(s) {
		if err := r.read(r.t.Context(), s, stream, nil); err != nil {
			r.t.Fatalf("%s: %v", stream.Name, err)
		}
	}
}

// read reads a stream from where it stands, until its end, an error, or until stop says so. A whole reading of a list leaves
// no other rows.
func (r *replica) read(ctx context.Context, s extract.Source, stream extract.Stream, stop func(extract.Page) bool) error {
	r.t.Helper()
	from := r.positions[stream.Name]
	met := map[string]map[string]row{}
	if stream.Pass {
		from = extract.Position{}
	}
	d := stream.NewDecoder(stream.Tables)
	for page, err := range s.Read(ctx, stream, from, extract.Observer{}) {
		r.requests += page.Requests
		if err != nil {
			return err
		}
		if err := d.Decode(page); err != nil {
			r.t.Fatalf("%s: decode: %v", stream.Name, err)
		}
		batches, _ := d.Flush()
		for _, b := range batches {
			r.write(b, met)
			b.Release()
		}
		r.positions[stream.Name] = page.Next
		if stop != nil && stop(page) {
			return errStopped
		}
	}
	for _, t := range stream.Tables {
		if stream.Pass {
			r.rows[t.Name] = met[t.Name]
		}
	}
	return nil
}

var errStopped = errors.New("the test has seen enough")

// write takes the rows of a batch, and notes that they were met. Versions order them as in a sink.
func (r *replica) write(b schema.Batch, met map[string]map[string]row) {
	r.t.Helper()
	for i := range int(b.Rows()) {
		fields, err := schematest.Fields(b, i)
		if err != nil {
			r.t.Fatal(err)
		}
		key := strings.Trim(string(fields[b.Table.Key]), `"`)
		one := row{fields, b.Record.Column(b.Table.Column(schema.DeletedAt)).IsValid(i)}
		for _, rows := range []map[string]map[string]row{r.rows, met} {
			if rows[b.Table.Name] == nil {
				rows[b.Table.Name] = map[string]row{}
			}
			if old, there := rows[b.Table.Name][key]; !there || !newer(b.Table, old, one) {
				rows[b.Table.Name][key] = one
			}
		}
	}
}

// newer reports that a is a later version than b: whole numbers, or times of one form.
func newer(t *schema.Table, a, b row) bool {
	x, y := string(a.fields[t.Version]), string(b.fields[t.Version])
	return x != "" && y != "" && (len(x) > len(y) || len(x) == len(y) && x > y)
}

// live are the keys of a table's rows that are not gone, sorted.
func (r *replica) live(table string) []string {
	live := maps.Clone(r.rows[table])
	maps.DeleteFunc(live, func(_ string, one row) bool { return one.gone })
	return slices.Sorted(maps.Keys(live))
}

// holds compares the replica with the account.
func (r *replica) holds(streams []extract.Stream) {
	r.t.Helper()
	for _, s := range streams {
		for _, t := range s.Tables {
			want, lost := r.Keys(t.Name)
			got := r.live(t.Name)
			if missing, more := without(want, got), without(without(got, want), lost); len(missing)+len(more) > 0 {
				r.t.Errorf("%s: %d live rows, want %d: missing %v, more %v", t.Name, len(got), len(want), few(missing), few(more))
			}
		}
	}
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(key string) bool { return slices.Contains(b, key) })
}

func few(keys []string) []string { return keys[:min(len(keys), 5)] }

// equals compares the rows with those of another replica of the account, whose way was another.
func (r *replica) equals(want *replica) {
	r.t.Helper()
	for table, rows := range want.rows {
		for key, one := range rows {
			for name, value := range one.fields {
				if got := r.rows[table][key].fields[name]; string(got) != string(value) {
					r.t.Errorf("%s %s: %s is %s, want %s", table, key, name, got, value)
				}
			}
		}
	}
}

// undisturbed is a replica of the same account that was read once, to its end.
func (r *replica) undisturbed() *replica {
	r.t.Helper()
	other := &replica{Account: r.Account, t: r.t}
	other.forget()
	other.sync()
	return other
}
