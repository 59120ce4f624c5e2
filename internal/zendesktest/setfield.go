package zendesktest

// setField returns the object with the field set to raw JSON: in its place, or at the end where it is new.
func setField(object []byte, field, raw string) []byte {
	quoted := appendString(nil, field)
	depth, start := 0, 0
	for i := 0; i < len(object); i++ {
		switch object[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			start = i
			i = endOfString(object, i)
			if depth == 1 && i+1 < len(object) && object[i+1] == ':' && string(object[start:i+1]) == string(quoted) {
				from := i + 2
				to := endOfValue(object, from)
				return append(append(append([]byte(nil), object[:from]...), raw...), object[to:]...)
			}
		}
	}
	w := writer{b: append([]byte(nil), object[:len(object)-1]...)}
	w.comma()
	w.b = append(append(w.b, quoted...), ':')
	return append(append(w.b, raw...), '}')
}

// endOfString returns the position of the quote that ends the string that begins at from.
func endOfString(b []byte, from int) int {
	for i := from + 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(b) - 1
}

// endOfValue returns the position behind the value that begins at from.
func endOfValue(b []byte, from int) int {
	depth := 0
	for i := from; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = endOfString(b, i)
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(b)
}
