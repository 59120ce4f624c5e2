package zendesk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
)

// popular is a list of tags by cursor, the most frequent first, in which tags move while it is read.
type popular struct {
	counts   map[string]int
	requests int
	moves    func(request int, counts map[string]int)
}

func newPopular(n int) *popular {
	p := &popular{counts: map[string]int{}}
	for i := range n {
		p.counts[fmt.Sprintf("tag%03d", i)] = 10_000 - 10*i
	}
	return p
}

// RoundTrip implements http.RoundTripper.
func (p *popular) RoundTrip(r *http.Request) (*http.Response, error) {
	type tag struct {
		Name  string `json:"name"`
		Count int    `json:"count"`
	}
	var tags []tag
	for name, count := range p.counts {
		tags = append(tags, tag{name, count})
	}
	order := func(a, b tag) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) }
	slices.SortFunc(tags, order)
	if after := r.URL.Query().Get("page[after]"); after != "" {
		var last tag
		if _, err := fmt.Sscanf(after, "%d-%s", &last.Count, &last.Name); err != nil {
			return nil, err
		}
		tags = slices.DeleteFunc(tags, func(t tag) bool { return order(t, last) <= 0 })
	}
	page := tags[:min(100, len(tags))]
	last := page[len(page)-1]
	body, err := json.Marshal(map[string]any{"tags": page,
		"meta": map[string]any{"has_more": len(tags) > 100, "after_cursor": fmt.Sprintf("%d-%s", last.Count, last.Name)}})
	if err != nil {
		return nil, err
	}
	if p.requests++; p.moves != nil {
		p.moves(p.requests, p.counts)
	}
	return reply(r, 200, http.Header{"Content-Type": {"application/json"}}, string(body)), nil
}

func TestAListWhoseRowsMoveDownwardsIsReadTwiceAndNotMore(t *testing.T) {
	t.Parallel()
	for name, every := range map[string]int{"once": 1000, "in each reading": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPopular(250)
				p.moves = func(request int, counts map[string]int) {
					if request%every == 1 { // the last tag of the first page falls behind the next one
						counts["tag099"] -= 15
					}
				}
				r := newReplica(t, nil, Options{Transport: p})
				r.run("tags")
				if len(r.rows["tags"]) != 250 || p.requests != 6 {
					t.Errorf("%d tags, %d requests", len(r.rows["tags"]), p.requests)
				}
			})
		})
	}
}

// A tag that rises out of sight leaves no trace in the reading: what it missed is for the pipeline to tell.
func TestAListThatStandsStillIsReadOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPopular(250)
		r := newReplica(t, nil, Options{Transport: p})
		r.run("tags")
		if len(r.rows["tags"]) != 250 || p.requests != 3 {
			t.Errorf("%d tags, %d requests", len(r.rows["tags"]), p.requests)
		}
	})
}
