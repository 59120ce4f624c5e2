package book

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"desklake/schema"
)

// MarshalJSON writes a row as an object with the names of the columns, without those that are null.
func (r Run) MarshalJSON() ([]byte, error) { return Runs.marshal(&r) }

// UnmarshalJSON reads what MarshalJSON wrote, of any version.
func (r *Run) UnmarshalJSON(text []byte) error { return Runs.unmarshal(text, r) }

// MarshalJSON writes a row as that of Run does.
func (l Load) MarshalJSON() ([]byte, error) { return Loads.marshal(&l) }

// UnmarshalJSON reads a row as that of Run does.
func (l *Load) UnmarshalJSON(text []byte) error { return Loads.unmarshal(text, l) }

// MarshalJSON writes a row as that of Run does.
func (c Checkpoint) MarshalJSON() ([]byte, error) { return Checkpoints.marshal(&c) }

// UnmarshalJSON reads a row as that of Run does.
func (c *Checkpoint) UnmarshalJSON(text []byte) error { return Checkpoints.unmarshal(text, c) }

// MarshalJSON writes a row as that of Run does.
func (i Issue) MarshalJSON() ([]byte, error) { return Issues.marshal(&i) }

// UnmarshalJSON reads a row as that of Run does.
func (i *Issue) UnmarshalJSON(text []byte) error { return Issues.unmarshal(text, i) }

func (t *Table[T]) marshal(row *T) ([]byte, error) {
	var b bytes.Buffer
	for i := range t.Columns {
		v := t.Columns[i].Value(row)
		if v == nil {
			continue
		}
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, ",%q:%s", t.Columns[i].Name, text)
	}
	return append(append([]byte("{"), bytes.TrimPrefix(b.Bytes(), []byte(","))...), '}'), nil
}

func (t *Table[T]) unmarshal(text []byte, row *T) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		raw, there := fields[c.Name]
		if !there {
			continue
		}
		v, err := parse(c.Type, raw)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		c.Set(row, v)
	}
	return nil
}

// parse reads the value of a column; nil for null.
func parse(kind schema.Type, raw json.RawMessage) (any, error) {
	switch kind {
	case schema.Int:
		return parseAs[int64](raw)
	case schema.Float:
		return parseAs[float64](raw)
	case schema.Time:
		return parseAs[time.Time](raw)
	case schema.Texts:
		return parseAs[[]string](raw)
	}
	return parseAs[string](raw)
}

func parseAs[V any](raw json.RawMessage) (any, error) {
	var v *V
	if err := json.Unmarshal(raw, &v); err != nil || v == nil {
		return nil, err
	}
	return *v, nil
}
