package zendesk

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
)

// canary is a secret that is written in another way in JSON, in an address and in a page.
const canary = `q8"Zr&2+kP<uX7/w`

// piece is as much of a secret as is not shown, in bytes.
const piece = 8

// written are the ways in which an answer repeats what was sent.
var written = map[string]func(string) string{
	"as it is":    func(s string) string { return s },
	"upper case":  strings.ToUpper,
	"in JSON":     quoted,
	"in a query":  url.QueryEscape,
	"in a path":   url.PathEscape,
	"in base64":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte("a=" + s)) },
	"cut":         func(s string) string { return s[:len(s)-3] },
	"Go's quotes": func(s string) string { return fmt.Sprintf("%q", s) },
}

// reply is an answer of the given status with the header and the body.
func reply(r *http.Request, status int, h http.Header, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: h.Clone(), Request: r, Body: io.NopCloser(strings.NewReader(body))}
}

// repeating are the places in which an answer repeats what was sent.
var repeating = map[string]func(r *http.Request, sent string) (*http.Response, error){
	"code": func(r *http.Request, sent string) (*http.Response, error) {
		return reply(r, 403, http.Header{}, object("error", sent)), nil
	},
	"description": func(r *http.Request, sent string) (*http.Response, error) {
		return reply(r, 422, http.Header{}, object("error_description", "you sent "+sent)), nil
	},
	"request id": func(r *http.Request, sent string) (*http.Response, error) {
		return reply(r, 503, http.Header{"X-Request-Id": {sent}}, ""), nil
	},
	"type of a page": func(r *http.Request, sent string) (*http.Response, error) {
		return reply(r, 200, http.Header{"Content-Type": {"text/" + url.PathEscape(sent)}}, "<"), nil
	},
	"encoding": func(r *http.Request, sent string) (*http.Response, error) {
		return reply(r, 200, http.Header{"Content-Encoding": {sent}}, "{}"), nil
	},
	"name of a limit": func(r *http.Request, sent string) (*http.Response, error) {
		name := "Zendesk-Ratelimit-" + strings.ReplaceAll(sent, `"`, "-")
		return reply(r, 503, http.Header{http.CanonicalHeaderKey(name): {"total=5; remaining=4; resets=1"}}, ""), nil
	},
	"path of a redirect": func(r *http.Request, sent string) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/signin") {
			return reply(r, 200, http.Header{}, "<html>"), nil
		}
		return reply(r, 302, http.Header{"Location": {"/signin/" + url.PathEscape(sent)}}, ""), nil
	},
	"host of a redirect": func(r *http.Request, sent string) (*http.Response, error) {
		return reply(r, 302, http.Header{"Location": {"https://" + strings.ToLower(base64.RawURLEncoding.EncodeToString([]byte(sent))) + ".example.com/"}}, ""), nil
	},
	"no answer": func(_ *http.Request, sent string) (*http.Response, error) {
		return nil, errors.New("malformed HTTP response " + sent)
	},
	"name of a user": func(r *http.Request, sent string) (*http.Response, error) {
		return reply(r, 200, http.Header{}, `{"user":{"id":1,"role":"admin","name":`+object("x", sent)[5:]+`}`), nil
	},
}

func object(key, value string) string {
	b, _ := json.Marshal(map[string]string{key: value})
	return string(b)
}

func TestNoAnswerMakesDesklakeTellWhatWasSent(t *testing.T) {
	t.Parallel()
	for name, auth := range map[string]Auth{
		"API token": APIToken{"me@acme.com", canary}, "access token": AccessToken{canary}, "OAuth client": ClientCredentials("id", canary),
	} {
		for place, answer := range repeating {
			t.Run(name+", "+place, func(t *testing.T) {
				t.Parallel()
				for way, write := range written {
					if place == "name of a user" && way != "as it is" {
						continue // what a page says is left as it is but for whole secrets
					}
					synctest.Test(t, func(t *testing.T) {
						told := tell(t, auth, func(r *http.Request) (*http.Response, error) { return answer(r, write(proof(r))) })
						for form := write(canary); len(form) < 300; form = quoted(form) {
							for i := range len(form) - piece + 1 {
								if piece := strings.ToLower(form[i : i+piece]); strings.Contains(strings.ToLower(told), piece) {
									t.Fatalf("%s: %q is in what is told:\n%.3000s", way, piece, told)
								}
							}
						}
					})
				}
			})
		}
	}
}

// proof is what a request proves itself with, bare.
func proof(r *http.Request) string {
	kind, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if kind == "Basic" {
		pair, _ := base64.StdEncoding.DecodeString(value)
		_, value, _ = strings.Cut(string(pair), ":")
	}
	if value == "" { // it is a request for tokens, or the redirected one
		return canary
	}
	return value
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// tell reads a stream and checks it, and returns all that is told of it.
func tell(t *testing.T, auth Auth, answer roundTrip) string {
	t.Helper()
	var told bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&told, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := newReplica(t, nil, Options{Auth: auth, Transport: answer, Logger: log, GiveUpAfter: 20 * time.Second}).source
	observer := extract.Observer{Responded: func(r extract.Response) { fmt.Fprintf(&told, "%+v\n", r) }}
	streams := s.catalog().Select([]string{"groups"})
	for page, err := range s.Read(t.Context(), streams[0], extract.Position{}, observer) {
		fmt.Fprintf(&told, "%+v %+v %s\n", page.Next, page.Issues, texts(err))
	}
	for _, f := range s.Check(t.Context(), streams, observer) {
		fmt.Fprintf(&told, "%s %s %s %s\n", f.Subject, f.Found, f.Advice, texts(f.Err))
	}
	if !strings.Contains(told.String(), "endpoint") {
		t.Error("nothing was told")
	}
	return told.String()
}

// texts are the texts of an error and of all that it wraps.
func texts(err error) string {
	if err == nil {
		return ""
	}
	text := err.Error() + "\n"
	var hint interface{ Hint() string }
	if errors.As(err, &hint) {
		text += hint.Hint() + "\n"
	}
	var api *rest.APIError
	if errors.As(err, &api) {
		text += api.Error()
	}
	var failure *extract.Failure
	if errors.As(err, &failure) {
		text += failure.Err.Error()
	}
	return text
}

func TestAPageThatRepeatsTheCredentialIsReadWithoutIt(t *testing.T) {
	t.Parallel()
	token := strings.Repeat(canary, 2)
	for name, auth := range map[string]Auth{"access token": AccessToken{token}, "API token": APIToken{"me", token}} {
		r := newReplica(t, nil, Options{Auth: auth, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			name, _ := json.Marshal("was " + r.Header.Get("Authorization") + ", " + token + ", and " + token[:8])
			return reply(r, 200, http.Header{}, `{"groups":[{"id":1,"name":`+string(name)+`}],"meta":{"has_more":false}}`), nil
		})})
		r.run("groups")
		scheme, _, _ := strings.Cut(auth.Open(nil).(rest.Fixed).Value, " ")
		want, _ := json.Marshal("was " + scheme + " ***, ***, and " + token[:8])
		if got := r.rows["groups"]["1"].values(t)["name"]; got != asText(t, want) {
			t.Errorf("%s: %v, want %s", name, got, want)
		}
	}
}

func asText(t *testing.T, raw []byte) (text string) {
	t.Helper()
	if err := json.Unmarshal(raw, &text); err != nil {
		t.Fatal(err)
	}
	return text
}
