package zendesk

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

// transient are faults that pass.
var transient = map[string]zendesktest.Effect{
	"408":                       zendesktest.Status(408, ""),
	"409":                       zendesktest.Status(409, `{"error":"Conflict"}`),
	"429 without Retry-After":   zendesktest.RateLimited(""),
	"429 for 3 seconds":         zendesktest.RateLimited("3"),
	"429 for 2.5 seconds":       zendesktest.RateLimited("2.5"),
	"429 until a date":          zendesktest.RateLimited("Sat, 01 Jan 2000 00:01:00 GMT"),
	"429 with nonsense":         zendesktest.RateLimited("soon"),
	"500":                       zendesktest.Status(500, "Internal Server Error"),
	"502":                       zendesktest.Status(502, ""),
	"503":                       zendesktest.Unavailable(""),
	"503 for 90 seconds":        zendesktest.Unavailable("90"),
	"504":                       zendesktest.GatewayTimeout(),
	"520":                       zendesktest.Status(520, "<html>"),
	"521":                       zendesktest.Status(521, ""),
	"522":                       zendesktest.Status(522, ""),
	"523":                       zendesktest.Status(523, ""),
	"524":                       zendesktest.Status(524, ""),
	"401":                       zendesktest.Unauthorized(),
	"hang":                      zendesktest.Hang(),
	"reset":                     zendesktest.Reset(),
	"cut at once":               zendesktest.CutBody(0),
	"cut after a byte":          zendesktest.CutBody(1),
	"cut within the first row":  zendesktest.CutBody(100),
	"cut later":                 zendesktest.CutBody(3000),
	"gzip cut short":            zendesktest.CutGzip(),
	"stalled drip":              zendesktest.SlowDrip(100, 2*time.Minute),
	"slow drip":                 zendesktest.SlowDrip(50, time.Second),
	"longer than it is":         zendesktest.WrongLength(10),
	"shorter than it is":        zendesktest.WrongLength(-10),
	"empty":                     zendesktest.EmptyBody(),
	"HTML":                      zendesktest.NotJSON(),
	"another object":            zendesktest.Body(`{"hello":"world"}`),
	"null":                      zendesktest.Body(`null`),
	"NaN":                       zendesktest.Field("x", zendesktest.NaN),
	"an empty page, not last":   zendesktest.EmptyPageNotLast(),
	"the cursor does not move":  zendesktest.CursorStuck(),
	"the clock is ahead":        zendesktest.WrongClock(2 * time.Hour),
	"the clock is behind":       zendesktest.WrongClock(-100 * 24 * time.Hour),
	"the last row comes again":  zendesktest.DuplicateRow(),
	"a row without a key":       zendesktest.NoKey("id"),
	"too large for a page":      zendesktest.TooLarge(10),
	"the cursor is not trusted": zendesktest.InvalidCursor(),
}

// once are the faults that are only forgiven once in a row.
var once = map[string]bool{"401": true, "an empty page, not last": true, "the cursor does not move": true}

func TestTransientFaultsLeaveNoTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	for name, effect := range transient {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				auth := zendesktest.Auth{ClientID: "desklake", ClientSecret: "s3cret"}
				desk := zendesktest.New(zendesktest.Options{Tickets: 12, AuditsPerTicket: 3, TicketBytes: 500, Auth: auth, Since: time.Now().AddDate(0, 0, -30)})
				r := newReplica(t, desk, Options{Auth: ClientCredentials(auth.ClientID, auth.ClientSecret)})
				for range 2 {
					for _, st := range streams {
						path := st.endpoint[len("/api/v2/"):]
						times := 2
						if once[name] {
							times = 1
						}
						defer desk.Inject(zendesktest.Fault{Match: path, Times: times, Do: effect})()
					}
					r.run(allTables()...)
					time.Sleep(3 * time.Hour)
					desk.Change(testRand(t), 30)
					time.Sleep(2 * time.Minute)
				}
				desk.Clear()
				r.run(allTables()...)
				r.holdsAll(desk)
			})
		})
	}
}

// permanent are faults that stay, with the kind of failure that they end in.
var permanent = map[string]struct {
	effect zendesktest.Effect
	kind   error
}{
	"429":                 {zendesktest.RateLimited("30"), extract.ErrUnreachable},
	"429 for a day":       {zendesktest.RateLimited("86400"), extract.ErrUnreachable},
	"500":                 {zendesktest.Status(500, ""), extract.ErrUnreachable},
	"503":                 {zendesktest.Unavailable(""), extract.ErrUnreachable},
	"504":                 {zendesktest.GatewayTimeout(), extract.ErrUnreachable},
	"reset":               {zendesktest.Reset(), extract.ErrUnreachable},
	"hang":                {zendesktest.Hang(), extract.ErrUnreachable},
	"cut":                 {zendesktest.CutBody(20), extract.ErrUnreachable},
	"gzip cut short":      {zendesktest.CutGzip(), extract.ErrUnreachable},
	"stalled drip":        {zendesktest.SlowDrip(10, 10*time.Minute), extract.ErrUnreachable},
	"empty":               {zendesktest.EmptyBody(), extract.ErrUnreachable},
	"HTML":                {zendesktest.NotJSON(), extract.ErrUnreachable},
	"another object":      {zendesktest.Body(`{"hello":"world"}`), extract.ErrUnreachable},
	"401":                 {zendesktest.Unauthorized(), extract.ErrCredentials},
	"elsewhere":           {zendesktest.Redirect("https://evil.example.com/"), extract.ErrNoAccount},
	"an error of ours":    {zendesktest.Status(400, `{"errors":[{"code":"BadRequest","title":"no"}]}`), extract.ErrAnswer},
	"a status of its own": {zendesktest.Status(http.StatusTeapot, ""), extract.ErrAnswer},
}

func TestPermanentFaultsEndEveryStreamInTheirKindOfFailure(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	for name, test := range permanent {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 10})
				r := newReplica(t, desk, Options{GiveUpAfter: 3 * time.Minute})
				begun := time.Now()
				desk.Inject(zendesktest.Fault{Match: "", Do: test.effect})
				r.try(allTables()...)
				for _, st := range r.source.catalog().Select(allTables()) {
					err := r.errs[st.Name]
					if err == nil {
						t.Errorf("%s: no error", st.Name)
					} else if !errors.Is(err, test.kind) {
						t.Errorf("%s: %v, want %v", st.Name, err, test.kind)
					} else if hintOf(err) == "" {
						t.Errorf("%s: no advice: %v", st.Name, err)
					}
				}
				if r.read > 0 || len(r.positions) > 0 {
					t.Errorf("%d rows were read; positions: %v", r.read, r.positions)
				}
				if took := time.Since(begun) / time.Duration(len(r.errs)); took > time.Hour {
					t.Errorf("took %v a stream", took)
				}
			})
		})
	}
}
