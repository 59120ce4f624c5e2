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

// Deletion is what a row says of whether it is gone.
type Deletion struct {
	Said bool   // it says either
	At   *int64 // when it was learnt that it is gone, in microseconds; nil otherwise
}

// Over is when a row was learnt to be gone that says this, where it takes the place of one of which that was learnt at was; nil
// for one that lives, both.
func (d Deletion) Over(was *int64) (at *int64) {
	if !d.Said || d.At != nil && was != nil {
		return was
	}
	return d.At
}

// Latest returns the positions of the rows of a batch that no later row of it supersedes, one a key, in the order
// in which the keys first appear; and what each says of whether it is gone, or, where it says nothing, what the one said whose
// place it took.
func Latest(b schema.Batch) (rows []int32, deletion func(row int32) Deletion) {
	l := latest{age: Ages(b), says: deletions(b), said: map[int32]Deletion{}}
	switch key := b.Record.Column(b.Table.Column(b.Table.Key)).(type) {
	case *array.Int64:
		return latestOf(l, int32(key.Len()), key.Value), l.deletion
	case *array.String:
		return latestOf(l, int32(key.Len()), key.Value), l.deletion
	}
	panic("sink: key of " + b.Table.Name + " is neither a number nor a text")
}

type latest struct {
	age  func(row int32) Age
	says func(row int32) Deletion
	said map[int32]Deletion // of rows that say nothing, by what they followed
}

func latestOf[K comparable](l latest, n int32, key func(int) K) []int32 {
	at := make(map[K]int32, n)
	rows := make([]int32, 0, n)
	for row := range n {
		k := key(int(row))
		i, repeated := at[k]
		if !repeated {
			at[k] = int32(len(rows))
			rows = append(rows, row)
		} else if later, _ := l.age(row).Supersedes(l.age(rows[i]), always); later {
			if before := l.deletion(rows[i]); before.Said && !l.says(row).Said {
				l.said[row] = before
			}
			rows[i] = row
		}
	}
	return rows
}

func (l latest) deletion(row int32) Deletion {
	if d, followed := l.said[row]; followed {
		return d
	}
	return l.says(row)
}

// deletions tells what each row of a batch says itself. One says nothing that has no value, or an empty text, in a column of which
// another value says that it lives; in a table without versions, of complete readings, a row that is there lives.
func deletions(b schema.Batch) func(row int32) Deletion {
	at := b.Record.Column(b.Table.Column(schema.DeletedAt)).(*array.Timestamp)
	said := func(int) bool { return true }
	if b.Table.Version != "" && b.Table.Deleted.Value != "" {
		held := b.Record.Column(b.Table.Column(b.Table.Deleted.Column))
		said = held.IsValid
		if texts, is := held.(*array.String); is {
			said = func(row int) bool { return texts.IsValid(row) && texts.Value(row) != "" }
		}
	}
	return func(row int32) Deletion {
		return Deletion{Said: said(int(row)), At: valid(at.IsValid(int(row)), int64(at.Value(int(row))))}
	}
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
