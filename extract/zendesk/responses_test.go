package zendesk

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

func TestEveryAnswerIsToldOf(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 30, Limits: zendesktest.Limits{Account: 200, Exports: 10, OneBucket: true}})
		var sent int64
		s := testSource(t, desk, Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := desk.Transport().RoundTrip(r)
			if err == nil {
				sent += resp.ContentLength
			}
			return resp, err
		})})
		desk.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.Reset()})
		desk.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", After: 1, Times: 1, Do: zendesktest.Status(503, "Busy")})
		var told []extract.Response
		observer := extract.Observer{Responded: func(r extract.Response) { told = append(told, r) }}
		for _, err := range s.Read(t.Context(), s.catalog().Select([]string{"tickets"})[0], extract.Position{}, observer) {
			if err != nil {
				t.Fatal(err)
			}
		}
		var codes []int
		var bytes int64
		for _, r := range told {
			codes = append(codes, r.Code)
			bytes += r.Bytes
			if r.Endpoint != ticketsEndpoint {
				t.Errorf("endpoint %q", r.Endpoint)
			}
		}
		if want := []int{0, 503, 200}; !slices.Equal(codes[:min(3, len(codes))], want) {
			t.Errorf("codes %v, want %v", codes, want)
		}
		if bytes != sent || bytes == 0 {
			t.Errorf("%d bytes told, %d sent", bytes, sent)
		}
		last := told[len(told)-1].Quotas
		if len(last) != 2 || last[0].Name != account || last[0].Limit != 200 || last[0].Left >= 200 || last[1].Limit != 10 || last[1].Left >= 10 {
			t.Errorf("quotas %+v", last)
		}
		for _, q := range last {
			if left := time.Until(q.Resets); left <= 0 || left > time.Minute {
				t.Errorf("%s resets in %s", q.Name, left)
			}
		}
	})
}
