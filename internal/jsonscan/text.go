package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendText appends the characters of a string to dst; nothing for every other kind.
func (v Value) AppendText(dst []byte) []byte {
	if v.Kind != String {
		return dst
	}
	rest := v.Raw[1 : len(v.Raw)-1]
	for v.Escaped() {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 {
			break
		}
		dst = append(dst, rest[:i]...)
		c := rest[i+1]
		rest = rest[i+2:]
		if c != 'u' {
			dst = append(dst, unescape[c])
			continue
		}
		r := rune(hex4(rest))
		rest = rest[4:]
		if utf16.IsSurrogate(r) {
			low := rune(utf8.RuneError)
			if len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u' {
				low = rune(hex4(rest[2:]))
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				rest = rest[6:]
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return append(dst, rest...)
}

// AppendJSON appends the value's bytes to dst, with \ufffd in place of every lone half of a surrogate pair, so
// that the strictest parser takes them.
func (v Value) AppendJSON(dst []byte) []byte {
	rest := v.Raw
	for v.Lone() {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 {
			break
		}
		n := i + 2
		if rest[i+1] == 'u' {
			n = i + 6
			switch r := hex4(rest[i+2:]); {
			case !utf16.IsSurrogate(rune(r)):
			case paired(rest[i:]):
				n = i + 12
			default:
				dst = append(dst, rest[:i]...)
				dst = append(dst, `\ufffd`...)
				rest = rest[n:]
				continue
			}
		}
		dst = append(dst, rest[:n]...)
		rest = rest[n:]
	}
	return append(dst, rest...)
}

// text goes behind the string at i, eight bytes at a time.
func (s *Scanner) text(i int, met flags) (int, flags) {
	b := s.buf
	i++
	for {
		if i+8 <= len(b) {
			m := special(binary.LittleEndian.Uint64(b[i:]))
			if m == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(m) / 8
		} else if i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' {
			i++
			continue
		}
		switch {
		case i >= len(b):
			return s.fail(i, ""), met
		case b[i] == '"':
			return i + 1, met
		case b[i] != '\\':
			return s.fail(i, "a control character must be escaped"), met
		}
		i, met = s.escape(i, met)
	}
}

// special marks, in the highest bit of each byte, the quotes, backslashes and control characters among eight
// bytes. Marks above the lowest one may be wrong.
func special(w uint64) uint64 {
	const ones, highs = math.MaxUint64 / 0xff, math.MaxUint64 / 0xff * 0x80
	low := (w ^ ones*0x02) - ones*0x21 // 0x02 takes the quote, and nothing else, among the control characters
	backslash := (w ^ ones*'\\') - ones
	return (low | backslash) &^ w & highs
}

// escape goes behind the escape at i, both halves of a surrogate pair at once.
func (s *Scanner) escape(i int, met flags) (int, flags) {
	met |= escaped
	rest := s.buf[i:]
	switch {
	case len(rest) >= 2 && unescape[rest[1]] != 0:
		return i + 2, met
	case len(rest) < 6 || rest[1] != 'u':
	case paired(rest):
		return i + 12, met
	default:
		if r := hex4(rest[2:]); r <= math.MaxUint16 {
			if utf16.IsSurrogate(rune(r)) {
				met |= lone
			}
			return i + 6, met
		}
	}
	return s.fail(i, "an escape was expected"), met
}

// paired reports that the escape \uXXXX of a surrogate, with which text begins, and the one behind it are the
// two halves of a character.
func paired(text []byte) bool {
	return len(text) >= 12 && text[6] == '\\' && text[7] == 'u' &&
		utf16.DecodeRune(rune(hex4(text[2:])), rune(hex4(text[8:]))) != utf8.RuneError
}

// unescape maps the letter of a short escape to what it stands for; 0 is no escape.
var unescape = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// hex4 is the number that the first four bytes write in hexadecimal. It is above 0xffff where they do not.
func hex4(b []byte) uint32 {
	b = b[:4]
	return nibble(b[0])<<12 | nibble(b[1])<<8 | nibble(b[2])<<4 | nibble(b[3])
}

func nibble(c byte) uint32 {
	switch letter := c | 0x20; {
	case '0' <= c && c <= '9':
		return uint32(c - '0')
	case 'a' <= letter && letter <= 'f':
		return uint32(letter-'a') + 10
	}
	return math.MaxUint16 + 1
}
