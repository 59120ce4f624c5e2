package zendesk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
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

// ledgerName is the file in which the limits of the test's account are shared.
const ledgerName = "limits-acme.zendesk.com.json"

func TestALedgerThatAnotherProcessHoldsStopsNobody(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ledgerName)
	held, err := durable.OpenLocked(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 1, Limits: zendesktest.Limits{Account: 20}})
		s := testSource(t, desk, Options{CacheDir: dir})
		begun := time.Now()
		ask(t, s, groupsEndpoint, 10, 5)
		if took := time.Since(begun); took > 2*time.Second {
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
	dir := t.TempDir()
	path := filepath.Join(dir, ledgerName)
	held, err := durable.OpenLocked(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := testSource(t, zendesktest.New(zendesktest.Options{Tickets: 1}), Options{CacheDir: dir})
		ask(t, s, groupsEndpoint, 1, 1)
		if err := held.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		ask(t, s, groupsEndpoint, 1, 1)
	})
	if written, err := os.ReadFile(path); err != nil || !strings.Contains(string(written), groupsEndpoint) {
		t.Errorf("the file has %s, %v", written, err)
	}
}

func TestNamesOfLimitsDoNotGrowWithoutEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
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
		known := s.client.Limits()
		if n := len(known.Told()); n > 32+1 {
			t.Errorf("%d limits", n)
		}
		if limit := known.Limit(account); limit != zendesktest.Professional.Account {
			t.Errorf("the account's limit is %d", limit)
		}
	})
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if info, err := files[0].Info(); err != nil || info.Size() > 32<<10 {
		t.Errorf("the file has %d bytes, %v", info.Size(), err)
	}
}

func TestALedgerThatIsTooLargeOrNoFileIsNotRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, ledgerName)
	big := `{"Routes":{"` + strings.Repeat("x", 1<<20) + `":null}}`
	if err := os.WriteFile(path, []byte(big), 0o600); err != nil {
		t.Fatal(err)
	}
	device := t.TempDir()
	if err := os.Symlink(os.DevNull, filepath.Join(device, ledgerName)); err != nil {
		t.Skip(err)
	}
	synctest.Test(t, func(t *testing.T) {
		for _, dir := range []string{dir, device} {
			s := testSource(t, zendesktest.New(zendesktest.Options{Tickets: 1}), Options{CacheDir: dir})
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
