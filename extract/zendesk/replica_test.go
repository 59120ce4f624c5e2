package zendesk

import (
	"bytes"
	"context"
	"encoding/json"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/extract"
	"desklake/extract/rest"
	"desklake/internal/zendesktest"
	"desklake/schema"
	"desklake/schema/schematest"
)

// replica is what a sink would hold of a helpdesk: the latest version of every row, and the positions.
type replica struct {
	t         *testing.T
	source    *Source
	positions map[string]extract.Position
	rows      map[string]map[string]rawFields
	issues    []schema.Issue
	read      int // rows
	cost      rest.Cost
	errs      map[string]error // of the last run, by stream
	stop      func(extract.Page) bool
}

// rawFields are the fields of a record as they were sent; fields are their values.
type (
	rawFields map[string]json.RawMessage
	fields    map[string]any
)

// newReplica is a replica of the helpdesk, read without limits of its own unless the options say more.
func newReplica(t *testing.T, desk *zendesktest.Server, o Options) *replica {
	t.Helper()
	if o.Subdomain == "" && o.URL == "" {
		o.Subdomain = "acme"
	}
	if o.Auth == nil {
		o.Auth = AccessToken{Token: "secret"}
	}
	if o.Transport == nil {
		o.Transport = desk.Transport()
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &replica{t: t, source: s, positions: map[string]extract.Position{}, rows: map[string]map[string]rawFields{}}
}

// run reads the tables' streams one after the other and fails the test on an error.
func (r *replica) run(tables ...string) {
	r.t.Helper()
	r.try(tables...)
	for stream, err := range r.errs {
		r.t.Errorf("%s: %v", stream, err)
	}
}

// try reads the tables' streams, and keeps their errors.
func (r *replica) try(tables ...string) {
	r.t.Helper()
	r.errs = map[string]error{}
	for _, st := range r.source.catalog().Select(tables) {
		if err := r.stream(st); err != nil {
			r.errs[st.Name] = err
		}
	}
}

func (r *replica) stream(st extract.Stream) error {
	r.t.Helper()
	from := r.positions[st.Name]
	if st.Pass {
		from = extract.Position{}
	}
	d := st.NewDecoder(st.Tables)
	for page, err := range r.source.Read(context.Background(), st, from, extract.Observer{}) {
		r.cost.Requests += page.Requests
		r.cost.Retries += page.Retries
		r.cost.Waited += page.Waited
		r.issues = append(r.issues, page.Issues...)
		if err != nil {
			return err
		}
		if err := d.Decode(page); err != nil {
			r.t.Fatalf("%s: %v", st.Name, err)
		}
		batches, issues := d.Flush()
		r.issues = append(r.issues, issues...)
		for _, b := range batches {
			r.merge(b)
			b.Release()
		}
		r.positions[st.Name] = page.Next
		if r.stop != nil && r.stop(page) {
			break
		}
	}
	return nil
}

func (r *replica) merge(b schema.Batch) {
	r.t.Helper()
	rows := r.rows[b.Table.Name]
	if rows == nil {
		rows = map[string]rawFields{}
		r.rows[b.Table.Name] = rows
	}
	for i := range int(b.Rows()) {
		record, err := schematest.Fields(b, i)
		if err != nil {
			r.t.Fatal(err)
		}
		key := strings.Trim(string(record[b.Table.Key]), `"`)
		if old, ok := rows[key]; !ok || !later(b.Table, old, record) {
			rows[key] = record
		}
		r.read++
	}
}

// later reports that row a is a later version than b.
func later(t *schema.Table, a, b rawFields) bool {
	x, y := string(a[t.Version]), string(b[t.Version])
	return len(x) > len(y) || len(x) == len(y) && x > y // whole numbers, or times of one form
}

// parse returns the values of a record without nulls, numbers as they are written.
func parse(t *testing.T, record []byte) fields {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(record))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, record)
	}
	withoutNulls(v)
	return v
}

// values are the values of a row's fields.
func (r rawFields) values(t *testing.T) fields {
	t.Helper()
	record, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, record)
}

func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if inner = withoutNulls(inner); inner == nil {
				delete(v, name)
			} else {
				v[name] = inner
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return v
}

// holds fails the test unless the table equals the helpdesk's truth, except for the keys given. Records that are
// gone need not be there.
func (r *replica) holds(desk *zendesktest.Server, table string, except ...string) {
	r.t.Helper()
	t := Tables()[slices.IndexFunc(Tables(), func(t *schema.Table) bool { return t.Name == table })]
	seen, wrong := map[string]bool{}, 0
	unheld := slices.Collect(maps.Keys(t.Aliases))
	if table == "satisfaction_ratings" {
		unheld = append(unheld, followTheTicket...)
	}
	var audits map[string]rawFields
	if table == "ticket_comments" {
		audits = auditsOfTruth(r.t, desk, r.source.full)
	}
	for record := range desk.Truth(table) {
		if slices.Contains(except, record.Key) {
			continue
		}
		seen[record.Key] = true
		row, ok := r.rows[table][record.Key]
		if record.Gone || record.Deleted && !ok && strings.HasPrefix(table, "ticket_") {
			continue
		}
		want, got := want(r.t, table, record, audits, r.source.full), maps.Clone(row)
		for _, name := range unheld {
			delete(want, name)
			delete(got, name)
		}
		if !want.equal(r.t, got) {
			if wrong++; wrong < 4 {
				r.t.Errorf("%s %s (-truth +copy):\n%.2000s", table, record.Key, cmp.Diff(want.values(r.t), got.values(r.t)))
			}
		}
	}
	for key, row := range r.rows[table] {
		if table == "ticket_metrics" && string(r.rows["tickets"][string(row["ticket_id"])]["status"]) == `"deleted"` {
			continue // the helpdesk forgets them with the ticket
		}
		if !seen[key] && !slices.Contains(except, key) {
			if wrong++; wrong < 4 {
				r.t.Errorf("%s %s is no record of the helpdesk", table, key)
			}
		}
	}
	if wrong > 0 {
		r.t.Errorf("%s: %d of %d rows are wrong", table, wrong, len(seen))
	}
	if len(seen) == 0 {
		r.t.Errorf("%s: the helpdesk has no record to compare", table)
	}
}

func testRand(t *testing.T) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(t.Name()))
	return rand.New(rand.NewPCG(h.Sum64(), 1))
}

type (
	issue       = schema.Issue
	extractPage = extract.Page
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
