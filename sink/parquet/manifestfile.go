package parquet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"desklake/sink"
	"desklake/state"
)

// readManifest reads the manifest of a lake; a new one where nothing was stored yet.
func readManifest(lake string) (*manifest, error) {
	path := filepath.Join(lake, manifestName)
	m := &manifest{}
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Join(lake, waiting)); err == nil { // which is made behind it
			return nil, sink.Refused(path, "is missing", "Put the file back from a copy, or choose another sink.path and sync again.")
		}
		m.Format, m.Chapter = manifestFormat, 1
	case err != nil:
		return nil, err
	default:
		if err := m.read(path, content); err != nil {
			return nil, err
		}
	}
	if m.Tables == nil {
		m.Tables, m.Checkpoints, m.Commits = map[string]*tableState{}, map[string]state.Checkpoint{}, map[string]int{}
	}
	return m, nil
}

// read reads the manifest's file, of which a later format may have changed anything but the number.
func (m *manifest) read(path string, content []byte) error {
	harmed := func(problem string) error {
		return sink.Refused(path, problem, "Put the file back from a copy of the whole lake, or choose another sink.path and sync again.")
	}
	var of struct {
		Format int
		CRC32C string
	}
	err := json.Unmarshal(content, &of)
	if err == nil && (of.Format < 1 || of.Format > manifestFormat) {
		return sink.Refused(path, fmt.Sprintf("has format %d, this version of desklake knows %d", of.Format, manifestFormat),
			"Use the version that wrote it, or a later one.")
	}
	if err == nil && of.CRC32C != "" && !bytes.HasSuffix(content, manifestEnd(content[:max(0, len(content)-len(manifestEnd(nil)))])) {
		return harmed("is damaged: its content is not what desklake wrote")
	}
	if err == nil {
		err = json.Unmarshal(content, m)
	}
	if err != nil {
		return harmed("can't be read: " + err.Error())
	}
	if err := m.consistent(); err != nil {
		return harmed("contradicts itself: " + err.Error())
	}
	return nil
}

// manifestEnd is the end of a manifest's file: the checksum of all that is in front of it. The file of an earlier version of
// desklake has none, and an earlier version reads past it.
func manifestEnd(content []byte) []byte {
	return fmt.Appendf(nil, ",\"CRC32C\":%q}\n", checksumText(crc32.Checksum(content, castagnoli)))
}

func (m *manifest) write(w io.Writer) error {
	var content bytes.Buffer
	e := json.NewEncoder(&content)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return err
	}
	content.Truncate(content.Len() - len("}\n"))
	content.Write(manifestEnd(content.Bytes()))
	_, err := content.WriteTo(w)
	return err
}
