package schema

import (
	"bytes"
	"strconv"

	"desklake/internal/jsonscan"
)

// exact reports that the shortest decimal that stands for f is the number that the text writes, so that
// nothing of it is lost. The text is a JSON number and f the nearest float.
func exact(text []byte, f float64) bool {
	// Fifteen digits always fit.
	if len(text) <= 15 && bytes.IndexByte(text, 'e') < 0 && bytes.IndexByte(text, 'E') < 0 {
		return true
	}
	var shortest [32]byte
	want, wantPoint := jsonscan.Significant(text)
	got, gotPoint := jsonscan.Significant(strconv.AppendFloat(shortest[:0], f, 'e', -1, 64))
	return bytes.Equal(want, got) && wantPoint == gotPoint
}
