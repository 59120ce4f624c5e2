// Package toy has a source and a sink that are as small as they can be: to see what the contracts ask for, and that nothing else
// of desklake has to know them. Tests use it.
package toy

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"desklake/extract"
	"desklake/schema"
)

// Zoo is a helpdesk: animals by their ids, whose changes are numbered, and a list of kinds.
type Zoo struct {
	mu       sync.Mutex
	animals  map[int]animal
	kinds    []string
	changes  int
	Requests int
	Refused  string // the stream that is refused
	Silent   bool
}

type animal struct {
	Name   string
	Gone   bool
	change int
}

// Zoos are those that a configuration can name.
var Zoos sync.Map // string to *Zoo

// Change changes an animal, or adds it.
func (z *Zoo) Change(id int, name string, gone bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.animals == nil {
		z.animals = map[int]animal{}
	}
	z.changes++
	z.animals[id] = animal{name, gone, z.changes}
}

// Kinds replaces the list of kinds.
func (z *Zoo) Kinds(kinds ...string) { z.mu.Lock(); z.kinds = kinds; z.mu.Unlock() }

var (
	animals = &schema.Table{Name: "animals", Doc: "Animals.", Key: "id", Version: "change", Deleted: schema.Marker{Column: "gone", Value: "true"}, Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The animal."}, {Name: "name", Type: schema.Text, Doc: "Its name."},
		{Name: "gone", Type: schema.Bool, Doc: "Whether it is gone."}, {Name: "change", Type: schema.Int, Doc: "The number of its last change."}}}
	kinds = &schema.Table{Name: "kinds", Doc: "Kinds of animals.", Key: "kind", Columns: []schema.Column{{Name: "kind", Type: schema.Text, Doc: "The kind."}}}
)

// Catalog is what there is in any zoo.
func Catalog() extract.Catalog {
	c := extract.Catalog{Tables: []*schema.Table{animals, kinds}, Routes: map[string]string{"animals": "GET /animals", "kinds": "GET /kinds"}}
	for _, t := range c.Tables {
		c.Streams = append(c.Streams, extract.Stream{Name: t.Name, Tables: []*schema.Table{t}, Pass: t == kinds,
			NewDecoder: func(tables []*schema.Table) extract.Decoder { return extract.NewRows(tables[0], "rows") }})
	}
	return c
}

// Config is the section of the configuration.
type Config struct {
	Zoo string `yaml:"zoo" help:"The name of the zoo." need:"the name of a zoo"`
}

// Account implements extract.Config.
func (c *Config) Account() string { return c.Zoo }

// Open implements extract.Config.
func (c *Config) Open(extract.Env) (extract.Source, error) {
	z, _ := Zoos.LoadOrStore(c.Zoo, new(Zoo))
	return source{c.Zoo, z.(*Zoo)}, nil
}

type source struct {
	name string
	*Zoo
}

func (s source) Scope() extract.Scope                              { return extract.Scope{Account: s.name} }
func (s source) Discover(context.Context) (extract.Catalog, error) { return Catalog(), nil }

// perPage is how many rows a page has.
const perPage = 10

// Read implements extract.Source. The cursor of the animals is the number of the last change.
func (s source) Read(ctx context.Context, of extract.Stream, from extract.Position, _ extract.Observer) iter.Seq2[extract.Page, error] {
	return func(yield func(extract.Page, error) bool) {
		at, err := strconv.Atoi("0" + from.Cursor)
		if err != nil {
			yield(extract.Page{}, &extract.Failure{Kind: extract.ErrAnswer, Err: err, Advice: "desklake state reset animals"})
			return
		}
		for more := true; more; {
			page, next, err := s.page(ctx, of, at)
			if at, more = next, len(page) == perPage; err != nil {
				yield(extract.Page{Requests: 1}, err)
				return
			}
			body, _ := json.Marshal(map[string]any{"rows": page}) // of plain values
			p := extract.Page{Body: body, Received: time.Now().UTC(), Requests: 1, Next: extract.Position{Cursor: strconv.Itoa(at)}}
			if !yield(p, nil) {
				return
			}
		}
	}
}

// page is a request: the rows behind a place, and the place behind them.
func (s source) page(ctx context.Context, of extract.Stream, at int) (page []any, next int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Requests++
	switch {
	case ctx.Err() != nil:
		return nil, at, context.Cause(ctx)
	case s.Silent:
		return nil, at, &extract.Failure{Kind: extract.ErrUnreachable, Err: fmt.Errorf("%s: silence", s.name), Advice: "wait until the zoo opens"}
	case s.Refused == of.Name:
		return nil, at, &extract.Failure{Kind: extract.ErrPermission, Err: fmt.Errorf("%s is closed", of.Name), Advice: "buy a ticket"}
	case of.Name == "kinds":
		for _, kind := range s.kinds[min(at, len(s.kinds)):min(at+perPage, len(s.kinds))] {
			page = append(page, map[string]any{"kind": kind})
		}
		return page, at + len(page), nil
	}
	ids := slices.SortedFunc(maps.Keys(s.animals), func(a, b int) int { return s.animals[a].change - s.animals[b].change })
	for _, id := range ids {
		if one := s.animals[id]; one.change > at && len(page) < perPage {
			page, next = append(page, map[string]any{"id": id, "name": one.Name, "gone": one.Gone, "change": one.change}), one.change
		}
	}
	return page, max(at, next), nil
}
