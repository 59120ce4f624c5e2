package rest

import (
	"fmt"
	"net/http"
	"strings"
)

// APIError is an answer of the API that is no success. It carries what the API says of the request, never a record.
type APIError struct {
	Method      string
	Path        string  // with placeholders instead of ids, without the query
	Status      int     // the HTTP status
	Code        string  // the API's own word for it, such as RecordNotFound; empty if there is none
	Description string  // at most 200 bytes; empty if the body was not JSON
	RequestID   string  // for the product's support; empty if there is none
	Stranger    bool    // the body is not what the API says of a refusal: something on the way may have answered
	Retry       string  // its Retry-After, where that is no time to wait; empty otherwise
	Verdict     Verdict // what it means for the next attempt
}

func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %d %s", e.Method, e.Path, e.Status, http.StatusText(e.Status))
	for _, s := range []string{e.Code, e.Description} {
		if s != "" {
			b.WriteString(": " + s)
		}
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	if e.Retry != "" {
		fmt.Fprintf(&b, ": the Retry-After %q is no time to wait, and counts as none", e.Retry)
	}
	return b.String()
}

// Says reports that the error's code or description has one of the words in it, whatever their case.
func (e *APIError) Says(words ...string) bool {
	text := strings.ToLower(e.Code + " " + e.Description)
	for _, w := range words {
		if strings.Contains(text, strings.ToLower(w)) {
			return true
		}
	}
	return false
}

// Anonymous is the error of a Decoder for an answer by which the credential is not good, though the status is a success: it
// says what came.
type Anonymous string

func (e Anonymous) Error() string { return string(e) }

// Cut shortens text to 200 bytes on one line.
func Cut(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:197], "") + "..."
	}
	return text
}
