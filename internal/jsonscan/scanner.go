// Package jsonscan walks JSON text in place: strictly by RFC 8259, without allocating and without a tree.
//
// It owns the grammar and nothing else: which fields there are and what they mean is the caller's business.
// Use it where bodies are large and their shape is known; encoding/json is the better choice everywhere else.
// Start with Scanner, then read Value.
package jsonscan

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Scanner walks one JSON text from its begin to its end. A value that the caller does not read is skipped, and
// validated like any other; nesting of any depth is walked without recursion. The first mistake ends the walk:
// from then on Field and Element return false, Value returns the zero Value, and Err says what is wrong.
//
//	s := jsonscan.New(body)
//	if s.Object() {
//		for s.Field() {
//			switch string(s.Key().Text()) {
//			case "tickets":
//				if s.Array() {
//					for s.Element() {
//						ticket(s.Value())
//					}
//				}
//			case "after_cursor":
//				cursor = s.Value().Text()
//			}
//		}
//	}
//	err := s.End()
//
// Field and Element are for a container that was entered, and must be called until they return false. A Scanner is
// used by one goroutine.
type Scanner struct {
	buf   []byte
	pos   int
	state state
	met   flags // repaired, or nothing
	key   Value
	err   error

	// nesting holds, one bit a level, which of the containers beyond the first 64 are objects.
	nesting []uint64
}

type state uint8

const (
	unread state = iota // in front of a value
	opened              // behind the bracket that opens an array or object
	read                // behind a value
	failed
)

// New returns a scanner over body, which must stay as it is while values of it are in use. Where body is not
// UTF-8, it walks a copy in which U+FFFD stands for what is not; Repaired tells.
func New(body []byte) *Scanner {
	if utf8.Valid(body) {
		return &Scanner{buf: body}
	}
	return &Scanner{buf: bytes.ToValidUTF8(body, []byte("\uFFFD")), met: repaired}
}

// Valid returns nil if body is exactly one JSON value with nothing but white space around it, and a
// *SyntaxError otherwise. Like encoding/json it does not look into the encoding of strings.
func Valid(body []byte) error {
	s := Scanner{buf: body}
	return s.End()
}

// Repaired reports that the text was not UTF-8 and that U+FFFD stands where it was not.
func (s *Scanner) Repaired() bool { return s.met&repaired != 0 }

// Object enters the next value if it is an object, for Field to walk. If not, it returns false and the value is
// still there to be read.
func (s *Scanner) Object() bool { return s.enter('{') }

// Array enters the next value if it is an array, for Element to walk. If not, it returns false and the value is
// still there to be read.
func (s *Scanner) Array() bool { return s.enter('[') }

func (s *Scanner) enter(bracket byte) bool {
	if s.state != unread || s.peek() != bracket {
		return false
	}
	s.pos++
	s.state = opened
	return true
}

// Field goes to the object's next field: its Key is set, its value is next. At the object's end it leaves the
// object and returns false.
func (s *Scanner) Field() bool {
	if !s.next('}') {
		return false
	}
	c, start := at(s.buf, s.pos)
	if c != '"' {
		s.fail(start, "a key was expected")
		return false
	}
	end, met := s.text(start, s.met)
	s.key = Value{Raw: s.buf[start:end:end], Kind: String, met: met}
	c, colon := at(s.buf, end)
	if c != ':' {
		s.fail(colon, "a colon was expected")
		return false
	}
	s.pos = colon + 1
	s.state = unread
	return true
}

// Key is the key of the field that Field went to, a string.
func (s *Scanner) Key() Value { return s.key }

// Element goes to the array's next element: it is the next value. At the array's end it leaves the array and
// returns false.
func (s *Scanner) Element() bool {
	if !s.next(']') {
		return false
	}
	s.state = unread
	return true
}

// next goes behind the comma in front of the next member, or leaves the container.
func (s *Scanner) next(bracket byte) bool {
	if s.state == unread {
		s.Value()
	}
	if s.state == failed {
		return false
	}
	c, i := at(s.buf, s.pos)
	switch {
	case c == bracket:
		s.pos = i + 1
		s.state = read
		return false
	case s.state == opened:
		return true
	case c == ',':
		s.pos = i + 1
		return true
	}
	s.fail(i, "a comma or a closing bracket was expected")
	return false
}

// Value reads the next value. It returns the zero Value where there is none.
func (s *Scanner) Value() Value {
	if s.state != unread {
		s.fail(s.pos, "no value is left here")
		return Value{}
	}
	c, start := at(s.buf, s.pos)
	var (
		end   int
		met   = s.met
		depth int32
		kind  = kinds[c]
	)
	switch kind {
	case String:
		end, met = s.text(start, s.met)
	case Array, Object:
		end, met, depth = s.container(start, s.met)
	default:
		end = s.scalar(c, start)
	}
	if s.state == failed {
		return Value{}
	}
	s.pos = end
	s.state = read
	return Value{Raw: s.buf[start:end:end], Kind: kind, met: met, Depth: depth}
}

// kinds maps the first byte of a value to its kind.
var kinds = [256]Kind{
	'n': Null, 't': Bool, 'f': Bool, '"': String, '[': Array, '{': Object, '-': Number,
	'0': Number, '1': Number, '2': Number, '3': Number, '4': Number,
	'5': Number, '6': Number, '7': Number, '8': Number, '9': Number,
}

// Offset is the position of the next value, or of whatever else comes next, in bytes from the begin.
func (s *Scanner) Offset() int {
	s.peek()
	return s.pos
}

// Since returns the text from an earlier Offset to here.
func (s *Scanner) Since(offset int) []byte { return s.buf[offset:s.pos] }

// End reads what is left and returns Err. The text is valid if it returns nil.
func (s *Scanner) End() error {
	if s.state == unread {
		s.Value()
	}
	if s.state != failed {
		if s.peek(); s.pos < len(s.buf) {
			s.fail(s.pos, "the end was expected")
		}
	}
	return s.err
}

// Err returns the first mistake in what was walked so far, a *SyntaxError, or nil.
func (s *Scanner) Err() error { return s.err }

// SyntaxError is a mistake in a JSON text. It says nothing of the text itself, which may be confidential.
type SyntaxError struct {
	Offset int // of the first byte that does not fit, from the begin of the text
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Reason)
}

// fail records the first mistake and returns the end of the text, where nothing more is read.
func (s *Scanner) fail(offset int, reason string) int {
	end := len(s.buf)
	if s.state != failed {
		if offset >= end {
			offset, reason = end, "the text ends too early"
		}
		s.state = failed
		s.err = &SyntaxError{Offset: offset, Reason: reason}
	}
	s.pos = end
	return end
}

// peek goes to the next byte that is not white space and returns it, or 0. See at.
func (s *Scanner) peek() byte {
	var c byte
	c, s.pos = at(s.buf, s.pos)
	return c
}
