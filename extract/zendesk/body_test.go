package zendesk

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/gzip"

	"desklake/extract"
)

// gzipped answers with a body that is compressed as it is read.
func gzipped(r *http.Request, write func(io.Writer) error) *http.Response {
	in, out := io.Pipe()
	go func() {
		z := gzip.NewWriter(out)
		_ = out.CloseWithError(errors.Join(write(z), z.Close()))
	}()
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Encoding": {"gzip"}}, Request: r, Body: in}
}

func TestAnswersThatTheStandardsAllowAreRead(t *testing.T) {
	t.Parallel()
	const groups = `{"groups":[{"id":1,"name":"a"}],"meta":{"has_more":false}}`
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(groups)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	const mark = "\xef\xbb\xbf"
	for name, answer := range map[string]roundTrip{
		"byte order mark": func(r *http.Request) (*http.Response, error) { return reply(r, 200, http.Header{}, mark+groups), nil },
		"x-gzip": func(r *http.Request) (*http.Response, error) {
			return reply(r, 200, http.Header{"Content-Encoding": {"X-GZIP"}}, zipped.String()), nil
		},
		"203": func(r *http.Request) (*http.Response, error) { return reply(r, 203, http.Header{}, groups), nil },
		"not compressed": func(r *http.Request) (*http.Response, error) {
			return reply(r, 200, http.Header{"Content-Encoding": {"identity"}}, groups), nil
		},
	} {
		token := func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return reply(r, 201, http.Header{}, mark+`{"access_token":"abc","scope":"read","expires_in":3600}`), nil
			}
			return answer(r)
		}
		r := newReplica(t, nil, Options{Transport: roundTrip(token), Auth: ClientCredentials("id", "secret")})
		r.run("groups")
		if len(r.rows["groups"]) != 1 {
			t.Errorf("%s: rows %v", name, r.rows)
		}
	}
}

// counting is an extract.Room that counts what it is asked.
type counting struct{ taken, left, most int }

func (c *counting) Take(_ context.Context, bytes int) error {
	c.taken, c.most = c.taken+1, max(c.most, bytes)
	return nil
}

func (c *counting) Leave() { c.left++ }

func TestRoomIsAskedForBeforeALargeBodyIsReadOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bytes, taken int
		broken       bool
	}{"ordinary": {bytes: 1 << 20}, "large": {bytes: extract.LargePage + 1, taken: 1}, "broken": {bytes: extract.LargePage + 1, taken: 1, broken: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				room, asked := &counting{}, 0
				r := newReplica(t, nil, Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					asked++
					answer := gzipped(r, func(to io.Writer) error {
						begin := []byte(`{"groups":[{"id":1,"name":"`)
						_, err := to.Write(append(begin, bytes.Repeat([]byte("a"), c.bytes-len(begin))...))
						if err == nil && (!c.broken || asked > 1) {
							_, err = io.WriteString(to, `"}],"meta":{"has_more":false}}`)
						}
						return err
					})
					return answer, nil
				})})
				for _, err := range r.source.Read(t.Context(), r.source.catalog().Select([]string{"groups"})[0], extract.Position{}, extract.Observer{Room: room}) {
					if err != nil {
						t.Error(err)
					}
				}
				want := counting{taken: c.taken * asked, left: asked - 1, most: room.most}
				if *room != want || c.taken > 0 && room.most < c.bytes || c.broken != (asked > 1) {
					t.Errorf("after %d requests the room was asked %+v", asked, *room)
				}
			})
		})
	}
}

func TestAnEncodingThatWasNotAskedForIsNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newReplica(t, nil, Options{GiveUpAfter: time.Second, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return reply(r, 200, http.Header{"Content-Encoding": {"br"}}, "x"), nil
		})})
		r.try("groups")
		if err := r.errs["groups"]; err == nil || !strings.Contains(err.Error(), `Content-Encoding "br"`) {
			t.Error(err)
		}
	})
}

func TestALargePageIsAskedForSmallerAndAHugeListSaysWhatToDo(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		large := func(bytes int) roundTrip {
			return func(r *http.Request) (*http.Response, error) {
				return gzipped(r, func(w io.Writer) error {
					_, err := io.WriteString(w, `{"groups":[{"id":1,"name":"`+strings.Repeat("x", bytes)+`"}],"meta":{"has_more":false}}`)
					return err
				}), nil
			}
		}
		r := newReplica(t, nil, Options{Transport: large(16<<20 + 1)})
		r.run("groups")
		if got := len(r.rows["groups"]["1"]["name"]); got != 16<<20+3 {
			t.Errorf("%d bytes were read", got)
		}
		r = newReplica(t, nil, Options{Transport: large(32<<20 + 1), GiveUpAfter: time.Minute})
		r.try("groups")
		if err := r.errs["groups"]; err == nil || !strings.Contains(err.Error(), "more than 32 MiB") || !strings.Contains(hintOf(err), "leave its table out") {
			t.Errorf("%v: %s", err, hintOf(err))
		}
	})
}
