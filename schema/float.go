package schema

import (
	"bytes"
	"math"
	"strconv"
)

// exact reports that the shortest decimal that stands for f is the number that the text writes, so that
// nothing of it is lost. The text is a JSON number and f the nearest float.
func exact(text []byte, f float64) bool {
	// Fifteen digits always fit.
	if len(text) <= 15 && bytes.IndexByte(text, 'e') < 0 && bytes.IndexByte(text, 'E') < 0 {
		return true
	}
	var shortest [32]byte
	want, wantPoint := significant(text)
	got, gotPoint := significant(strconv.AppendFloat(shortest[:0], f, 'e', -1, 64))
	return bytes.Equal(want, got) && wantPoint == gotPoint
}

// significant returns the digits of a number without zeros at either end, and where its decimal point is: the
// number is 0.DIGITS times ten to the power of point.
func significant(text []byte) (digits []byte, point int64) {
	text = bytes.TrimPrefix(text, []byte("-"))
	if i := bytes.IndexAny(text, "eE"); i >= 0 {
		exponent, err := strconv.ParseInt(string(text[i+1:]), 10, 32)
		if err != nil {
			exponent = math.MinInt32 // of a number too small for a float; a larger one is none at all
		}
		text, point = text[:i], exponent
	}
	whole, fraction, _ := bytes.Cut(text, []byte("."))
	point += int64(len(whole))
	digits = append(append(digits, whole...), fraction...)
	significant := bytes.TrimLeft(digits, "0")
	point -= int64(len(digits) - len(significant))
	significant = bytes.TrimRight(significant, "0")
	if len(significant) == 0 {
		return nil, 0
	}
	return significant, point
}
