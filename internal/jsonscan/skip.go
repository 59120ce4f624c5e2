package jsonscan

// The methods of this file go behind something that begins at position i, or is expected there, and return the
// position behind it. After a mistake that is the end of the text, and fail has recorded it.

// flags is what was met on the way.
type flags uint8

const (
	escaped  flags = 1 << iota // an escape
	lone                       // an escape of half a surrogate pair
	repaired                   // a text that was not UTF-8
)

// container goes behind the array or object at i and counts how deep it is.
func (s *Scanner) container(i int, met flags) (end int, all flags, deepest int32) {
	var (
		b     = s.buf
		c     byte
		depth int32
		kinds uint64 // of the containers we are in, the innermost lowest: 1 is an object
	)
	for {
		// In front of a value.
		switch c, i = at(b, i); c {
		case '{', '[':
			if depth > 0 && depth%64 == 0 {
				s.nesting = append(s.nesting, kinds)
			}
			depth++
			deepest = max(deepest, depth)
			kinds = kinds<<1 | uint64(c>>5&1) // { is 0x7b, [ is 0x5b
			closing := c + 2
			if c, i = at(b, i+1); c == closing {
				break
			}
			if closing == '}' {
				i, met = s.member(i, met)
			}
			continue
		case '"':
			i, met = s.text(i, met)
		default:
			i = s.scalar(c, i)
		}

		// Behind a value, or in front of the bracket that closes an empty container.
		for {
			object := kinds&1 == 1
			if c, i = at(b, i); c == ',' {
				i++
				if object {
					i, met = s.member(i, met)
				}
				break
			}
			if object && c != '}' || !object && c != ']' {
				return s.fail(i, "a comma or a closing bracket was expected"), met, deepest
			}
			i++
			depth--
			kinds >>= 1
			if depth == 0 {
				return i, met, deepest
			}
			if depth%64 == 0 {
				last := len(s.nesting) - 1
				kinds, s.nesting = s.nesting[last], s.nesting[:last]
			}
		}
	}
}

// member goes behind a key and its colon.
func (s *Scanner) member(i int, met flags) (int, flags) {
	c, i := at(s.buf, i)
	if c != '"' {
		return s.fail(i, "a key was expected"), met
	}
	i, met = s.text(i, met)
	if c, i = at(s.buf, i); c != ':' {
		return s.fail(i, "a colon was expected"), met
	}
	return i + 1, met
}

// at returns the first byte at or behind i that is not white space, and its position. The byte is 0 at the end,
// and where it is a control character.
func at(b []byte, i int) (byte, int) {
	if i < len(b) && b[i] > ' ' {
		return b[i], i
	}
	return afterSpace(b, i)
}

func afterSpace(b []byte, i int) (byte, int) {
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c > ' ':
			return c, i
		case c != ' ' && c != '\n' && c != '\t' && c != '\r':
			return 0, i
		}
	}
	return 0, i
}
