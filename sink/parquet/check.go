package parquet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"desklake/sink"
)

// checkStrays looks for files in a table's folder that the manifest does not know.
func (s *Sink) checkStrays(name string, t *tableState) error {
	known := map[string]bool{}
	if t != nil {
		for at, p := range t.Partitions {
			known[partName(name, at)], known[p.Name] = true, true // which differ in a lake that is to be carried over
		}
	}
	root, err := tableFolder(filepath.Join(s.path, name))
	if err != nil || root == "" {
		return err
	}
	var others []string
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		below, _ := filepath.Rel(root, path)
		file := filepath.Join(name, below)
		path = filepath.Join(s.path, file)
		if err == nil && d.Type()&fs.ModeSymlink != 0 {
			err = checkLink(path)
		}
		if err != nil || d.IsDir() || !isRead(below) {
			return err
		}
		if !known[file] {
			if strings.HasPrefix(file, filepath.Join(name, "created_month=")) && d.Name() == name+".parquet" && isOurs(path) {
				others = append(others, path)
				return nil
			}
			return sink.Refused(path, "is not a file that desklake made, and readers would take it for a part of the table", "Move it elsewhere.")
		}
		return nil
	})
	if err == nil && others != nil {
		return otherState(others)
	}
	return err
}

// isRead reports that some reader would take a file in a table's folder for a part of the table. DuckDB is given a pattern of
// names. Those who are given the folder, as pyarrow is, pass by hidden files only, and what begins as theirs. What an earlier
// version has set aside is on its way out.
func isRead(name string) bool {
	if strings.HasSuffix(name, ".parquet") {
		return true
	}
	for part := range strings.SplitSeq(filepath.ToSlash(name), "/") {
		if strings.HasPrefix(part, ".") || strings.HasPrefix(part, "_") {
			return false
		}
	}
	return !isOldAside(filepath.Base(name))
}

// tableFolder is where the folder of a table is, which may be a link to another disk; empty where there is none.
func tableFolder(path string) (string, error) {
	if err := checkFolder(path); err != nil {
		return "", err
	}
	root, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return root, err
}

// checkOwn looks at the folders that are desklake's own.
func checkOwn(lake string) error {
	for _, folder := range []string{own, drafts, waiting, aside, own + "/runs", own + "/loads", own + "/issues", own + "/checkpoints"} {
		if err := checkFolder(filepath.Join(lake, folder)); err != nil {
			return err
		}
	}
	return nil
}

// checkFolder refuses what is in the place of a folder and is none. Where there is nothing one can be made.
func checkFolder(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return sink.Refused(path, "is not a folder", "Move it elsewhere.")
	}
	if link, err := os.Lstat(path); err != nil || link.Mode()&fs.ModeSymlink == 0 { // a folder further up tells itself
		return nil
	}
	return sink.Refused(path, "is a link that leads nowhere: "+cause(err).Error(),
		"Mount the disk that it leads to. Without that, remove the link: a table is read again then.")
}

// checkLink refuses a folder of rows that is somewhere else.
func checkLink(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return nil // a file that is missing is told as such
	}
	return sink.Refused(path, "is a link to a folder, and DuckDB reads past such: rows of the table would be missing without a word",
		"Move the folder back here. That of the whole table, or of the whole lake, may be a link, also to another disk.")
}

// otherState is the error of files that are no part of the state that the manifest describes.
func otherState(paths []string) error {
	return sink.Refused(paths[0], "belongs to another state of this lake than its manifest: one of the two was put back alone",
		"Restore the whole lake from one backup, into an empty folder; or move away what the manifest does not know: "+strings.Join(paths, ", "))
}

// isOurs reports that a file is whole and was written by desklake.
func isOurs(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	content, err := footer(f)
	if err != nil {
		return false
	}
	_, ours := content.Lookup(runKey)
	return ours
}

// checkFiles looks whether the files that the manifest knows are there and whole, without reading their rows.
func (s *Sink) checkFiles(t *tableState) error {
	if t == nil {
		return nil
	}
	for _, p := range t.Partitions {
		if p.Rows > 0 { // others are made anew
			if err := s.checkBase(t, p); err != nil {
				return err
			}
		}
		for _, f := range p.Waiting {
			if err := s.checkFile(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkBase looks at a partition's file. A merge that was broken off may have replaced it already.
func (s *Sink) checkBase(t *tableState, p *partition) error {
	err := s.checkFile(p.partFile)
	if err != nil && (s.files().arrived(p) || p.CRC32C == "" && s.isMerged(t, p)) {
		return nil
	}
	return err
}

func (s *Sink) checkFile(f partFile) error {
	path := filepath.Join(s.path, f.Name)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return missing(path)
	case err == nil && info.Size() == 0:
		return empty(path)
	case err == nil && info.Size() != f.Bytes && isOurs(path):
		return sink.Refused(path, "belongs to another state of this lake than its manifest: one of the two was put back alone",
			orReset("Restore the whole lake from one backup, into an empty folder. Without one: remove the file, then %s; the next sync reads everything again.", path))
	case err == nil && info.Size() != f.Bytes:
		return sink.Refused(path, fmt.Sprintf("has %d bytes, desklake wrote %d", info.Size(), f.Bytes), orReset(replace, path))
	}
	return err
}

// isMerged reports whether a partition's file is one that a merge of an earlier version has left behind, which did not
// announce it in the manifest: with rows that wait as well, or with the same rows and more columns.
func (s *Sink) isMerged(t *tableState, p *partition) bool {
	f, err := os.Open(filepath.Join(s.path, p.Name))
	if err != nil {
		return false
	}
	defer f.Close()
	content, err := footer(f)
	if err != nil {
		return false
	}
	text, _ := content.Lookup(schemaKey)
	columns, err := strconv.Atoi(text)
	return err == nil && (len(p.Waiting) > 0 || p.Schema < columns && columns <= t.Schema && content.NumRows() == p.Rows)
}

// check refuses a path where no lake can be. That of one of several sources stands in a folder that is made with it.
func (o Options) check(path string) error {
	root := filepath.Dir(path)
	if o.Source != "" {
		if err := checkPath(root); err != nil {
			return err
		}
		if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	if err := checkPath(path); err != nil {
		return err
	}
	return checkOwn(path)
}

// checkPath refuses what the operating system would report in its own words, or what would be created in the wrong place.
func checkPath(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.IsDir():
		return sink.Refused(path, "is not a folder", "Give sink.path the name of a folder, or of one that is to be made.")
	case err == nil:
		return nil
	}
	if err := checkFolder(path); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return sink.Refused(path, "its folder does not exist", "Create it: mkdir -p "+dir)
	case err == nil && !info.IsDir():
		return sink.Refused(path, dir+" is not a folder", "Give sink.path a place in a folder.")
	}
	return nil
}
