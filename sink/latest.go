package sink

import (
	"cmp"

	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/schema"
)

// Age is what orders two versions of a row.
type Age struct {
	Version   *int64 // the value of Table.Version in microseconds; nil where it is null or there is none
	Extracted int64  // the value of _desklake_extracted_at in microseconds
}

// Compare orders by version, null first, then by time of extraction.
func (a Age) Compare(b Age) int {
	return cmp.Or(a.compareVersion(b), cmp.Compare(a.Extracted, b.Extracted))
}

func (a Age) compareVersion(b Age) int {
	if a.Version == nil || b.Version == nil {
		return cmp.Compare(bit(a.Version != nil), bit(b.Version != nil))
	}
	return cmp.Compare(*a.Version, *b.Version)
}

// Supersedes is the rule of Tx.Write: does a row of age a take the place of one of age b? Differs tells whether the
// two differ in a column of the source or in being deleted; it is only asked where that decides.
func (a Age) Supersedes(b Age, differs func() (bool, error)) (bool, error) {
	switch order := a.compareVersion(b); {
	case order != 0:
		return order > 0, nil
	case a.Extracted < b.Extracted:
		return false, nil
	}
	return differs()
}

// Latest returns the positions of the rows of a batch that no other row of it supersedes, one a key, in the order
// in which the keys first appear. Of two rows with one key the later version stays, by the rule of Tx.Write; of two
// that are equal in version and time of extraction, the one that stands later in the batch.
func Latest(b schema.Batch) []int32 {
	key := b.Record.Column(b.Table.Column(b.Table.Key))
	compare := versions(b)
	switch key := key.(type) {
	case *array.Int64:
		return latest(int32(key.Len()), key.Value, compare)
	case *array.String:
		return latest(int32(key.Len()), key.Value, compare)
	}
	panic("sink: key of " + b.Table.Name + " is " + key.DataType().String())
}

func latest[K comparable](n int32, key func(int) K, compare func(a, b int32) int) []int32 {
	at := make(map[K]int32, n)
	rows := make([]int32, 0, n)
	for row := range n {
		k := key(int(row))
		i, repeated := at[k]
		switch {
		case !repeated:
			at[k] = int32(len(rows))
			rows = append(rows, row)
		case compare(row, rows[i]) >= 0:
			rows[i] = row
		}
	}
	return rows
}

// versions orders two rows of a batch by their ages.
func versions(b schema.Batch) func(x, y int32) int {
	extracted := b.Record.Column(b.Table.Column(schema.ExtractedAt)).(*array.Timestamp)
	var version *array.Timestamp
	if b.Table.Version != "" {
		version = b.Record.Column(b.Table.Column(b.Table.Version)).(*array.Timestamp)
	}
	age := func(row int32) (a Age) {
		a.Extracted = int64(extracted.Value(int(row)))
		if version != nil && version.IsValid(int(row)) {
			a.Version = new(int64(version.Value(int(row))))
		}
		return a
	}
	return func(x, y int32) int { return age(x).Compare(age(y)) }
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
