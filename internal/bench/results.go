package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"
)

// results are the measurements that docs/benchmarks.md is made of.
type results struct {
	Measured time.Time   `json:"measured"` // when the comparison was
	Compare  *comparison `json:"compare"`
	Growth   []growth    `json:"growth"`
}

// add puts a measurement in the place of an earlier one of the same kind.
func (r *results) add(g growth) {
	at := slices.IndexFunc(r.Growth, func(o growth) bool {
		return o.Tickets == g.Tickets && o.Sink == g.Sink && len(o.Nights) == len(g.Nights)
	})
	if at < 0 {
		r.Growth = append(r.Growth, g)
	} else {
		r.Growth[at] = g
	}
}

func load(path string) (r results, err error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(raw, &r)
}

// update changes the results file.
func update(path string, change func(*results)) error {
	r, err := load(path)
	if err != nil {
		return err
	}
	change(&r)
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o644)
}
