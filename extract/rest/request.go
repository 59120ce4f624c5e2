package rest

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"desklake/extract"
)

// Request is one question to the source, for as many attempts as it takes. It can be asked again, with another page.
type Request struct {
	Endpoint string           // the path with placeholders for ids: its name in limits, logs and errors
	Path     string           // below the host; the endpoint if empty
	Query    url.Values       // beside what says which page it is
	Method   string           // GET unless set or there is a form
	Form     []byte           // a body: the request is a POST without credentials, whose answer can't be had twice
	FormType string           // its Content-Type: application/json unless set
	Secrets  []string         // what stands in the form or the query and must not be told
	Into     Decoder          // what the body is read into
	Tries    int              // how many failed attempts are enough; 0 to go on until Options.GiveUpAfter
	Since    time.Time        // since when the source gives no answer, which counts for Options.GiveUpAfter; zero unless it does so
	Spent    *Cost            // where the cost is added; or nil
	Observer extract.Observer // is told how it goes

	// Of a list, which page is asked for.
	Size       *PageSize // nil if it has none
	SizeName   string    // the parameter of the size
	NumberName string    // the parameter of the page's number, which begins with 1; empty where it has none
	RowsAhead  int       // how many rows are in front of the page: by them it is numbered

	trouble trouble // the attempts that failed
}

// number is the number of the page with so many rows.
func (r *Request) number(rows int) int { return r.RowsAhead/max(1, rows) + 1 }

// Forgive forgets the attempts that failed: what is asked next has all its time.
func (r *Request) Forgive() { r.trouble = trouble{} }

// Failing is since when the request gets no answer; zero if the last one was good.
func (r *Request) Failing() time.Time { return r.trouble.begun }

// Answer is a body that Request.Into could read.
type Answer struct {
	Body     []byte
	Received time.Time // by the source's clock
	Asked    int       // how many rows the page could have; 0 where it has no size
	Number   int       // the page's number; 1 where it has none
}

// Cost is what was spent on requests.
type Cost struct {
	Requests, Retries int
	Waited            time.Duration
}

func (c *Cost) sent(waited time.Duration) {
	if c != nil {
		c.Requests++
		c.Waited += waited
	}
}

// Retried counts a repetition.
func (c *Cost) Retried() {
	if c != nil {
		c.Retries++
	}
}

// Wait waits, and counts it. It returns the cause of a context that ends.
func (c *Cost) Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	begun := time.Now()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	if c != nil {
		c.Waited += time.Since(begun)
	}
	return context.Cause(ctx)
}

// Decoder reads the body of an answer. A body that it returns an error of is not what is documented, and is asked for again as one
// that did not come whole; so it is called once for each answer, of which the last one counts.
type Decoder interface{ Decode(body []byte) error }

// JSON decodes a small answer into what Value points to.
type JSON struct{ Value any }

// Decode implements Decoder.
func (j JSON) Decode(body []byte) error { return json.Unmarshal(body, j.Value) }

// Anything takes every body.
type Anything struct{}

// Decode implements Decoder.
func (Anything) Decode([]byte) error { return nil }
