package parquet

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"desklake/sink"
)

// Sources says of which sources there are tables in a lake's folder: of an only one, and of those that have lakes of their own in it.
// One that can't be read has none.
func Sources(o Options) (reports []sink.SourceReport, err error) {
	entries, err := os.ReadDir(o.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, explain(o.Path, err)
	}
	if r := sourceAt(o.Path, ""); len(r.Tables) > 0 {
		reports = append(reports, r)
	}
	for _, e := range entries {
		folder := filepath.Join(o.Path, e.Name())
		if r := sourceAt(folder, e.Name()); len(r.Tables) > 0 {
			reports = append(reports, r)
		}
	}
	return reports, nil
}

// sourceAt is what a lake has of a source.
func sourceAt(folder, name string) sink.SourceReport {
	r := sink.SourceReport{Name: name, Removal: "remove the folder " + folder}
	if _, err := os.Stat(filepath.Join(folder, manifestName)); err != nil {
		return r
	}
	s, err := look(Options{Path: folder, Source: name})
	if err != nil || s == nil {
		return r
	}
	s.openBooks()
	for table, l := range s.latest {
		if _, err := os.Stat(filepath.Join(s.path, table)); err == nil {
			r.Add(table, l.Load.CommittedAt)
		}
	}
	for _, c := range s.manifest.Checkpoints {
		r.Account = cmp.Or(c.Account, r.Account)
	}
	if name == "" {
		r.Removal = "remove from " + folder + " the folders " + strings.Join(append(r.Tables[:len(r.Tables):len(r.Tables)], own), ", ")
	}
	return r
}
