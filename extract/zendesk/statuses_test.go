package zendesk

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
)

// Whatever the status, it is told with advice, and is of a kind that has an exit code. What does not become better is not
// asked for again.
func TestStatusesThatNobodyExpectsAreToldWithAdvice(t *testing.T) {
	t.Parallel()
	kinds := map[int]error{402: extract.ErrPermission, 403: extract.ErrPermission, 404: extract.ErrPermission, 407: extract.ErrUnreachable}
	for _, status := range []int{206, 300, 302, 304, 400, 402, 403, 404, 405, 406, 407, 410, 412, 413, 415, 417, 418, 421, 422, 428, 431, 451, 499} {
		for name, body := range map[string]string{"JSON": `{"error":"Odd","description":"nope"}`, "a page": "<html>", "nothing": ""} {
			t.Run(fmt.Sprint(status, " with ", name), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					answer := roundTrip(func(r *http.Request) (*http.Response, error) { return reply(r, status, http.Header{}, body), nil })
					kind := kinds[status]
					if kind == nil {
						kind = extract.ErrAnswer
					}
					begun := time.Now()
					r := newReplica(t, nil, Options{Transport: answer})
					r.try("groups", "tickets")
					found := r.source.Check(t.Context(), r.source.catalog().Select([]string{"groups"}), extract.Observer{})
					for where, err := range map[string]error{"groups": r.errs["groups"], "tickets": r.errs["tickets"], "check": found[0].Err} {
						if !errors.Is(err, kind) || !strings.Contains(fmt.Sprint(err), fmt.Sprint(status)) || hintOf(err) == "" {
							t.Errorf("%s: %v: %s", where, err, hintOf(err))
						}
					}
					if took := time.Since(begun); took > time.Minute {
						t.Errorf("took %v", took)
					}
				})
			})
		}
	}
}

func TestAnAccountThatIsNotPaidForIsToldSoWhenATokenIsAskedFor(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]error{402: extract.ErrPermission, 407: extract.ErrUnreachable, 405: extract.ErrAnswer, 400: extract.ErrCredentials} {
		r := newReplica(t, nil, Options{Auth: ClientCredentials("x", "y"), Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return reply(r, status, http.Header{}, `{"error":"Odd"}`), nil
		})})
		r.try("groups")
		if err := r.errs["groups"]; !errors.Is(err, kind) || hintOf(err) == "" {
			t.Errorf("%d: %v", status, err)
		}
	}
}
