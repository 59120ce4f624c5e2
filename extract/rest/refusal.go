package rest

import (
	"net/http"
	"strings"
	"time"
)

// refusal makes the error of an answer that is no success. What it reads of the body lets the connection be
// used again.
func (c *Client) refusal(r *Request, resp *http.Response, secret *secrets, within time.Duration) error {
	body, _ := c.readBody(resp, maxRefusal, within, func() { resp.Body.Close() }, nil) // half an explanation is better than none
	code, description := "", ""
	if resp.StatusCode < http.StatusInternalServerError { // beyond, a body can be anything
		code, description = c.api.Explain(body)
	}
	stranger := code == "" && description == ""
	if stranger {
		description = webPage(resp.Header, body)
	}
	if to := sentOn(r, resp); to != "" {
		description = Cut("redirected to " + to + ": " + description)
	}
	e := &APIError{
		Method: resp.Request.Method, Path: r.Endpoint, Status: resp.StatusCode,
		Code: secret.text(code), Description: secret.text(description), RequestID: c.requestID(resp.Header),
		Stranger: stranger,
	}
	if e.Verdict = JudgeStatus(e.Status); c.api.Judge != nil {
		e.Verdict = c.api.Judge(e)
	}
	if _, asked := c.clock.retryAfter(resp.Header); !asked && e.Verdict != Final {
		e.Retry = Cut(resp.Header.Get("Retry-After"))
	}
	if c.api.NoAccount != "" && resp.StatusCode == http.StatusNotFound && r.Path == "" && !c.answered.Load() && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return &noAccount{of: c.api.Name, host: c.base.Host, err: e}
	}
	return e
}

// requestID is what the product's support calls the request by; empty if it says nothing.
func (c *Client) requestID(h http.Header) string {
	for _, name := range c.api.RequestID {
		if id := h.Get(name); id != "" {
			return Cut(id)
		}
	}
	return ""
}
