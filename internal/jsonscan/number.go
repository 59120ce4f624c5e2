package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// Int returns a number that is whole, exactly, however it is written: 12, 12.0 and 1.2e1 are the same. ok is false for
// everything else: other kinds, numbers outside of int64 or with a fraction, and -0, which no integer can hold.
func (v Value) Int() (n int64, ok bool) {
	if v.Kind != Number {
		return 0, false
	}
	digits := bytes.TrimPrefix(v.Raw, []byte("-"))
	u, ok := whole(digits, 0)
	if !ok {
		significant, point := Significant(digits)
		if point < int64(len(significant)) || point > int64(maxDigits) {
			return 0, false
		}
		if u, ok = whole(significant, int(point)-len(significant)); !ok {
			return 0, false
		}
	}
	switch negative := len(digits) < len(v.Raw); {
	case negative && 0 < u && u <= 1<<63:
		return int64(-u), true
	case !negative && u <= math.MaxInt64:
		return int64(u), true
	}
	return 0, false
}

// Whole returns what Int does, and also what it would of a number that stands in a string: "12" is 12, but "012", "+12"
// and " 12" are no numbers of JSON.
func (v Value) Whole() (n int64, ok bool) {
	if v.Kind != String {
		return v.Int()
	}
	s := Scanner{buf: v.Text()}
	if end := s.number(0); s.err != nil || end < len(s.buf) {
		return 0, false
	}
	return Value{Raw: s.buf, Kind: Number}.Int()
}

const maxDigits = len("9223372036854775808") // a uint64 holds every number of as many

// whole is the number that the digits write with so many zeros behind them. ok is false where one is no digit, and
// where there may be too many.
func whole(digits []byte, zeros int) (u uint64, ok bool) {
	if len(digits)+zeros > maxDigits {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		u = u*10 + uint64(c-'0')
	}
	for range zeros {
		u *= 10
	}
	return u, true
}

// Significant returns the digits of a JSON number without zeros at either end, and where its decimal point is: the
// number is 0.DIGITS times ten to the power of point. Its sign is left out, and zero has no digits.
func Significant(number []byte) (digits []byte, point int64) {
	number = bytes.TrimPrefix(number, []byte("-"))
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		exponent, err := strconv.ParseInt(string(number[i+1:]), 10, 32)
		if err != nil {
			exponent = math.MinInt32 // of a number too small for anything, or too large
		}
		number, point = number[:i], exponent
	}
	whole, fraction, _ := bytes.Cut(number, []byte("."))
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
