package duckdb

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// How DuckDB lays a file out: three heads, then blocks, of the size that the second and the third head say. Each begins with a
// checksum of the rest of it.
const (
	headBlock     = 4096
	heads         = 3
	checksumBytes = 8
	blockSizeAt   = checksumBytes + 4*8 // in the second and the third head
	mostBlock     = 1 << 20
)

// isWhole reports that the checksums of all blocks of a file are right. Where it is false nothing is said: a block that is not
// used may hold anything, and another version of DuckDB may lay its file out otherwise.
func isWhole(ctx context.Context, path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	r := bufio.NewReaderSize(file, mostBlock)
	head := make([]byte, heads*headBlock)
	if _, err := io.ReadFull(r, head); err != nil {
		return false, ended(err)
	}
	size := binary.LittleEndian.Uint64(head[headBlock+blockSizeAt:])
	if size < headBlock || size > mostBlock || size&(size-1) != 0 {
		return false, nil
	}
	block := make([]byte, size)
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		switch _, err := io.ReadFull(r, block); {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, ended(err)
		}
		if binary.LittleEndian.Uint64(block) != checksum(block[checksumBytes:]) {
			return false, nil
		}
	}
}

// ended takes a file that ends too early for one of which nothing is said.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// checksum is DuckDB's, of a block of whole words.
func checksum(block []byte) uint64 {
	sum := uint64(5381)
	for ; len(block) >= 8; block = block[8:] {
		sum ^= binary.LittleEndian.Uint64(block) * 0xbf58476d1ce4e5b9
	}
	return sum
}

// readAll reads every block of an attached file that its tables use: DuckDB compares the checksums of what it reads.
func (s *Sink) readAll(ctx context.Context, database string) error {
	var tables []string
	err := s.own.query(ctx, "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $1", []any{database}, func(v []any) error {
		tables = append(tables, within(database, text(v[0]), text(v[1])))
		return nil
	})
	for _, table := range tables {
		if err == nil {
			_, err = s.own.queryInt(ctx, fmt.Sprintf("SELECT count(*) FROM %s AS t WHERE hash(t) = %d", table, uint64(math.MaxUint64)))
		}
	}
	return err
}
