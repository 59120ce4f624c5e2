package parquet

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// A file of desklake's own tables has a seal: the checksum of itself, as if the seal was noSeal. So it is right as soon as it
// is in its place, also where a crash keeps that from the manifest.
const (
	sealKey = "desklake.crc32c" // among the file's metadata, where what follows has no other form:
	sealAt  = sealKey + "\x18\x08"
	noSeal  = "00000000"
)

// sealed is the option of a file that is to get a seal.
var sealed = []parquet.WriterOption{parquet.KeyValueMetadata(sealKey, noSeal)}

// seal puts the seal into a file that was written with the option.
func seal(content []byte) error {
	at := bytes.LastIndex(content, []byte(sealAt+noSeal))
	if at < 0 {
		return errors.New("there is no place for the seal")
	}
	copy(content[at+len(sealAt):], checksumText(crc32.Checksum(content, castagnoli)))
	return nil
}

// replaceSealed is replace for a file with a seal.
func (d disk) replaceSealed(path, drafts string, write func(io.Writer) error) error {
	return d.replace(path, drafts, func(to io.Writer) error {
		var content bytes.Buffer
		if err := write(&content); err != nil {
			return err
		}
		if err := seal(content.Bytes()); err != nil {
			return err
		}
		_, err := content.WriteTo(to)
		return err
	})
}

// mostMetadata is more than what a file of desklake's own tables says of itself, which stands at its end.
const mostMetadata = 4 << 20

// unsealed reads what a file says of itself, if its seal is right. Those of earlier versions have none.
func unsealed(f *os.File) (*parquet.File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	tail := make([]byte, min(info.Size(), mostMetadata))
	if _, err := f.ReadAt(tail, info.Size()-int64(len(tail))); err != nil {
		return nil, err
	}
	key := bytes.LastIndex(tail, []byte(sealKey))
	if key < 0 {
		return footer(f)
	}
	digits, found := bytes.CutPrefix(tail[key:], []byte(sealAt))
	if !found || len(digits) < len(noSeal) {
		return nil, errDamaged
	}
	at := info.Size() - int64(len(digits))
	behind := at + int64(len(noSeal))
	sum := crc32.New(castagnoli)
	_, err = io.Copy(sum, io.MultiReader(io.NewSectionReader(f, 0, at), strings.NewReader(noSeal), io.NewSectionReader(f, behind, info.Size()-behind)))
	if err != nil {
		return nil, err
	}
	if checksumText(sum.Sum32()) != string(digits[:len(noSeal)]) {
		return nil, errDamaged
	}
	return footer(f)
}
