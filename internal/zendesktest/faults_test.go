package zendesktest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// outcome is what a client sees of a request.
type outcome struct {
	status int
	header http.Header
	body   []byte
	err    error // of the request, or of reading the body
}

func ask(client *http.Client, url string, header ...string) outcome {
	return askWithin(time.Minute, client, url, header...)
}

func askWithin(limit time.Duration, client *http.Client, url string, header ...string) (o outcome) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(r)
	if err != nil {
		return outcome{err: err}
	}
	defer response.Body.Close()
	o = outcome{status: response.StatusCode, header: response.Header}
	o.body, o.err = io.ReadAll(response.Body)
	return o
}

// bothWays runs the test over real HTTP and within the process.
func bothWays(t *testing.T, o Options, f func(t *testing.T, s *Server, client *http.Client, url string)) {
	t.Helper()
	t.Run("in process", func(t *testing.T) {
		t.Parallel()
		s := helpdesk(o)
		f(t, s, s.Client(), "https://acme.zendesk.com")
	})
	t.Run("over HTTP", func(t *testing.T) {
		t.Parallel()
		s := helpdesk(o)
		url, stop, err := s.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		f(t, s, &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}, url)
	})
}

const firstPage = "/api/v2/incremental/tickets/cursor.json?start_time=0&per_page=20"

func TestEachFaultIsSeenByAPlainClientAndIsGoneAfterwards(t *testing.T) {
	t.Parallel()
	status := func(want int, text string) func(outcome) bool {
		return func(o outcome) bool {
			return o.err == nil && o.status == want && strings.Contains(string(o.body), text)
		}
	}
	broken := func(o outcome) bool { return errors.Is(o.err, io.ErrUnexpectedEOF) }
	notJSON := func(o outcome) bool { return o.err == nil && o.status == 200 && !json.Valid(o.body) }
	contains := func(text string) func(outcome) bool {
		return func(o outcome) bool { return status(200, text)(o) && json.Valid(o.body) }
	}
	header := func(name, value string, next func(outcome) bool) func(outcome) bool {
		return func(o outcome) bool { return o.header.Get(name) == value && next(o) }
	}
	for name, c := range map[string]struct {
		do   Effect
		seen func(outcome) bool
	}{
		"429 in seconds":    {RateLimited("3"), header("Retry-After", "3", status(429, "APIRateLimitExceeded"))},
		"429 as a float":    {RateLimited("1.5"), header("Retry-After", "1.5", status(429, ""))},
		"429 as a date":     {RateLimited("Fri, 20 Nov 2026 12:00:05 GMT"), header("Retry-After", "Fri, 20 Nov 2026 12:00:05 GMT", status(429, ""))},
		"429 without":       {RateLimited(""), header("Retry-After", "", status(429, ""))},
		"503":               {Unavailable("7"), header("Retry-After", "7", status(503, ""))},
		"504":               {GatewayTimeout(), status(504, "upstream request timeout")},
		"504 of big pages":  {TooLarge(19), status(504, "upstream request timeout")},
		"522":               {Status(522, "connection timed out"), status(522, "connection")},
		"401":               {Unauthorized(), status(401, "invalid_token")},
		"403":               {Forbidden(), status(403, "Forbidden")},
		"404":               {NotFound(), status(404, "InvalidEndpoint")},
		"hang":              {Hang(), func(o outcome) bool { return errors.Is(o.err, context.DeadlineExceeded) }},
		"slow drip":         {SlowDrip(1, time.Second), func(o outcome) bool { return errors.Is(o.err, context.DeadlineExceeded) }},
		"reset":             {Reset(), func(o outcome) bool { return errors.Is(o.err, syscall.ECONNRESET) || errors.Is(o.err, io.EOF) }},
		"cut at once":       {CutBody(0), broken},
		"cut later":         {CutBody(100), broken},
		"too long a length": {WrongLength(10), broken},
		"too short a one":   {WrongLength(-10), notJSON},
		"empty":             {EmptyBody(), func(o outcome) bool { return o.err == nil && o.status == 200 && len(o.body) == 0 }},
		"HTML":              {NotJSON(), header("Content-Type", "text/html", notJSON)},
		"wrong clock":       {WrongClock(time.Hour), header("Date", "Fri, 20 Nov 2026 13:00:00 GMT", status(200, ""))},
		"NaN":               {Field("subject", NaN), notJSON},
		"deep":              {Field("depth", Deep(9_000)), contains("[[[[[")},
		"type drift":        {Field("subject", "42"), contains(`"subject":42`)},
		"new field":         {Field("brand_new", "{}"), contains(`"brand_new":{}`)},
		"lone surrogate":    {Field("subject", LoneSurrogate), contains(`\ud83d"`)},
		"NUL":               {Field("subject", NUL), contains(`a\u0000b`)},
		"invalid UTF-8":     {Field("subject", InvalidUTF8), status(200, "caf\xe9")},
		"duplicate key":     {DuplicateKey("subject", `"twice"`), contains(`,"subject":"twice"}`)},
		"no key":            {NoKey("id"), contains(`"id":null`)},
		"endless":           {EndlessStream(), contains(`"end_of_stream":false`)},
		"empty page":        {EmptyPageNotLast(), contains(`{"tickets":[],`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bothWays(t, Options{Tickets: 25}, func(t *testing.T, s *Server, client *http.Client, url string) {
				before := ask(client, url+firstPage)
				s.Inject(Fault{Match: "incremental/tickets/*", Times: 1, Do: c.do})
				limit := time.Minute
				if name == "hang" || name == "slow drip" {
					limit = 100 * time.Millisecond
				}
				if o := askWithin(limit, client, url+firstPage); !c.seen(o) {
					t.Errorf("%v %d %v %.200s", o.err, o.status, o.header, o.body)
				}
				if o := ask(client, url+firstPage); o.err != nil || o.status != 200 || !bytes.Equal(o.body, before.body) {
					t.Errorf("afterwards: %v %d %.200s", o.err, o.status, o.body)
				}
			})
		})
	}
}

func TestAFaultHitsTheRequestsItIsMeantFor(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{})
	s.Inject(Fault{Match: "groups", After: 1, Every: 2, Times: 2, Do: Status(500, "")})
	var got []int
	for range 8 {
		get1 := ask(s.Client(), "https://x/api/v2/groups.json")
		if other := ask(s.Client(), "https://x/api/v2/macros"); other.status != 200 {
			t.Error("another endpoint was hit")
		}
		got = append(got, get1.status)
	}
	for i, status := range got {
		want := 200
		if i == 2 || i == 4 { // the first is spared, then every second one, twice
			want = 500
		}
		if status != want {
			t.Errorf("request %d: %d, all %v", i+1, status, got)
		}
	}
}

func TestAPoisonedRecordFailsEveryPageThatHoldsIt(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 25})
	s.Inject(Fault{Do: Poison(13)})
	failed := 0
	query := "start_time=0"
	for range 25 {
		o := ask(s.Client(), "https://x/api/v2/incremental/tickets/cursor?support_type_scope=all&per_page=1&"+query)
		if o.status == 504 {
			failed++
			break
		}
		var e envelope
		_ = json.Unmarshal(o.body, &e)
		query = "cursor=" + e.text("after_cursor")
	}
	if failed != 1 {
		t.Error("the record was never met")
	}
}

func TestAHugeBodyComesInFull(t *testing.T) {
	t.Parallel()
	bothWays(t, Options{}, func(t *testing.T, s *Server, client *http.Client, url string) {
		s.Inject(Fault{Do: HugeBody(5 << 20)})
		r, err := client.Get(url + firstPage)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		if n, err := io.Copy(io.Discard, r.Body); n != 5<<20+2 || err != nil {
			t.Error(n, err)
		}
	})
}

func TestARedirectLeadsToAnotherHost(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{})
	s.Inject(Fault{Times: 1, Do: Redirect("https://elsewhere.example/api/v2/groups.json")})
	if o := ask(s.Client(), "https://acme.zendesk.com"+firstPage, "Authorization", "Bearer x"); o.status != 200 {
		t.Fatal(o)
	}
	log := s.Requests()
	if len(log) != 2 || log[0].Host != "acme.zendesk.com" || !log[0].Authorized || !log[0].Faulty || log[1].Host != "elsewhere.example" {
		t.Errorf("%+v", log)
	}
}

func TestGzipComesWhenAskedForAndCanBeCutShort(t *testing.T) {
	t.Parallel()
	bothWays(t, Options{Tickets: 25}, func(t *testing.T, s *Server, client *http.Client, url string) {
		plain := ask(client, url+firstPage, "Accept-Encoding", "identity")
		read := func() ([]byte, error) {
			o := ask(client, url+firstPage, "Accept-Encoding", "gzip")
			if o.err != nil || o.header.Get("Content-Encoding") != "gzip" {
				t.Fatal(o.err, o.header)
			}
			z, err := gzip.NewReader(bytes.NewReader(o.body))
			if err != nil {
				t.Fatal(err)
			}
			return io.ReadAll(z)
		}
		if body, err := read(); err != nil || !bytes.Equal(body, plain.body) {
			t.Error(err, len(body), len(plain.body))
		}
		s.Inject(Fault{Times: 1, Do: CutGzip()})
		if _, err := read(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Error(err)
		}
	})
}
