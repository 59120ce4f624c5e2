package zendesk

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

func TestTheEndOfACredentialIsToldFromSevenDaysBeforeOnceADay(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		left time.Duration
		want int
	}{"far": {8 * 24 * time.Hour, 1}, "near": {6*24*time.Hour + time.Hour, 2}} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			v := newVisit(t, zendesktest.Options{})
			tokens := v.logIn()
			tokens.AccessEnds, tokens.RefreshEnds = time.Now().Add(48*time.Hour+time.Minute), time.Now().Add(x.left)
			v.put(tokens)
			s := v.source(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			v.desk.Inject(zendesktest.Fault{Match: "groups", Do: zendesktest.Body(`{"groups":[]}`)})
			for range 10 {
				if err := groups(t.Context(), s); err != nil {
					t.Fatal(err)
				}
				time.Sleep(5 * time.Hour)
			}
			if got := strings.Count(log.String(), "the credential ends soon"); got != x.want {
				t.Errorf("%s: told %d times:\n%s", name, got, log.String())
			}
		})
	}
}

func TestTheEndOfAPITokensIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		time.Sleep(time.Until(endOfAPITokens.AddDate(0, 0, -6)))
		desk := zendesktest.New(zendesktest.Options{Tickets: 5})
		s := testSource(t, desk, Options{Auth: APIToken{"me@acme.com", "s3cret"}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err := groups(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(log.String(), "days=6") {
			t.Error(log.String())
		}
		if ends, err := s.Expiry(); err != nil || !ends.Equal(endOfAPITokens) {
			t.Error(ends, err)
		}
	})
}

func TestCheckSaysWhenALoginEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{})
		s := v.source(Options{})
		if _, err := s.Expiry(); !errors.Is(err, extract.ErrLogin) {
			t.Error(err)
		}
		v.logIn()
		for _, f := range s.Check(t.Context(), nil, extract.Observer{}) {
			if f.Subject == "expiry" && (f.Found != "2000-01-01 01:00, scopes read; the login ends 2000-03-31 00:00, in 90 days, unless it is used before" || f.Advice != "") {
				t.Errorf("%+v", f)
			}
			if f.Subject == "credential" && !strings.HasPrefix(f.Found, "login through the OAuth client desklake, acting as ") {
				t.Errorf("%+v", f)
			}
		}
		ends, err := s.Expiry()
		if err != nil || !ends.Equal(time.Date(2000, 3, 31, 0, 0, 0, 0, time.UTC)) {
			t.Error(ends, err)
		}
	})
}
