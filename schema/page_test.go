package schema_test

import (
	"runtime"
	"strings"
	"testing"
	"weak"

	"desklake/internal/jsonscan"
	"desklake/schema"
)

// A page can be large, and a stream can wait for long behind it: what was decoded and flushed holds none of its bytes.
func TestAPageThatWasFlushedIsNotHeld(t *testing.T) {
	t.Parallel()
	table := &schema.Table{Name: "things", Key: "id", Columns: []schema.Column{
		{Name: "id", Type: schema.Int}, {Name: "name", Type: schema.Text}, {Name: "tags", Type: schema.Texts}, {Name: "odd", Type: schema.Texts},
		{Name: "via", Type: schema.Struct, Fields: []schema.Column{{Name: "channel", Type: schema.Text}, {Name: "rel", Type: schema.Texts}}}}}
	d := decoder(t, table)
	d.Capture("more")
	page := func() weak.Pointer[byte] {
		body := []byte(`{"id":1,"name":"x","tags":["a","b"],"odd":["a",1],"via":{"channel":"web","rel":["c"],"new":1},"more":{},"unknown":"` + strings.Repeat("y", 1<<20) + `"}`)
		if s := jsonscan.New(body); !d.Decode(s) || s.End() != nil {
			t.Error("no row")
		}
		return weak.Make(&body[0])
	}()
	for _, b := range first(d.Flush()) {
		b.Release()
	}
	runtime.GC()
	if page.Value() != nil {
		t.Error("the page is held")
	}
	runtime.KeepAlive(d)
}

func first(batches []schema.Batch, _ []schema.Issue) []schema.Batch { return batches }
