package zendesk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// APIError is an answer of Zendesk that is no success. It carries what Zendesk says of the request, never a record.
type APIError struct {
	Method      string
	Path        string // with placeholders instead of ids, without the query
	Status      int    // the HTTP status
	Code        string // Zendesk's own word for it, such as RecordNotFound; empty if there is none
	Description string // at most 200 bytes; empty if the body was not JSON
	RequestID   string // for Zendesk's support; empty if there is none
	Stranger    bool   // the body is not what the API says of a refusal: something on the way may have answered
	Retry       string // its Retry-After, where that is no time to wait; empty otherwise
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

// says reports that the error's code or description has one of the words in it, whatever their case.
func (e *APIError) says(words ...string) bool {
	text := strings.ToLower(e.Code + " " + e.Description)
	for _, w := range words {
		if strings.Contains(text, strings.ToLower(w)) {
			return true
		}
	}
	return false
}

// tooRecent reports that start_time lies within the last minute (in older answers: the last five): there is
// nothing to read yet. A cursor that was refused can be spoken of in the same words.
func (e *APIError) tooRecent() bool {
	refused := e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity
	return refused && e.says("StartTimeTooRecent", "too recent", "older than") && !e.refusedCursor()
}

// refusedCursor reports that the cursor is not, or no longer, good.
func (e *APIError) refusedCursor() bool {
	refused := e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity ||
		e.Status == http.StatusGone
	return refused && e.says("cursor", "InvalidPaginationParameter")
}

// explain reads code and description out of an error body. There is no single shape of them:
//
//	{"error": "RecordNotFound", "description": "Not found"}
//	{"error": {"title": "Forbidden", "message": "You do not have access to this page."}}
//	{"error": "invalid_token", "error_description": "The access token provided is expired, ..."}
//	{"errors": [{"code": "StartTimeTooRecent", "title": "..."}]}
//	Number of allowed incremental export API requests per minute exceeded
func explain(body []byte) (code, description string) {
	var b struct {
		Error            json.RawMessage `json:"error"`
		Description      string          `json:"description"`
		ErrorDescription string          `json:"error_description"`
		Message          string          `json:"message"`
		Errors           []struct {
			Code   string `json:"code"`
			Title  string `json:"title"`
			Detail string `json:"detail"`
		} `json:"errors"`
	}
	// A field of another type is no reason to miss the others: what could be decoded is.
	_ = json.Unmarshal(body, &b)
	var object struct{ Title, Message string }
	if json.Unmarshal(b.Error, &code) != nil && json.Unmarshal(b.Error, &object) == nil {
		code, description = object.Title, object.Message
	}
	for _, e := range b.Errors {
		code, description = firstOf(code, e.Code), firstOf(description, e.Detail, e.Title)
	}
	description = firstOf(description, b.Description, b.ErrorDescription, b.Message)
	return cut(code), cut(description)
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// cut shortens text to 200 bytes on one line.
func cut(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:197], "") + "..."
	}
	return text
}
