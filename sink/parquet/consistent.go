package parquet

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"desklake/schema"
)

// consistent returns an error where the manifest contradicts itself. What is left of it is not what was committed, and
// rows would be lost or doubled by what it says.
func (m *manifest) consistent() error {
	for name, t := range m.Tables {
		err := errors.New("it is null")
		if t != nil {
			err = t.hasItsColumns()
		}
		if err == nil {
			err = t.hasItsFiles(name, m.Format)
		}
		if err != nil {
			return fmt.Errorf("table %q: %w", name, err)
		}
	}
	return nil
}

func (t *tableState) hasItsColumns() error {
	names := map[string]bool{"": true}
	for _, c := range t.Columns {
		if names[c.Name] {
			return fmt.Errorf("two columns are called %q", c.Name)
		}
		names[c.Name] = true
	}
	for _, name := range []string{t.Key, t.Version, t.Month, schema.ExtractedAt, schema.RunID, schema.DeletedAt} {
		if !names[name] {
			return fmt.Errorf("there is no column %q", name)
		}
	}
	return nil
}

func (t *tableState) hasItsFiles(table string, format int) error {
	if filepath.Base(table) != table || table == own {
		return errors.New("no folder is called that")
	}
	waits := map[string]bool{}
	for at, p := range t.Partitions {
		err := errors.New("it is null")
		if p != nil {
			err = p.fits(t, partFolder(at, format), table)
		}
		if err == nil && (at == whole) != (t.Month == "") {
			err = errors.New("the table has none of the kind")
		}
		if err != nil {
			return fmt.Errorf("partition %q: %w", at, err)
		}
		for _, f := range p.Waiting {
			if waits[f.Name] {
				return fmt.Errorf("%s waits twice", f.Name)
			}
			waits[f.Name] = true
		}
	}
	return nil
}

// partFolder is the name of a partition's folder in a manifest of a format.
func partFolder(at month, format int) string {
	if at == noMonth && format < 2 {
		return hiveName
	}
	return at.String()
}

// fits wants that a partition is the one that is in a folder of a table.
func (p *partition) fits(t *tableState, folder, table string) error {
	file := filepath.Join(table, folder, table+".parquet")
	switch {
	case p.Name == "" && (p.Rows != 0 || p.Live != 0):
		return errors.New("it has rows and no file")
	case p.Name != "" && p.Name != file:
		return fmt.Errorf("its file is called %s", p.Name)
	case p.Live < 0 || p.Live > p.Rows || p.Schema < 0 || p.Schema > t.Schema:
		return fmt.Errorf("%d of %d rows are live, with columns %d of %d", p.Live, p.Rows, p.Schema, t.Schema)
	}
	for _, f := range p.Waiting {
		dir, name := filepath.Split(f.Name)
		if filepath.Clean(dir) != filepath.Join(waiting, table) || !isWaiting(name, folder) {
			return fmt.Errorf("%s waits for it", f.Name)
		}
	}
	for _, f := range p.files() {
		if err := f.isPlausible(t); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if p.Next == nil {
		return nil
	}
	if p.Next.Name != file || p.Next.Waiting != nil || p.Next.Next != nil {
		return errors.New("no merge makes that of it")
	}
	return p.Next.fits(t, folder, table)
}

// isWaiting reports whether a file in the folder for what waits is for a partition. Those without a month had Hive's name.
func isWaiting(name, folder string) bool {
	_, part, _ := strings.Cut(strings.TrimSuffix(name, ".parquet"), ".")
	return part == cmp.Or(folder, "all") || part == hiveName && folder == noMonth.String()
}

func (f *partFile) isPlausible(t *tableState) error {
	sum, err := strconv.ParseUint(f.CRC32C, 16, 32)
	if f.Bytes <= 0 || f.Rows < 0 || f.CRC32C != "" && (err != nil || checksumText(uint32(sum)) != f.CRC32C) {
		return fmt.Errorf("it has %d bytes, %d rows and the checksum %q", f.Bytes, f.Rows, f.CRC32C)
	}
	if f.Rows == 0 {
		return nil
	}
	order := cmp.Compare(f.Min, f.Max)
	if i := slices.IndexFunc(t.Columns, func(c column) bool { return c.Name == t.Key }); schema.Type(t.Columns[i].Type) == schema.Int {
		first, err1 := strconv.ParseInt(f.Min, 10, 64)
		last, err2 := strconv.ParseInt(f.Max, 10, 64)
		if err := cmp.Or(err1, err2); err != nil {
			return err
		}
		order = cmp.Compare(first, last)
	}
	if order > 0 {
		return errors.New("its last key is in front of its first one")
	}
	return nil
}
