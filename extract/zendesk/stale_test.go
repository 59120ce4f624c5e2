package zendesk

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

// A cache that keeps what it is told not to keep makes a night look like one without changes.
func TestAnAnswerThatACacheKeptIsAskedForAgainAndThenToldOf(t *testing.T) {
	t.Parallel()
	for age, old := range map[string]bool{"301": true, "86400": true, "99999999999999999999": true, "300": false, "0": false, "-5": false, "soon": false, "1.5": false} {
		t.Run(age, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				day := http.Header{"Age": {age}, "Date": {time.Now().Add(-24 * time.Hour).UTC().Format(http.TimeFormat)}}
				r := newReplica(t, nil, Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					return reply(r, 200, day.Clone(), `{"groups":[{"id":1,"name":"a"}],"meta":{"has_more":false}}`), nil
				})})
				begun := time.Now()
				r.try("groups")
				err := r.errs["groups"]
				if !old {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if !errors.Is(err, extract.ErrUnreachable) || !strings.Contains(err.Error(), "out of a cache") || !strings.Contains(hintOf(err), "cache") {
					t.Errorf("%v: %s", err, hintOf(err))
				}
				if took := time.Since(begun); took < time.Minute || took > 10*time.Minute {
					t.Errorf("took %v", took)
				}
				if ahead := r.source.client.Ahead(); ahead != 0 {
					t.Errorf("the clock is %v ahead by what the cache kept", ahead)
				}
			})
		})
	}
}

func TestOneAnswerOutOfACacheIsReadAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 20})
		asked := 0
		r := newReplica(t, desk, Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if asked++; asked == 1 {
				return reply(r, 200, http.Header{"Age": {"7200"}}, `{"groups":[],"meta":{"has_more":false}}`), nil
			}
			return desk.Transport().RoundTrip(r)
		})})
		r.run("groups")
		r.holds(desk, "groups")
	})
}
