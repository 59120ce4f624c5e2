package config

import (
	"fmt"
	"strings"
)

// Nearest returns the word that is most like the misspelt one, or "" where none is like it.
func Nearest(misspelt string, words []string) string {
	nearest, least := "", (len(misspelt)+2)/3+1
	for _, word := range words {
		if d := distance(strings.ToLower(misspelt), word); d < least {
			nearest, least = word, d
		}
	}
	return nearest
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to get from a to b.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		above := row
		row = make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := above[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(above[j]+1, row[j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before = above
	}
	return row[len(b)]
}

// instead is the end of a sentence about an unknown word: the nearest of the known ones, or all of them.
func instead(unknown string, known []string) string {
	if nearest := Nearest(unknown, known); nearest != "" {
		return fmt.Sprintf(", did you mean %q?", nearest)
	}
	return ": write " + oneOf(known)
}

func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
