package zendesk

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
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
	whole []string // as they are sent, bare and within JSON
	short []string // those of less than a piece; in lower case, like the rest
	forms string   // all forms in which an answer may repeat the others, with a zero byte between them
}

// sentWith returns the secrets in an Authorization header and in the body of a request for tokens.
func sentWith(header string, form []byte) *secrets {
	s := &secrets{}
	if kind, value, _ := strings.Cut(header, " "); value != "" {
		s.add(value)
		if pair, err := base64.StdEncoding.DecodeString(value); kind == "Basic" && err == nil {
			_, token, _ := strings.Cut(string(pair), "/token:")
			s.add(token)
		}
	}
	var sent map[string]any
	_ = json.Unmarshal(form, &sent) // it was made by grant, or there is none
	for _, key := range []string{"client_secret", "refresh_token", "code", "code_verifier"} {
		if secret, ok := sent[key].(string); ok {
			s.add(secret)
		}
	}
	return s
}

func (s *secrets) add(secret string) {
	if len(secret) < shortestSecret {
		return
	}
	quoted, _ := json.Marshal(secret) // a string can always be written
	inJSON := strings.Trim(string(quoted), `"`)
	if len(secret) >= wholeSecret {
		s.whole = append(s.whole, secret)
		if inJSON != secret {
			s.whole = append(s.whole, inJSON)
		}
	}
	if len(secret) < secretPiece {
		s.short = append(s.short, lower(secret))
	}
	forms := []string{secret, inJSON, strings.ReplaceAll(strings.ReplaceAll(secret, `\`, `\\`), `"`, `\"`),
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
		for _, short := range s.short {
			if strings.HasPrefix(low[i:], short) {
				fill(hide[i : i+len(short)])
			}
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

func fill(hide []bool) {
	for i := range hide {
		hide[i] = true
	}
}

// lower puts ASCII letters into lower case, and leaves every byte at its place.
func lower(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
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
func (s *secrets) page(body []byte) ([]byte, bool) {
	found := false
	for _, secret := range s.whole {
		if bytes.Contains(body, []byte(secret)) {
			body, found = bytes.ReplaceAll(body, []byte(secret), []byte(blot)), true
		}
	}
	return body, found
}
