package zendesk

import (
	"cmp"
	"encoding/json"
	"net/http"

	"desklake/extract/rest"
)

// tooRecent reports that start_time lies within the last minute (in older answers: the last five): there is
// nothing to read yet. A cursor that was refused can be spoken of in the same words.
func tooRecent(e *rest.APIError) bool {
	refused := e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity
	return refused && e.Says("StartTimeTooRecent", "too recent", "older than") && !refusedCursor(e)
}

// refusedCursor reports that the cursor is not, or no longer, good.
func refusedCursor(e *rest.APIError) bool {
	refused := e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity ||
		e.Status == http.StatusGone
	return refused && e.Says("cursor", "InvalidPaginationParameter")
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
		code, description = cmp.Or(code, e.Code), cmp.Or(description, e.Detail, e.Title)
	}
	description = cmp.Or(description, b.Description, b.ErrorDescription, b.Message)
	return rest.Cut(code), rest.Cut(description)
}
