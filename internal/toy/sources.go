package toy

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"desklake/sink"
)

// Sources implements sink.Destination.
func (b Box) Sources(context.Context) (reports []sink.SourceReport, err error) {
	entries, err := os.ReadDir(b.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, box := range append([]Box{b}, b.boxes(entries)...) {
		text, unread := os.ReadFile(box.file())
		if unread != nil {
			continue
		}
		c, err := parse(text)
		if err != nil {
			return nil, err
		}
		if r := c.source(box); len(r.Tables) > 0 {
			reports = append(reports, r)
		}
	}
	return reports, err
}

// boxes are those in the box.
func (b Box) boxes(entries []os.DirEntry) (all []Box) {
	for _, e := range entries {
		all = append(all, Box{filepath.Join(b.path, e.Name()), e.Name()})
	}
	return all
}

func (c *content) source(b Box) sink.SourceReport {
	r := sink.SourceReport{Name: b.source, Removal: "remove the file " + b.file()}
	for name, was := range c.Known {
		if _, there := c.Tables[name]; there && !was.Last.CommittedAt.IsZero() {
			r.Add(name, was.Last.CommittedAt)
		}
	}
	for _, p := range c.Checkpoints {
		r.Account = cmp.Or(p.Account, r.Account)
	}
	return r
}
