package pipeline_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"desklake/extract"
	"desklake/pipeline"
	"desklake/schema"
	"desklake/sink"
)

// things is the table of the scripted sources.
var things = &schema.Table{Name: "things", Doc: "Things.", Key: "id", Columns: []schema.Column{{Name: "id", Type: schema.Int, Doc: "The thing."}}}

// script is a source of one stream that is told what to do. It may leave everything but Pages nil.
type script struct {
	Name  string // things unless set
	Pass  bool
	Pages func(ctx context.Context, from extract.Position, yield func(extract.Page, error) bool)

	// Observed, of a script that needs its observer, is in place of Pages.
	Observed func(ctx context.Context, o extract.Observer, yield func(extract.Page, error) bool)

	Decode func(extract.Page) error // called in front of decoding a page
	Bytes  int64                    // what a decoded page weighs
}

// scripts are the streams of a source.
type scripts []script

func (s scripts) Scope() extract.Scope { return extract.Scope{Account: "things.example"} }

func (s scripts) Discover(context.Context) (c extract.Catalog, _ error) {
	c.Tables = []*schema.Table{things}
	for _, one := range s {
		c.Streams = append(c.Streams, extract.Stream{Name: one.name(), Tables: c.Tables, Pass: one.Pass,
			NewDecoder: func([]*schema.Table) extract.Decoder { return &decoder{script: one} }})
	}
	return c, nil
}

func (s scripts) Read(ctx context.Context, of extract.Stream, from extract.Position, o extract.Observer) iter.Seq2[extract.Page, error] {
	return func(yield func(extract.Page, error) bool) {
		for _, one := range s {
			switch {
			case one.name() != of.Name:
			case one.Observed != nil:
				one.Observed(ctx, o, yield)
			default:
				one.Pages(ctx, from, yield)
			}
		}
	}
}

func (s script) name() string {
	if s.Name == "" {
		return "things"
	}
	return s.Name
}

// page is a page of the script: the ids of its rows, and its number as the cursor behind it.
func page(number int, ids ...int) extract.Page {
	at := time.Date(2026, 11, 20, 0, number, 0, 0, time.UTC)
	return extract.Page{Body: []byte(strings.Trim(fmt.Sprint(ids), "[]")), Received: at, Requests: 1,
		Next: extract.Position{Cursor: fmt.Sprint(number), HighWater: at}}
}

// pages yields so many pages of one row each, and ends with the error.
func pages(n int, err error) func(context.Context, extract.Position, func(extract.Page, error) bool) {
	return func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
		for i := range n {
			if !yield(page(i+1, i+1), nil) {
				return
			}
		}
		if err != nil {
			yield(extract.Page{Requests: 1, Retries: 2}, err)
		}
	}
}

// decoder makes rows of ids.
type decoder struct {
	script
	ids   []int64
	pages int64
}

func (d *decoder) Decode(p extract.Page) error {
	d.pages++
	if d.script.Decode != nil {
		if err := d.script.Decode(p); err != nil {
			return err
		}
	}
	for word := range strings.FieldsSeq(string(p.Body)) {
		var id int64
		if _, err := fmt.Sscan(word, &id); err != nil {
			return err
		}
		d.ids = append(d.ids, id)
	}
	return nil
}

func (d *decoder) Size() int64 { return d.pages * d.Bytes }

func (d *decoder) Flush() ([]schema.Batch, []schema.Issue) {
	ids := d.ids
	d.ids, d.pages = nil, 0
	if len(ids) == 0 {
		return nil, nil
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, things.Arrow())
	defer b.Release()
	b.Field(0).(*array.Int64Builder).AppendValues(ids, nil)
	for _, other := range b.Fields()[1:] {
		other.AppendNulls(len(ids))
	}
	return []schema.Batch{{Table: things, Record: b.NewRecordBatch()}}, nil
}

// run executes a run of the scripts.
func run(t *testing.T, dst sink.Sink, job pipeline.Job, source ...script) pipeline.Result {
	t.Helper()
	return runUnder(t, t.Context(), dst, job, source...)
}

func runUnder(t *testing.T, ctx context.Context, dst sink.Sink, job pipeline.Job, source ...script) pipeline.Result {
	t.Helper()
	job.Tables = []string{"things"}
	if job.Progress == nil {
		job.Progress = silent{}
	}
	result, err := pipeline.Run(ctx, scripts(source), dst, job)
	if err != nil {
		t.Error(err)
	}
	return result
}

// starts is a source that gives one page a run, and notes the cursors from which it was read.
func starts() (script, *[]string) {
	var begun []string
	return script{Pages: func(_ context.Context, from extract.Position, yield func(extract.Page, error) bool) {
		begun = append(begun, from.Cursor)
		yield(page(len(begun), len(begun)), nil)
	}}, &begun
}
