package rest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
)

// refusing answers each request with the next of its refusals, and then with a success.
type refusing struct {
	left  []string // error codes
	asked int
}

func (d *refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	d.asked++
	status, body := 200, "{}"
	if len(d.left) > 0 {
		status, body, d.left = 401, `{"errorCode":"`+d.left[0]+`"}`, d.left[1:]
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// worded is an API that tells by a code what a refusal means, whatever its status.
func worded() *API {
	a := minutely(100)
	a.Limits.Pause = 5 * time.Second
	a.Explain = func(body []byte) (code, description string) {
		var b struct{ ErrorCode string }
		_ = json.Unmarshal(body, &b) // what is no JSON has no code
		return b.ErrorCode, ""
	}
	a.Judge = func(e *APIError) Verdict {
		switch e.Code {
		case "TOO_MANY_REQUESTS":
			return Limited
		case "INVALID_OAUTH":
			return Unauthorized
		}
		return Final
	}
	a.Settle = func(e *APIError) error {
		if e.Code != "SCOPE_MISMATCH" {
			return nil
		}
		return &extract.Failure{Kind: extract.ErrPermission, Advice: "add the scope", Err: e}
	}
	return a
}

func TestARefusalMeansWhatTheAPISaysOfIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refusals []string
		kind     error
		advice   string
		asked    int
		took     time.Duration
	}{
		"a scope that is missing":       {refusals: []string{"SCOPE_MISMATCH"}, kind: extract.ErrPermission, advice: "add the scope", asked: 1},
		"a token that is not good":      {refusals: []string{"INVALID_OAUTH"}, kind: extract.ErrCredentials, advice: "be somebody", asked: 1},
		"too many requests at a time":   {refusals: []string{"TOO_MANY_REQUESTS", "TOO_MANY_REQUESTS"}, asked: 3, took: 10 * time.Second},
		"something that nobody expects": {refusals: []string{"ODD"}, kind: extract.ErrAnswer, advice: "tell Desk's support", asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &refusing{left: test.refusals}
				c := New(Options{API: worded(), Base: &url.URL{Scheme: "https", Host: "desk.example"}, Login: anybody{}, Transport: d})
				begun := time.Now()
				_, err := c.Do(t.Context(), &Request{Endpoint: "/rows", Into: Anything{}})
				if !errors.Is(err, test.kind) || !strings.Contains(hintOf(err), test.advice) {
					t.Errorf("%v: %s", err, hintOf(err))
				}
				if took := time.Since(begun); d.asked != test.asked || took != test.took {
					t.Errorf("asked %d times in %v", d.asked, took)
				}
			})
		})
	}
}
