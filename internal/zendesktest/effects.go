package zendesktest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// The effects that faults can have. Those of whole answers are here; those of pages are in effects_pages.go.

// Status answers with another status and body.
func Status(code int, body string) Effect {
	return func(a *Answer) bool {
		a.page, a.err, a.body = nil, &refusal{code, body}, nil
		return true
	}
}

// RateLimited answers 429. retryAfter is the header as it is sent: seconds, a float, an HTTP date, nonsense, or
// nothing at all.
func RateLimited(retryAfter string) Effect {
	return with("Retry-After", retryAfter, Status(429, `{"error":"APIRateLimitExceeded","description":"Number of allowed API requests per minute exceeded"}`))
}

// Unavailable answers 503, with a Retry-After unless that is empty.
func Unavailable(retryAfter string) Effect {
	return with("Retry-After", retryAfter, Status(503, "Service Unavailable"))
}

// GatewayTimeout answers 504, as big pages do.
func GatewayTimeout() Effect { return Status(504, "upstream request timeout") }

// TooLarge answers 504 where the page has more than so many records.
func TooLarge(rows int) Effect {
	return func(a *Answer) bool { return a.page != nil && len(a.page.marks) > rows && GatewayTimeout()(a) }
}

// Poison answers 504 for every page with a certain record: a ticket, a user, an audit, by its id.
func Poison(id int64) Effect {
	return func(a *Answer) bool {
		if a.page == nil {
			return false
		}
		for _, m := range a.page.marks {
			if m.id == id {
				return GatewayTimeout()(a)
			}
		}
		return false
	}
}

// Unauthorized answers 401, as for a token that has expired.
func Unauthorized() Effect { return Status(errToken.status, errToken.body) }

// Forbidden answers 403.
func Forbidden() Effect { return Status(errForbidden.status, errForbidden.body) }

// NotFound answers 404, as for an endpoint that the plan does not include.
func NotFound() Effect { return Status(errEndpoint.status, errEndpoint.body) }

// InvalidCursor answers 400 to requests that come with a cursor.
func InvalidCursor() Effect {
	return func(a *Answer) bool {
		q := a.Request.URL.Query()
		return (q.Has("cursor") || q.Has("page[after]")) && Status(errCursor.status, errCursor.body)(a)
	}
}

// Redirect sends the client to another address, with 302.
func Redirect(to string) Effect { return with("Location", to, Status(http.StatusFound, "")) }

// WrongClock shifts the Date header.
func WrongClock(by time.Duration) Effect {
	return func(a *Answer) bool {
		at, err := http.ParseTime(a.Header.Get("Date"))
		a.Header.Set("Date", at.Add(by).UTC().Format(http.TimeFormat))
		return err == nil
	}
}

// OutOfCache answers as a cache does that kept the answer for so many seconds.
func OutOfCache(seconds string) Effect {
	return with("Age", seconds, func(*Answer) bool { return true })
}

func with(header, value string, e Effect) Effect {
	return func(a *Answer) bool {
		if value != "" {
			a.Header.Set(header, value)
		}
		return e(a)
	}
}

// Hang never answers: until the client gives up, or the server is stopped.
func Hang() Effect { return wire(func(a *Answer) { a.hang = true }) }

// Reset resets the connection before the answer.
func Reset() Effect { return wire(func(a *Answer) { a.reset = true }) }

// CutBody breaks the connection after so many bytes of the body.
func CutBody(after int) Effect {
	return func(a *Answer) bool {
		a.cuts, a.cut = true, after
		return true
	}
}

// CutGzip ends a compressed body in its middle, with a Content-Length that fits. A body that is not compressed is cut.
func CutGzip() Effect { return wire(func(a *Answer) { a.gzipCut = true }) }

// SlowDrip sends the body in pieces with pauses between them.
func SlowDrip(piece int, pause time.Duration) Effect {
	return wire(func(a *Answer) { a.piece, a.pause = piece, pause })
}

// WrongLength lets Content-Length promise so many bytes more than come, or less than there are.
func WrongLength(by int) Effect { return wire(func(a *Answer) { a.claim = by }) }

// Omit leaves fields out of the object that is answered.
func Omit(fields ...string) Effect {
	return func(a *Answer) bool {
		var object map[string]json.RawMessage
		if a.page == nil || json.Unmarshal(a.page.body(), &object) != nil {
			return false
		}
		for _, field := range fields {
			delete(object, field)
		}
		body, err := json.Marshal(object)
		return err == nil && Body(string(body))(a)
	}
}

// HugeBody sends a JSON string of so many bytes instead.
func HugeBody(bytes int64) Effect { return wire(func(a *Answer) { a.filler = bytes }) }

// EmptyBody answers 200 with nothing.
func EmptyBody() Effect { return Body("") }

// NotJSON answers 200 with an HTML page.
func NotJSON() Effect {
	return with("Content-Type", "text/html", Body("<!DOCTYPE html><html><body><h1>We'll be right back</h1></body></html>"))
}

// Body answers 200 with the body.
func Body(body string) Effect {
	return wire(func(a *Answer) { a.page, a.err, a.body = nil, nil, []byte(body) })
}

func wire(do func(*Answer)) Effect {
	return func(a *Answer) bool {
		do(a)
		return true
	}
}

// Raw JSON values, and some that are none, for Set, Drift and Field.
const (
	NaN           = `NaN`
	LoneSurrogate = `"half of a pair: \ud83d"`
	NUL           = `"a\u0000b"`
	InvalidUTF8   = "\"caf\xe9\""
)

// Deep is an array of arrays, so many levels deep.
func Deep(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
