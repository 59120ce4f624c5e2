package sink

import (
	"math"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/schema"
)

// Age is what orders two versions of a row.
type Age struct {
	Version *int64 // the value of Table.Version, of a time in microseconds; nil where it is null, did not fit, or there is none
	Bound   int64  // the highest Version that can be true: when the row was extracted, in microseconds
}

// ahead is how far the source's clock may be ahead of this machine's.
const ahead = 5 * time.Minute

// NewAges returns what tells the age of a row with the values of Table.Version, which is of that type (zero where there is
// none), and _desklake_extracted_at; times are in microseconds. It asks the clock now, and is for one batch.
func NewAges(kind schema.Type) func(version *int64, extracted int64) Age {
	now := time.Now().Add(ahead).UnixMicro()
	return func(version *int64, extracted int64) Age {
		switch {
		case kind == schema.Int, // it is no time, and says nothing of one
			extracted > now && version != nil && *version <= now:
			extracted = math.MaxInt64
		case extracted > now: // the source's clock was wrong, and so may be what it says of the version
			extracted = math.MinInt64
		}
		return Age{Version: version, Bound: extracted}
	}
}

// Supersedes is the rule of Tx.Write: does a row of age a take the place of one of age b that was written before? Differs
// tells whether the two differ in a column of the source or in being deleted; it is only asked where that decides.
func (a Age) Supersedes(b Age, differs func() (bool, error)) (bool, error) {
	switch {
	case a.Version == nil || b.Version == nil || *a.Version == *b.Version:
		return differs()
	case *a.Version < *b.Version:
		return *b.Version > b.Bound && *a.Version >= b.Bound, nil
	}
	return true, nil
}

// Latest returns the positions of the rows of a batch that no later row of it supersedes, one a key, in the order
// in which the keys first appear.
func Latest(b schema.Batch) []int32 {
	key := b.Record.Column(b.Table.Column(b.Table.Key))
	age := Ages(b)
	switch key := key.(type) {
	case *array.Int64:
		return latest(int32(key.Len()), key.Value, age)
	case *array.String:
		return latest(int32(key.Len()), key.Value, age)
	}
	panic("sink: key of " + b.Table.Name + " is " + key.DataType().String())
}

func latest[K comparable](n int32, key func(int) K, age func(row int32) Age) []int32 {
	at := make(map[K]int32, n)
	rows := make([]int32, 0, n)
	for row := range n {
		k := key(int(row))
		i, repeated := at[k]
		if !repeated {
			at[k] = int32(len(rows))
			rows = append(rows, row)
		} else if later, _ := age(row).Supersedes(age(rows[i]), always); later {
			rows[i] = row
		}
	}
	return rows
}

func always() (bool, error) { return true, nil }

// Ages tells the ages of the rows of a batch.
func Ages(b schema.Batch) func(row int32) Age {
	extracted := b.Record.Column(b.Table.Column(schema.ExtractedAt)).(*array.Timestamp)
	version := func(int) *int64 { return nil }
	if b.Table.Version != "" {
		switch values := b.Record.Column(b.Table.Column(b.Table.Version)).(type) {
		case *array.Timestamp:
			version = func(row int) *int64 { return valid(values.IsValid(row), int64(values.Value(row))) }
		case *array.Int64:
			version = func(row int) *int64 { return valid(values.IsValid(row), values.Value(row)) }
		}
	}
	age := NewAges(b.Table.VersionType())
	return func(row int32) Age { return age(version(int(row)), int64(extracted.Value(int(row)))) }
}

func valid(is bool, v int64) *int64 {
	if !is {
		return nil
	}
	return &v
}
