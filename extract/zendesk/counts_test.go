package zendesk

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"desklake/internal/zendesktest"
)

// without takes the first so many records of a list out of a body.
func without(body, key string, n int) string {
	i := strings.Index(body, `"`+key+`":[`) + len(key) + 4
	rest := body[i:]
	for range n {
		_, behind, found := strings.Cut(rest, `},{"url"`)
		if !found {
			return body
		}
		rest = `{"url"` + behind
	}
	return body[:i] + rest
}

func TestAPageOfAnExportWithFewerRowsThanItsCountIsAskedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5, Organizations: 80})
		changed := false
		r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(_ *http.Request, body string) string {
			if changed {
				return body
			}
			changed = true
			return without(body, "organizations", 1)
		})})
		r.run("organizations")
		r.holds(desk, "organizations")
		if n := len(desk.Requests()); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestAnExportWhosePagesAlwaysHaveFewerRowsThanTheirCountFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5, Organizations: 80})
		r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(_ *http.Request, body string) string {
			return count.ReplaceAllString(body, `"count":5000`)
		})})
		r.try("organizations")
		if err := r.errs["organizations"]; err == nil || !strings.Contains(err.Error(), "says that there are 5000") {
			t.Errorf("error: %v", err)
		} else {
			isToldAsTheHelpdesksOwn(t, err)
		}
		if n := len(desk.Requests()); n > 4 {
			t.Errorf("%d requests", n)
		}
	})
}

var count = regexp.MustCompile(`"count":\d+`)

func TestACountThatIsSmallerOrLacksIsNoContradiction(t *testing.T) {
	t.Parallel()
	for _, instead := range []string{`"count":1`, `"count":null`, `"was":0`} {
		synctest.Test(t, func(t *testing.T) {
			desk := zendesktest.New(zendesktest.Options{Tickets: 5, Organizations: 80})
			r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(_ *http.Request, body string) string {
				return count.ReplaceAllString(body, instead)
			})})
			r.run("organizations")
			r.holds(desk, "organizations")
		})
	}
}
