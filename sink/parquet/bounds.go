package parquet

import (
	"slices"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
)

// boundedText is the type of a text that may be large. The footer of a file has the least and the greatest value of each row
// group, whole: whoever opens the file would hold two of the largest texts for each column. What bounds them does as well.
type boundedText struct{ parquet.Type }

// boundBytes is from which length on a bound is cut.
const boundBytes = 256

// NewColumnBuffer implements parquet.Type.
func (t boundedText) NewColumnBuffer(columnIndex, numValues int) parquet.ColumnBuffer {
	return boundedBuffer{t.Type.NewColumnBuffer(columnIndex, numValues)}
}

type boundedBuffer struct{ parquet.ColumnBuffer }

// Clone implements parquet.ColumnBuffer.
func (b boundedBuffer) Clone() parquet.ColumnBuffer { return boundedBuffer{b.ColumnBuffer.Clone()} }

// Page implements parquet.ColumnBuffer.
func (b boundedBuffer) Page() parquet.Page { return boundedPage{b.ColumnBuffer.Page()} }

type boundedPage struct{ parquet.Page }

// Bounds implements parquet.Page.
func (p boundedPage) Bounds() (least, greatest parquet.Value, ok bool) {
	if least, greatest, ok = p.Page.Bounds(); ok {
		least, greatest = parquet.ByteArrayValue(below(least.ByteArray())), parquet.ByteArrayValue(above(greatest.ByteArray()))
	}
	return least, greatest, ok
}

// below is a text of at most boundBytes that is not greater.
func below(text []byte) []byte {
	if len(text) <= boundBytes {
		return text
	}
	end := boundBytes
	for end > boundBytes-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// above is one that is not less: the same with the next character at its end. There is none if all of it is the last one.
func above(text []byte) []byte {
	if len(text) <= boundBytes {
		return text
	}
	for front := below(text); len(front) > 0; {
		last, size := utf8.DecodeLastRune(front)
		front = front[:len(front)-size]
		switch {
		case last == utf8.RuneError && size == 1: // no UTF-8
			return text
		case last == utf8.MaxRune:
			continue
		case last == beforeSurrogates:
			last = behindSurrogates - 1
		}
		return utf8.AppendRune(slices.Clone(front), last+1)
	}
	return text
}

// Between these two no code point is a character.
const beforeSurrogates, behindSurrogates = 0xD7FF, 0xE000
