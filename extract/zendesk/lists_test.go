package zendesk

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/gzip"

	"desklake/internal/zendesktest"
)

// rewrite changes the bodies of answers.
func rewrite(rt http.RoundTripper, change func(r *http.Request, body string) string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := rt.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		plain := io.Reader(resp.Body)
		if resp.Header.Get("Content-Encoding") == "gzip" {
			if plain, err = gzip.NewReader(resp.Body); err != nil {
				return nil, err
			}
		}
		body, err := io.ReadAll(plain)
		if err != nil {
			return nil, err
		}
		changed := []byte(change(r, string(body)))
		resp.Header.Del("Content-Encoding")
		resp.ContentLength, resp.Body = int64(len(changed)), io.NopCloser(bytes.NewReader(changed))
		return resp, nil
	})
}

func TestAListThatIsAnsweredPartiallyIsNoCompletePass(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		table  string
		change func(r *http.Request, body string) string
	}{
		"more, but no cursor": {"macros", func(_ *http.Request, body string) string {
			return replaceField(body, "after_cursor", "null")
		}},
		"no word of more, but a next page": {"macros", func(_ *http.Request, body string) string {
			return strings.Replace(body, `"meta":`, `"next_page":"https://acme.zendesk.com/api/v2/macros?page=2","was":`, 1)
		}},
		"no word of more, but a larger count": {"macros", func(_ *http.Request, body string) string {
			return strings.Replace(body, `"meta":`, `"count":130,"was":`, 1)
		}},
		"an end before the count": {"ticket_forms", func(_ *http.Request, body string) string {
			return strings.Replace(body, `"count":3`, `"count":4`, 1)
		}},
		"the same cursor again": {"macros", func(r *http.Request, body string) string {
			return strings.Replace(replaceField(body, "after_cursor", `"x"`), `"has_more":false`, `"has_more":true`, 1)
		}},
		"an empty page that is not the last": {"ticket_forms", func(*http.Request, string) string {
			return `{"ticket_forms":[],"count":3,"next_page":"https://acme.zendesk.com/api/v2/ticket_forms?page=2"}`
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 5, Macros: 130})
				r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), test.change)})
				r.try(test.table)
				if len(r.errs) == 0 {
					t.Errorf("%s: the pass looks complete", test.table)
				}
			})
		})
	}
}

// replaceField replaces the value of the first field of that name that is not null.
func replaceField(body, name, raw string) string {
	before, rest, found := strings.Cut(body, `"`+name+`":"`)
	if !found {
		return body
	}
	_, rest, _ = strings.Cut(rest, `"`)
	return before + `"` + name + `":` + raw + rest
}

func TestAListThatIsGivenWholeIsACompletePass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5})
		whole := rewrite(desk.Transport(), func(_ *http.Request, body string) string {
			return strings.Replace(body, `"meta":`, `"was":`, 1)
		})
		r := newReplica(t, desk, Options{Transport: whole})
		r.run("macros", "groups")
		r.holds(desk, "macros")
		r.holds(desk, "groups")
	})
}

func TestRatingsAreFoundByWhateverTheirStartTimeGoesBy(t *testing.T) {
	t.Parallel()
	for name, byCreated := range map[string]bool{"updated_at": false, "created_at": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 400, TicketBytes: 500, RatingsByCreation: byCreated})
				r := newReplica(t, desk, Options{})
				var offered []int64
				for range 6 {
					for _, id := range offered {
						desk.RateTicket(id, "good", "thanks")
					}
					offered = nil
					for range 5 {
						id := desk.CreateTicket(zendesktest.Update{Comment: "hello"})
						desk.RateTicket(id, "offered", "")
						offered = append(offered, id)
					}
					time.Sleep(5 * time.Minute)
					r.run("satisfaction_ratings")
					time.Sleep(10 * 24 * time.Hour)
				}
				r.holds(desk, "satisfaction_ratings")
				if cursor := r.positions["satisfaction_ratings"].Cursor; !strings.Contains(cursor, name) {
					t.Errorf("it was not found out: %s", cursor)
				}
				desk.Forget()
				r.run("satisfaction_ratings")
				if n := len(desk.Requests()); n > 2 && !byCreated {
					t.Errorf("%d requests with nothing new", n)
				}
			})
		})
	}
}

func TestRatingsThatMayHaveChangedUnseenAreReadAgainOnceAMonth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 200, TicketBytes: 500, RatingsByCreation: true})
		r := newReplica(t, desk, Options{})
		r.run("satisfaction_ratings")
		for record := range desk.Truth("satisfaction_ratings") {
			desk.Set("satisfaction_ratings", parseInt(t, record.Key), "comment", `"of any age"`)
			break
		}
		for range 5 {
			time.Sleep(8 * 24 * time.Hour)
			r.run("satisfaction_ratings")
		}
		r.holds(desk, "satisfaction_ratings")
	})
}

func TestTheWalkAlongRatingsGoesOnWithItsCursorOrWithout(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]bool{"good": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 1500, TicketBytes: 500})
				r := newReplica(t, desk, Options{})
				pages := 0
				r.stop = func(extractPage) bool { pages++; return pages == 3 }
				r.run("satisfaction_ratings")
				time.Sleep(time.Hour)
				if refused {
					desk.Inject(zendesktest.Fault{Times: 1, Do: zendesktest.InvalidCursor()})
				}
				r.run("satisfaction_ratings")
				r.holds(desk, "satisfaction_ratings")
			})
		})
	}
}

// capped asks for at most so many rows of a list.
func capped(rt http.RoundTripper, rows int) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		q := r.URL.Query()
		q.Set("page[size]", strconv.Itoa(rows))
		r.URL.RawQuery = q.Encode()
		return rt.RoundTrip(r)
	})
}

func TestAListThatDoesNotSayWhetherThereIsMoreIsReadOnOrFails(t *testing.T) {
	t.Parallel()
	more := regexp.MustCompile(`"has_more":true`)
	meta := regexp.MustCompile(`"meta":\{[^}]*\}`)
	links := regexp.MustCompile(`"links":\{[^}]*\}`)
	for name, test := range map[string]struct {
		change func(body string) string
		fails  bool
	}{
		"has_more is null":     {func(body string) string { return more.ReplaceAllString(body, `"has_more":null`) }, false},
		"has_more is a number": {func(body string) string { return more.ReplaceAllString(body, `"has_more":1`) }, false},
		"has_more and links lack": {func(body string) string {
			return links.ReplaceAllString(more.ReplaceAllString(body, `"was":1`), `"x":0`)
		}, false},
		"meta lacks":     {func(body string) string { return meta.ReplaceAllString(body, `"x":0`) }, true},
		"meta is a list": {func(body string) string { return meta.ReplaceAllString(body, `"meta":[]`) }, true},
		"meta is a list, no links": {func(body string) string {
			return links.ReplaceAllString(meta.ReplaceAllString(body, `"meta":[]`), `"x":0`)
		}, true},
		"has_more is a word": {func(body string) string {
			return links.ReplaceAllString(meta.ReplaceAllString(body, `"meta":{"has_more":"maybe"}`), `"x":0`)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 5, Macros: 230})
				r := newReplica(t, desk, Options{Transport: rewrite(capped(desk.Transport(), 90), func(r *http.Request, body string) string {
					if r.URL.Query().Has("page[after]") {
						return body
					}
					return test.change(body)
				})})
				r.try("macros")
				if err := r.errs["macros"]; (err != nil) != test.fails {
					t.Errorf("error: %v", err)
				} else if err != nil {
					isToldAsTheHelpdesksOwn(t, err)
					return
				}
				r.holds(desk, "macros")
			})
		})
	}
}

func TestAListThatNeverSaysWhetherThereIsMoreEndsWithAnEmptyPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5, Macros: 230})
		silent := regexp.MustCompile(`"has_more":(true|false),`)
		r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(_ *http.Request, body string) string {
			return silent.ReplaceAllString(body, "")
		})})
		r.run("macros")
		r.holds(desk, "macros")
	})
}
