package zendesk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
	"desklake/internal/zendesktest"
)

// endless are answers that would take for ever.
var endless = map[string]roundTrip{
	"no answer": func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	},
	"a body that stops": func(r *http.Request) (*http.Response, error) {
		in, out := io.Pipe()
		context.AfterFunc(r.Context(), func() { _ = out.CloseWithError(r.Context().Err()) })
		go func() { _, _ = out.Write([]byte(`{"tickets":[`)) }()
		return &http.Response{StatusCode: 200, Request: r, Body: in}, nil
	},
	"a body byte by byte": func(r *http.Request) (*http.Response, error) {
		in, out := io.Pipe()
		context.AfterFunc(r.Context(), func() { _ = out.CloseWithError(r.Context().Err()) })
		go func() {
			for _, err := out.Write([]byte(`{"tickets":[`)); err == nil; _, err = out.Write([]byte(" ")) {
				_ = (*rest.Cost)(nil).Wait(r.Context(), time.Second)
			}
		}()
		return &http.Response{StatusCode: 200, Request: r, Body: in}, nil
	},
	"a bomb": func(r *http.Request) (*http.Response, error) {
		return gzipped(r, func(w io.Writer) error {
			zeros := make([]byte, 1<<20)
			for range 1 << 10 {
				if _, err := w.Write(zeros); err != nil {
					return err
				}
			}
			return nil
		}), nil
	},
	"a redirect to something else": func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == groupsEndpoint {
			return reply(r, 200, http.Header{}, `{"groups":[]}`), nil
		}
		return reply(r, 302, http.Header{"Location": {groupsEndpoint}}, ""), nil
	},
	"a redirect in a circle": func(r *http.Request) (*http.Response, error) {
		return reply(r, 302, http.Header{"Location": {r.URL.Path}}, ""), nil
	},
	"a server error": func(r *http.Request) (*http.Response, error) { return reply(r, 500, http.Header{}, ""), nil },
	"busy":           func(r *http.Request) (*http.Response, error) { return reply(r, 503, http.Header{}, ""), nil },
	"a timeout":      func(r *http.Request) (*http.Response, error) { return reply(r, 504, http.Header{}, ""), nil },
}

func TestOneRequestIsTriedForSoLongInAllItsSizes(t *testing.T) {
	t.Parallel()
	for name, answer := range endless {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name == "a bomb" {
				t.Skip("a gigabyte takes its time")
			}
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, giveUp := range []time.Duration{10 * time.Second, 20 * time.Minute} {
					if giveUp > time.Minute && name == "a bomb" {
						continue // it takes real time
					}
					r := newReplica(t, nil, Options{Transport: answer, GiveUpAfter: giveUp, Reserve: -1})
					begun := time.Now()
					r.try("tickets")
					took, err := time.Since(begun), r.errs["tickets"]
					if !errors.Is(err, extract.ErrUnreachable) || took > giveUp+10*time.Second {
						t.Errorf("%v: ended after %v: %v", giveUp, took, err)
					}
				}
			})
		})
	}
}

func TestTheFailureThatSaidSomethingIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		r := newReplica(t, nil, Options{GiveUpAfter: 30 * time.Second, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if asked++; asked > 1 {
				return endless["no answer"](r)
			}
			return endless["busy"](r)
		})})
		r.try("tickets")
		if err := r.errs["tickets"]; err == nil || !strings.Contains(err.Error(), "given up after 30s: GET "+ticketsEndpoint+": 503") {
			t.Error(err)
		}
	})
}

func TestAPageThatKeepsComingIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 150})
		desk.Inject(zendesktest.Fault{Do: zendesktest.SlowDrip(2000, 2*time.Second)}) // 1 kB/s
		r := newReplica(t, desk, Options{GiveUpAfter: 10 * time.Second})
		begun := time.Now()
		r.run("tickets")
		r.holds(desk, "tickets")
		if took := time.Since(begun); took < 30*time.Second {
			t.Errorf("took %v only", took)
		}
		if desk.Count("") > 1 {
			t.Errorf("%d requests", desk.Count(""))
		}
	})
}

func TestWhatCameInPlaceOfAnAnswerIsNamedAndNotAskedForForAnHour(t *testing.T) {
	t.Parallel()
	page := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	for name, test := range map[string]struct {
		answer roundTrip
		says   string
	}{
		"a maintenance page": {
			func(r *http.Request) (*http.Response, error) { return reply(r, 200, page, "<html>"), nil },
			"GET " + groupsEndpoint + ": a web page (Content-Type text/html) came in place of JSON",
		},
		"a page without a type": {
			func(r *http.Request) (*http.Response, error) {
				return reply(r, 200, http.Header{}, "\n<!doctype html>"), nil
			},
			": a web page came in place of JSON",
		},
		"a text": {
			func(r *http.Request) (*http.Response, error) {
				return reply(r, 200, http.Header{"Content-Type": {"text/plain"}}, "ok"), nil
			},
			": an answer of Content-Type text/plain came in place of JSON",
		},
		"a page to sign in at": {
			func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == "/access/unauthenticated" {
					return reply(r, 200, page, "<html>"), nil
				}
				return reply(r, 302, http.Header{"Location": {"/access/unauthenticated?return_to=x"}}, ""), nil
			},
			": redirected to /access/unauthenticated, where a web page (Content-Type text/html) came",
		},
		"a circle": {endless["a redirect in a circle"], ": redirected to " + groupsEndpoint + ", where the next redirect came"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newReplica(t, nil, Options{Transport: test.answer})
				begun := time.Now()
				r.try("groups")
				err, took := r.errs["groups"], time.Since(begun)
				if !errors.Is(err, extract.ErrUnreachable) || !strings.Contains(err.Error(), test.says) || !strings.Contains(hintOf(err), "sign in") {
					t.Errorf("%v: %s", err, hintOf(err))
				}
				if took < time.Minute || took > 10*time.Minute {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

func TestAnAnswerIsNamedByItsTypeOnlyWhereItIsNoJSON(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for body, want := range map[string]string{"": "unusable answer", `{"group`: "unusable answer", "<": "web page"} {
			r := newReplica(t, nil, Options{GiveUpAfter: time.Second, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				return reply(r, 200, http.Header{"Content-Type": {"application/json"}}, body), nil
			})})
			r.try("groups")
			if err := r.errs["groups"]; err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v", body, err)
			}
		}
	})
}

func TestASourceThatAsksToWaitForTooLongIsToldSo(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"limited": 429, "down": 503} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newReplica(t, nil, Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					return reply(r, status, http.Header{"Retry-After": {"86400"}}, ""), nil
				})})
				begun := time.Now()
				r.try("tickets")
				err := r.errs["tickets"]
				if !errors.Is(err, extract.ErrUnreachable) || !strings.Contains(err.Error(), "asks to wait 24h0m0s, and a request is tried for 1h0m0s") ||
					!strings.Contains(hintOf(err), "2000-01-02 00:00 UTC") {
					t.Errorf("%v: %s", err, hintOf(err))
				}
				if took := time.Since(begun); took > time.Minute {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// What is no time to wait counts like none: the documented pause after a 429, growing ones else.
func TestARetryAfterThatIsNoTimeToWaitIsToldAndPassedOver(t *testing.T) {
	t.Parallel()
	for _, came := range []string{"NaN", "-5", "1e9", "99999999999999999999", "+Inf", "soon", "Sat, 01 Jan 2999 00:00:00 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"} {
		for _, status := range []int{429, 503} {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				r := newReplica(t, nil, Options{GiveUpAfter: 10 * time.Minute, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					asked++
					return reply(r, status, http.Header{"Retry-After": {came}}, ""), nil
				})})
				r.try("groups")
				err := r.errs["groups"]
				if want := fmt.Sprintf("given up after 10m0s: GET %s: %d", groupsEndpoint, status); !errors.Is(err, extract.ErrUnreachable) ||
					!strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), fmt.Sprintf("the Retry-After %q is no time to wait", came)) {
					t.Errorf("%d, %s: %v", status, came, err)
				}
				if asked < 5 || asked > 60 || status == 429 && asked > 11 {
					t.Errorf("%d, %s: asked %d times", status, came, asked)
				}
			})
		}
	}
	synctest.Test(t, func(t *testing.T) {
		r := newReplica(t, nil, Options{GiveUpAfter: time.Second, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return reply(r, 503, http.Header{"Retry-After": {"0.5"}}, ""), nil
		})})
		r.try("groups")
		if err := r.errs["groups"]; err == nil || strings.Contains(err.Error(), "Retry-After") {
			t.Error(err)
		}
	})
}

// Where the time is shorter than the pause, nothing was asked again, nobody asked to wait, and no time has passed.
func TestWhatIsToldOfARequestThatIsGivenUpIsTrue(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status      int
		after, says string
		asked       int           // how often, 0 where that depends on the jitter of the pauses
		took        time.Duration // negative where that depends on them, too
	}{
		"quota, no word":     {429, "soon", `asked again after 1m0s, and a request is tried for 30s: GET ` + groupsEndpoint + `: 429 Too Many Requests: the Retry-After "soon" is no time to wait`, 1, 0},
		"quota, negative":    {429, "-5", `asked again after 1m0s, and a request is tried for 30s: GET ` + groupsEndpoint + `: 429 Too Many Requests: the Retry-After "-5" is no time to wait`, 1, 0},
		"quota, none":        {429, "", "asked again after 1m0s, and a request is tried for 30s: GET " + groupsEndpoint + ": 429 Too Many Requests", 1, 0},
		"down, no word":      {503, "soon", "given up after 30s: GET " + groupsEndpoint + ": 503", 0, 30 * time.Second},
		"down, none":         {503, "", "given up after 30s: GET " + groupsEndpoint + ": 503", 0, 30 * time.Second},
		"down, a later wait": {503, "20", "given up after 20s: GET " + groupsEndpoint + ": 503", 2, 20 * time.Second},
		"down, a short wait": {503, "1", "given up after ", 0, -1},
		"down, a long wait":  {503, "40", "the source asks to wait 40s, and a request is tried for 30s: GET " + groupsEndpoint + ": 503", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				r := newReplica(t, nil, Options{GiveUpAfter: 30 * time.Second, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					asked++
					h := http.Header{}
					if test.after != "" {
						h.Set("Retry-After", test.after)
					}
					return reply(r, test.status, h, ""), nil
				})})
				begun := time.Now()
				r.try("groups")
				err, took := r.errs["groups"], time.Since(begun)
				if !errors.Is(err, extract.ErrUnreachable) || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "was asked again") {
					t.Errorf("%v", err)
				}
				if test.took >= 0 && took != test.took || test.asked > 0 && asked != test.asked {
					t.Errorf("asked %d times in %v", asked, took)
				}
			})
		})
	}
}

func TestACheckThatIsRefusedAtOnceIsAMatterOfPermission(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{`{"error":"Forbidden"}`: 403, "<html>Access denied</html>": 403, `{"error":"InvalidEndpoint"}`: 404} {
		s := newReplica(t, nil, Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return reply(r, status, http.Header{}, body), nil
		})}).source
		f := s.Check(t.Context(), s.catalog().Select([]string{"tickets"}), extract.Observer{})
		if len(f) != 1 || !errors.Is(f[0].Err, extract.ErrPermission) {
			t.Fatalf("%+v", f)
		}
		for _, word := range []string{"address", "allowlist", "firewall", "role"} {
			if !strings.Contains(f[0].Advice, word) {
				t.Errorf("%q is not in the advice: %s", word, f[0].Advice)
			}
		}
		if page := strings.HasPrefix(body, "<"); page != strings.Contains(f[0].Found, "web page") {
			t.Errorf("found %s", f[0].Found)
		}
	}
}

func TestACheckOfASourceThatIsDownSaysSo(t *testing.T) {
	t.Parallel()
	for name, answered := range map[string]int{"the first request": 0, "a stream": 2} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			s := newReplica(t, nil, Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if asked++; asked <= answered {
					return reply(r, 200, http.Header{}, `{"user":{"id":1,"role":"admin"},"token":{}}`), nil
				}
				return reply(r, 503, http.Header{}, ""), nil
			})}).source
			findings := s.Check(t.Context(), s.catalog().Select([]string{"tickets"}), extract.Observer{})
			if f := findings[len(findings)-1]; !errors.Is(f.Err, extract.ErrUnreachable) || f.Advice == "" || !strings.Contains(f.Found, "503") {
				t.Errorf("%s: %+v", name, f)
			}
		})
	}
}

// A refresh token is spent once Zendesk has made the new one: an answer that is not waited for is lost.
func TestNewTokensAreWaitedForLongerThanAPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{})
		v.logIn()
		v.desk.ExpireTokens()
		late := roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				time.Sleep(time.Minute)
			}
			return v.desk.Transport().RoundTrip(r)
		})
		if err := groups(t.Context(), v.source(Options{Transport: late, GiveUpAfter: 10 * time.Second})); err != nil {
			t.Error(err)
		}
		if n := v.grants(); n != 1 {
			t.Errorf("%d renewals", n)
		}
	})
}

// What one stream is told counts for the others too, which would wait for a day else.
func TestALongWaitEndsEveryStreamAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 20})
		desk.Inject(zendesktest.Fault{Do: zendesktest.RateLimited("86400")})
		r := newReplica(t, desk, Options{})
		begun := time.Now()
		r.try(allTables()...)
		if took := time.Since(begun); took > time.Minute {
			t.Errorf("it took %v", took)
		}
		for stream, err := range r.errs {
			if !errors.Is(err, extract.ErrUnreachable) || !strings.Contains(err.Error(), "asks to wait ") || strings.Contains(err.Error(), "given up") {
				t.Errorf("%s: %v", stream, err)
			}
		}
		if len(r.errs) < 10 {
			t.Errorf("only %d streams ended", len(r.errs))
		}
	})
}
