package zendesk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/durable"
	"desklake/internal/zendesktest"
)

func TestALedgerThatAnotherProcessHoldsStopsNobody(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "limits.json")
	held, err := durable.OpenLocked(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 1, Limits: zendesktest.Limits{Account: 20}})
		s := testSource(t, desk, Options{})
		s.client.limits.ledger = &shared{path: path, log: s.log}
		begun := time.Now()
		ask(t, s, groupsEndpoint, 10, 5)
		if took := time.Since(begun); took > 2*ledgerWait {
			t.Errorf("ten requests took %v", took)
		}
		ask(t, s, groupsEndpoint, 20, 3)
		if n := desk.Limited(); n > 0 {
			t.Errorf("%d requests were sent while limited", n)
		}
	})
	if written, err := os.ReadFile(path); err != nil || len(written) > 0 {
		t.Errorf("the file that another process holds was changed: %s, %v", written, err)
	}
}

func TestALedgerThatWasHeldIsUsedAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "limits.json")
	held, err := durable.OpenLocked(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := testSource(t, zendesktest.New(zendesktest.Options{Tickets: 1}), Options{})
		s.client.limits.ledger = &shared{path: path, log: s.log}
		ask(t, s, groupsEndpoint, 1, 1)
		if err := held.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(ledgerPause)
		ask(t, s, groupsEndpoint, 1, 1)
	})
	if written, err := os.ReadFile(path); err != nil || !strings.Contains(string(written), groupsEndpoint) {
		t.Errorf("the file has %s, %v", written, err)
	}
}

func TestNamesOfLimitsDoNotGrowWithoutEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5, Limits: zendesktest.Professional})
		var answered atomic.Int64
		flood := roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := desk.Transport().RoundTrip(r)
			answers := answered.Add(1)
			for i := range 90 {
				resp.Header.Set(fmt.Sprintf("Zendesk-Ratelimit-Z%d-%d", answers, i), "total=10; remaining=9; resets=30")
			}
			resp.Header.Set("Zendesk-Ratelimit-"+strings.Repeat("Long", 1000), "total=10; remaining=9; resets=30")
			resp.Header.Set("Zendesk-Ratelimit-<Script>", "total=10; remaining=9; resets=30")
			resp.Header.Set("Zendesk-Ratelimit-Account", "total=10; remaining=0; resets=30")
			return resp, err
		})
		s := testSource(t, desk, Options{Transport: flood, CacheDir: dir, Reserve: -1})
		begun := time.Now()
		ask(t, s, groupsEndpoint, 200, 4)
		if took := time.Since(begun); took > 2*time.Minute {
			t.Errorf("200 requests took %v", took)
		}
		if n := len(s.client.limits.flying); n > 0 {
			t.Errorf("%d windows of requests under way, and none is", n)
		}
		s.client.limits.look(func(q *quotas) {
			if n := len(q.Windows); n > mostRemembered+3 {
				t.Errorf("%d windows", n)
			}
			if q.window(account).Limit != zendesktest.Professional.Account {
				t.Errorf("the account's limit is %d", q.window(account).Limit)
			}
		})
	})
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if info, err := files[0].Info(); err != nil || info.Size() > 32<<10 {
		t.Errorf("the file has %d bytes, %v", info.Size(), err)
	}
}

func TestWindowsThatAreLongOverAreForgottenAndTheOthersKept(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	q := &quotas{Routes: map[string][]string{ticketsEndpoint: {"new"}, groupsEndpoint: {"old"}, macrosEndpoint: {"new", "old"}}}
	q.window(account).Limit, q.window(exports).Limit, q.window(groupsEndpoint).Count = 700, 20, 1
	q.window("new").End, q.window("old").End = now.Add(-longOver), now.Add(-longOver-time.Second)
	q.Windows["null"] = nil
	q.forget(now)
	var names, routes []string
	for name := range q.Windows {
		names = append(names, name)
	}
	for endpoint := range q.Routes {
		routes = append(routes, endpoint)
	}
	slices.Sort(names)
	if want := []string{groupsEndpoint, account, exports, "new"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if !slices.Equal(routes, []string{ticketsEndpoint}) {
		t.Errorf("routes %q", routes)
	}
}

func TestALedgerThatIsTooLargeOrNoFileIsNotRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "limits.json")
	big, err := json.Marshal(quotas{Routes: map[string][]string{strings.Repeat("x", ledgerSize): nil}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, big, 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := testSource(t, zendesktest.New(zendesktest.Options{Tickets: 1}), Options{})
		for _, name := range []string{path, os.DevNull} {
			s.client.limits.ledger = &shared{path: name, log: s.log}
			ask(t, s, groupsEndpoint, 3, 1)
		}
	})
	if written, err := os.ReadFile(path); err != nil || len(written) > 4096 || !json.Valid(written) {
		t.Errorf("the file has %d bytes, %v", len(written), err)
	}
}

// It can fail under the race detector only.
func TestACheckBesideARunSharesTheLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5, Latency: time.Millisecond})
		s := testSource(t, desk, Options{CacheDir: t.TempDir()})
		var wg sync.WaitGroup
		wg.Go(func() { ask(t, s, groupsEndpoint, 100, 4) })
		for range 20 {
			s.checkLimits()
			s.Estimate(context.Background(), nil, nil, extract.Observer{})
		}
		wg.Wait()
	})
}
