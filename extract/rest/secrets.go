package rest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// blot stands where a secret was.
const blot = "***"

const (
	shortestSecret = 4  // in bytes; what is shorter can't be told from other text
	secretPiece    = 8  // as much of a secret as is not shown
	wholeSecret    = 16 // what is shorter is not looked for in pages: it can be a word
)

// secrets are what one request proves itself with. Whoever answers it can repeat them: a proxy that quotes the headers, a
// server that quotes the body. What is told of an answer goes through text, header, failure or page.
type secrets struct {
	sent  []string // bare
	forms string   // all forms of which an answer may repeat a piece, in lower case and with a zero byte between them
}

// sentWith returns the secrets in an Authorization header, and those that are sent beside it.
func sentWith(header string, beside []string) *secrets {
	s := &secrets{}
	if kind, value, _ := strings.Cut(header, " "); value != "" {
		s.add(value)
		if pair, err := base64.StdEncoding.DecodeString(value); kind == "Basic" && err == nil {
			_, password, _ := strings.Cut(string(pair), ":")
			s.add(password)
		}
	}
	for _, secret := range beside {
		s.add(secret)
	}
	return s
}

func (s *secrets) add(secret string) {
	if len(secret) < shortestSecret {
		return
	}
	s.sent = append(s.sent, secret)
	quoted, _ := json.Marshal(secret) // a string can always be written
	forms := []string{secret, string(quoted[1 : len(quoted)-1]), strings.ReplaceAll(strings.ReplaceAll(secret, `\`, `\\`), `"`, `\"`),
		url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret)}
	for i := range 3 { // within a longer text it can begin at any of the three bytes that base64 takes together
		part := []byte(secret[i : i+(len(secret)-i)/3*3])
		forms = append(forms, base64.StdEncoding.EncodeToString(part), base64.URLEncoding.EncodeToString(part))
	}
	slices.Sort(forms)
	s.forms += lower(strings.Join(slices.Compact(forms), "\x00")) + "\x00"
}

// text returns the text with blots for all that is a piece of a secret, whatever its case.
func (s *secrets) text(text string) string {
	low, hide := lower(text), make([]bool, len(text))
	for i := range low {
		if i+secretPiece <= len(low) && strings.Contains(s.forms, low[i:i+secretPiece]) {
			fill(hide[i : i+secretPiece])
		}
		for _, secret := range s.sent {
			fill(hide[i : i+spelled(low[i:], secret)])
		}
	}
	if !slices.Contains(hide, true) {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !hide[i]:
			b.WriteByte(text[i])
		case i == 0 || !hide[i-1]:
			b.WriteString(blot)
		}
	}
	return b.String()
}

// spelled is the length of a secret with which a text begins, whatever its case and however JSON writes it: with backslashes in
// front of a character, or by \u and its number, also once more within another JSON. It is 0 if the text begins otherwise.
func spelled[T string | []byte](text T, secret string) (n int) {
	for i := range len(secret) {
		begin := n
		for n < len(text) && text[n] == '\\' {
			n++
		}
		c, after := secret[i], i > 0 && secret[i-1] == '\\'
		switch {
		case n > begin && n+5 <= len(text) && numbered(string(text[n:n+5]), c):
			n += 5
		case c == '\\' && i == len(secret)-1: // further ones can belong to what follows
			n = min(n, begin+2)
			if n == begin && !after {
				return 0
			}
		case c == '\\' && (n > begin || after):
		case n < len(text) && lowerByte(text[n]) == lowerByte(c):
			n++
		default:
			return 0
		}
	}
	return n
}

// numbered reports that u and four hexadecimal digits stand for a character.
func numbered(escape string, c byte) bool {
	number, err := strconv.ParseUint(escape[1:], 16, 16)
	return err == nil && lowerByte(escape[0]) == 'u' && number < utf8.RuneSelf && lowerByte(byte(number)) == lowerByte(c)
}

func fill(hide []bool) {
	for i := range hide {
		hide[i] = true
	}
}

// lower puts ASCII letters into lower case, and leaves every byte at its place.
func lower(text string) string {
	b := []byte(text)
	for i, c := range b {
		b[i] = lowerByte(c)
	}
	return string(b)
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// header blots the values of an answer's headers, and drops those whose names have a secret in them.
func (s *secrets) header(h http.Header) {
	for name, values := range h {
		if s.text(name) != name {
			delete(h, name)
			continue
		}
		for i := range values {
			values[i] = s.text(values[i])
		}
	}
}

// failure returns the error with a text that has no secret in it.
func (s *secrets) failure(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if clean := s.text(text); clean != text {
		return &blotted{clean, err}
	}
	return err
}

// blotted is an error whose own text has a secret in it.
type blotted struct {
	text string
	err  error
}

func (e *blotted) Error() string { return e.text }
func (e *blotted) Unwrap() error { return e.err }

// page blots the secrets out of an answer that is read, and reports whether there were any. Only whole ones are: what a row
// says is otherwise left as it is.
func (s *secrets) page(body []byte) (clean []byte, found bool) {
	for _, secret := range s.sent {
		if len(secret) < wholeSecret || !bytes.Contains(body, []byte(plain(secret))) {
			continue // as is every page
		}
		var b []byte
		begin := 0
		for i := 0; i < len(body); i++ {
			if n := spelled(body[i:], secret); n > 0 {
				b, found = append(append(b, body[begin:i]...), blot...), true
				begin, i = i+n, i+n-1
			}
		}
		if b != nil {
			body = append(b, body[begin:]...)
		}
	}
	return body, found
}

// plain is the longest part of a secret that is written in one way only: quickly looked for.
func plain(secret string) (longest string) {
	for part := range strings.FieldsFuncSeq(secret, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) || r >= utf8.RuneSelf }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}
