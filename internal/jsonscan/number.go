package jsonscan

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// Int returns a number that is written as a whole one, exactly. ok is false for everything else: other kinds,
// numbers outside of int64, those with a fraction or an exponent, and -0, which no integer can hold.
func (v Value) Int() (n int64, ok bool) {
	if v.Kind != Number {
		return 0, false
	}
	digits := v.Raw
	negative := digits[0] == '-'
	if negative {
		digits = digits[1:]
	}
	if len(digits) > len("9223372036854775808") {
		return 0, false
	}
	var u uint64 // holds every number of 19 digits
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		u = u*10 + uint64(c-'0')
	}
	switch {
	case !negative:
		return int64(u), u <= math.MaxInt64
	case u == 0 || u > 1<<63:
		return 0, false
	}
	return int64(-u), true
}

// Float returns the 64-bit float that is nearest to a number. ok is false for other kinds, and for numbers
// that are too large.
func (v Value) Float() (f float64, ok bool) {
	if v.Kind != Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v.Raw), 64)
	return f, err == nil
}

// scalar goes behind the literal or number at i, which begins with c.
func (s *Scanner) scalar(c byte, i int) int {
	switch c {
	case 't':
		return s.literal(i, "true")
	case 'f':
		return s.literal(i, "false")
	case 'n':
		return s.literal(i, "null")
	}
	return s.number(i)
}

func (s *Scanner) literal(i int, word string) int {
	if end := i + len(word); end <= len(s.buf) && string(s.buf[i:end]) == word {
		return end
	}
	return s.fail(i, "a value was expected")
}

func (s *Scanner) number(i int) int {
	b := s.buf
	start := i
	if is(b, i, '-') {
		i++
	}
	if first := i; is(b, i, '0') {
		i++
	} else if i = digits(b, i); i == first {
		if i == start {
			return s.fail(i, "a value was expected")
		}
		return s.fail(i, "a digit was expected")
	}
	if is(b, i, '.') {
		first := i + 1
		if i = digits(b, first); i == first {
			return s.fail(i, "a digit was expected")
		}
	}
	if is(b, i, 'e') || is(b, i, 'E') {
		i++
		if is(b, i, '+') || is(b, i, '-') {
			i++
		}
		first := i
		if i = digits(b, first); i == first {
			return s.fail(i, "a digit was expected")
		}
	}
	return i
}

// digits returns the position behind the digits at i, if there are any, eight bytes at a time.
func digits(b []byte, i int) int {
	const ones, highs = math.MaxUint64 / 0xff, math.MaxUint64 / 0xff * 0x80
	for i+8 <= len(b) {
		// Digits become 0 to 9; adding 0x76 sets the highest bit of what is more. Marks above the lowest
		// one may be wrong.
		w := binary.LittleEndian.Uint64(b[i:]) ^ ones*'0'
		if m := (w + ones*0x76 | w) & highs; m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
		i += 8
	}
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

func is(b []byte, i int, c byte) bool { return i < len(b) && b[i] == c }
