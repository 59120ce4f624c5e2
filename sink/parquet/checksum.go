package parquet

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"sync"
)

// castagnoli is the polynomial of the checksums: that for which processors have an instruction.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksumText is a checksum as the manifest has it.
func checksumText(sum uint32) string { return fmt.Sprintf("%08x", sum) }

// errDamaged is the error of content that does not have its checksum.
var errDamaged = errors.New("its content is not what desklake wrote")

// compare reads the file of a table and compares it with its checksum. Parquet's own checksums don't cover all of it: not
// the dictionaries, as they are read here, nor the page index, the Bloom filters and the schema. Files of earlier versions
// of desklake have none.
func compare(in files, f partFile) error {
	if f.CRC32C == "" {
		return nil
	}
	path := in.path(f.Name)
	opened, err := in.open(f.Name)
	if err != nil {
		return damaged(path, err)
	}
	defer opened.Close()
	sum := crc32.New(castagnoli)
	if _, err := io.CopyBuffer(sum, io.NewSectionReader(opened, 0, math.MaxInt64), make([]byte, 256<<10)); err != nil {
		return damaged(path, err)
	}
	if checksumText(sum.Sum32()) != f.CRC32C {
		return damaged(path, errDamaged)
	}
	return nil
}

// compared are files that were compared with their checksums, for those of whose rows only some are looked up. What reads
// a file whole compares it each time.
type compared struct {
	mu    sync.Mutex
	whole map[string]string // the checksum by path
}

// once compares a file that was not compared yet.
func (c *compared) once(in files, f partFile) error {
	path := in.path(f.Name)
	c.mu.Lock()
	known := c.whole[path] == f.CRC32C
	c.mu.Unlock()
	if known || f.CRC32C == "" {
		return nil
	}
	if err := compare(in, f); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole[path] = f.CRC32C
	return nil
}
