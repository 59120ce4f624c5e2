package parquet

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"

	"desklake/sink"
)

// field returns the first value of a leaf column. It stands at the leaf's own number, or behind that where lists in
// front of it have many elements.
func field(r parquet.Row, leaf int) *parquet.Value {
	for i := leaf; ; i++ {
		if r[i].Column() == leaf {
			return &r[i]
		}
	}
}

func (l *layout) keyOf(r parquet.Row) parquet.Value { return *field(r, l.key) }

// compareKeys orders two keys of one table: numbers by value, texts by their bytes.
func compareKeys(a, b parquet.Value) int {
	if a.Kind() == parquet.Int64 {
		return cmp.Compare(a.Int64(), b.Int64())
	}
	return bytes.Compare(a.ByteArray(), b.ByteArray())
}

// keyText and parseKey write keys into the manifest.
func keyText(k parquet.Value) string {
	if k.Kind() == parquet.Int64 {
		return strconv.FormatInt(k.Int64(), 10)
	}
	return string(k.ByteArray())
}

func (l *layout) parseKey(text string) parquet.Value {
	if !l.intKey {
		return parquet.ByteArrayValue([]byte(text))
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	return parquet.Int64Value(n)
}

func (l *layout) ageOf(r parquet.Row) sink.Age {
	var version parquet.Value
	if l.version >= 0 {
		version = *field(r, l.version)
	}
	return l.age(version, *field(r, l.extracted))
}

func (l *layout) age(version, extracted parquet.Value) sink.Age {
	return l.ages(instant(version), extracted.Int64())
}

// instant is a time in microseconds, nil for null.
func instant(v parquet.Value) *int64 {
	if v.IsNull() {
		return nil
	}
	return new(v.Int64())
}

func (l *layout) isDeleted(r parquet.Row) bool { return !field(r, l.deleted).IsNull() }

// set puts a value into a column outside of lists and structs; its level is that of a value.
func (l *layout) set(r parquet.Row, leaf int, v parquet.Value) {
	*field(r, leaf) = v.Level(0, l.leaves[leaf].depth, leaf)
}

// differ reports whether two versions of a row differ in a column of the source or in being deleted.
func (l *layout) differ(a, b parquet.Row) bool {
	for leaf, is := range l.leaves {
		x, y := valuesOf(a, leaf), valuesOf(b, leaf)
		a, b = a[len(x):], b[len(y):]
		switch {
		case leaf == l.deleted:
			if x[0].IsNull() != y[0].IsNull() {
				return true
			}
		case is.content && !equal(x, y):
			return true
		}
	}
	return false
}

// valuesOf are the values of a leaf column, of a row that begins with it.
func valuesOf(r parquet.Row, leaf int) []parquet.Value {
	n := 0
	for n < len(r) && r[n].Column() == leaf {
		n++
	}
	return r[:n]
}

func equal(x, y []parquet.Value) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i].DefinitionLevel() != y[i].DefinitionLevel() || !parquet.Equal(x[i], y[i]) {
			return false
		}
	}
	return true
}

// month is a partition of a table: the month of a row's creation in UTC, counted from year 0.
type month int32

const (
	noMonth month = math.MaxInt32     // of rows without a time of creation
	whole   month = math.MaxInt32 - 1 // of every row of a table that is not partitioned
)

func (l *layout) monthOf(r parquet.Row) month {
	if l.month < 0 {
		return whole
	}
	return monthOf(*field(r, l.month))
}

func monthOf(v parquet.Value) month {
	if v.IsNull() {
		return noMonth
	}
	return monthAt(v.Int64())
}

// monthAt is the month of a time in microseconds. What is in front of year 0 is in its first month.
func monthAt(micros int64) month {
	at := time.UnixMicro(micros).UTC()
	return max(0, month(at.Year()*12+int(at.Month())-1))
}

// String is the name of the partition's folder; empty for that of a table that is not partitioned. The one of rows without
// a time has a value like the others: Hive's name would make it a null, which Python's readers can't mix with values.
func (m month) String() string {
	switch m {
	case whole:
		return ""
	case noMonth:
		return "created_month=unknown"
	}
	return fmt.Sprintf("created_month=%04d-%02d", m/12, m%12+1)
}

// hiveName is what noMonth is called in the manifest, as its folder was called before manifestFormat 2: a version of
// desklake from then reads as far as the number of the format, and refuses that.
const hiveName = "created_month=__HIVE_DEFAULT_PARTITION__"

// MarshalText writes the partition into the manifest.
func (m month) MarshalText() ([]byte, error) {
	if m == noMonth {
		return []byte(hiveName), nil
	}
	return []byte(m.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (m *month) UnmarshalText(text []byte) error {
	switch string(text) {
	case whole.String():
		*m = whole
	case hiveName:
		*m = noMonth
	default:
		var year, number int
		if _, err := fmt.Sscanf(string(text), "created_month=%d-%d", &year, &number); err != nil {
			return fmt.Errorf("partition %q: %w", text, err)
		}
		if *m = month(year*12 + number - 1); number < 1 || number > 12 || m.String() != string(text) {
			return fmt.Errorf("partition %q is no month", text)
		}
	}
	return nil
}
