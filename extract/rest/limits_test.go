package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
)

// anybody is a login that says nothing.
type anybody struct{}

func (anybody) String() string          { return "anybody" }
func (anybody) Open(*Client) Credential { return Fixed{Value: "Bearer anybody", Hint: "be somebody"} }

func hintOf(err error) string {
	var advice interface{ Hint() string }
	if errors.As(err, &advice) {
		return advice.Hint()
	}
	return ""
}

// minutely is an API with limits by the minute.
func minutely(limit int) *API {
	return &API{
		Name:    "Desk",
		Explain: func([]byte) (code, description string) { return "", "" },
		Limits: Limits{
			Quotas: []Quota{{Name: "account", Words: "account quota", Limit: limit}, {Name: "exports", Words: "export quota", Limit: 10, Within: "/export/"}},
			Span:   time.Minute, Pause: time.Minute,
			Read: func(http.Header) map[string]Told { return nil },
		},
	}
}

// counter is a helpdesk that takes so many credits a day for a request, and answers so many at once.
type counter struct {
	mu           sync.Mutex
	day          time.Time
	spent        int // of the day
	flying, most int
	refused      int

	credits, atOnce int
	prices          map[string]int
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	if time.Since(c.day) >= 24*time.Hour {
		c.day, c.spent = time.Now(), 0
	}
	c.flying++
	c.most = max(c.most, c.flying)
	code, status, h := "", 200, http.Header{}
	switch price := c.prices[r.URL.Path]; {
	case c.flying > c.atOnce:
		code, status = "TOO_MANY_REQUESTS", 429
	case c.spent+price > c.credits:
		code, status = "THRESHOLD_EXCEEDED", 429
		h.Set("Retry-After", strconv.Itoa(int(time.Until(c.day.Add(24*time.Hour)).Seconds())))
	default:
		c.spent += price
	}
	if status != 200 {
		c.refused++
	}
	h.Set("Left", strconv.Itoa(c.credits-c.spent))
	c.mu.Unlock()
	time.Sleep(time.Second)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flying--
	return &http.Response{StatusCode: status, Header: h, Request: r, Body: io.NopCloser(strings.NewReader(fmt.Sprintf("{%q:%q}", "errorCode", code)))}, nil
}

// daily is an API with credits a day, of which it tells what is left, and few requests at once.
func (c *counter) daily() *API {
	a := minutely(0)
	a.Limits = Limits{
		Quotas: []Quota{{Name: "credits", Words: "credits of the day", Limit: c.credits}},
		Span:   24 * time.Hour, Pause: time.Second, AtOnce: c.atOnce,
		Weight: func(endpoint string) int { return c.prices[endpoint] },
		Read: func(h http.Header) map[string]Told {
			left, err := strconv.Atoi(h.Get("Left"))
			if err != nil {
				return nil
			}
			return map[string]Told{"credits": {Limit: c.credits, Left: left, Resets: 24 * time.Hour}}
		},
	}
	return a
}

func (c *counter) client(o Options) *Client {
	o.API, o.Base, o.Login, o.Transport = c.daily(), &url.URL{Scheme: "https", Host: "desk.example"}, anybody{}, c
	return New(o)
}

// ask sends n requests to each endpoint, all at once, and returns the errors.
func ask(c *Client, n int, endpoints ...string) (errs []error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, endpoint := range endpoints {
		for range n {
			wg.Go(func() {
				if _, err := c.Do(context.Background(), &Request{Endpoint: endpoint, Into: Anything{}}); err != nil {
					mu.Lock()
					defer mu.Unlock()
					errs = append(errs, err)
				}
			})
		}
	}
	wg.Wait()
	return errs
}

func TestNoMoreRequestsAreUnderWayThanMayBe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := &counter{credits: 1000, atOnce: 3, prices: map[string]int{"/search": 3, "/record": 1}}
		c := desk.client(Options{})
		begun := time.Now()
		if errs := ask(c, 15, "/search", "/record"); errs != nil {
			t.Error(errs)
		}
		if desk.most > 3 || desk.refused > 0 || desk.spent != 60 {
			t.Errorf("%d at once, %d refused, %d credits", desk.most, desk.refused, desk.spent)
		}
		if took := time.Since(begun); took > 12*time.Second { // thirty seconds by three, and the scouts before
			t.Errorf("took %v", took)
		}
		if n := len(c.limits.flying); n > 0 {
			t.Errorf("%d quotas of requests under way, and none is", n)
		}
	})
}

func TestCreditsOfADayAreLeftToOthersAndTheirEndEndsTheRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := &counter{credits: 1000, atOnce: 5, prices: map[string]int{"/search": 3}}
		c := desk.client(Options{Reserve: 0.3})
		errs := ask(c, 250, "/search")
		// What the first requests cost that are under way together can look like what others spend.
		if desk.spent > 700 || desk.spent < 700-5*3-2 || desk.refused > 0 || len(errs) != 250-desk.spent/3 {
			t.Errorf("%d credits, %d refused, %d errors", desk.spent, desk.refused, len(errs))
		}
		for _, err := range errs {
			if !errors.Is(err, extract.ErrUnreachable) || !strings.Contains(err.Error(), "credits of the day") || !strings.Contains(hintOf(err), "run desklake again after") {
				t.Fatalf("%v: %s", err, hintOf(err))
			}
		}
		time.Sleep(24*time.Hour + time.Minute)
		if errs := ask(c, 5, "/search"); errs != nil || desk.spent != 15 {
			t.Errorf("the next day: %v, %d credits", errs, desk.spent)
		}
	})
}

func TestAnEmptyAnswerIsWhatItStandsFor(t *testing.T) {
	t.Parallel()
	for empty, ends := range map[string]bool{`{"data":[]}`: false, "": true} {
		api := minutely(100)
		api.Empty = empty
		c := New(Options{API: api, Base: &url.URL{Scheme: "https", Host: "desk.example"}, Login: anybody{}, Transport: none{}})
		a, err := c.Do(t.Context(), &Request{Endpoint: "/list", Into: Anything{}})
		if string(a.Body) != empty || (err != nil) != ends {
			t.Errorf("%q: %s, %v", empty, a.Body, err)
		}
	}
}

// none answers without a body.
type none struct{}

func (none) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 204, Header: http.Header{}, Request: r, Body: http.NoBody}, nil
}

func TestWindowsThatAreLongOverAreForgottenAndTheOthersKept(t *testing.T) {
	t.Parallel()
	rules := &minutely(100).Limits
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	q := &quotas{rules: rules, Routes: map[string][]string{"/tickets": {"new"}, "/groups": {"old"}, "/macros": {"new", "old"}}}
	q.window("account").Limit, q.window("exports").Limit, q.window("/groups").Count = 700, 20, 1
	q.window("new").End, q.window("old").End = now.Add(-longOver), now.Add(-longOver-time.Second)
	q.Windows["null"] = nil
	q.forget(now)
	var names, routes []string
	for name := range q.Windows {
		names = append(names, name)
	}
	for endpoint := range q.Routes {
		routes = append(routes, endpoint)
	}
	slices.Sort(names)
	if want := []string{"/groups", "account", "exports", "new"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if !slices.Equal(routes, []string{"/tickets"}) {
		t.Errorf("routes %q", routes)
	}
}
