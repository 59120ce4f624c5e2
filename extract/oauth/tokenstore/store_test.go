package tokenstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var day = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// login is the n-th login.
func login(n int) Tokens {
	at := day.Add(time.Duration(n) * time.Hour)
	return Tokens{
		Host: "https://acme.zendesk.com", ClientID: "desklake", Access: fmt.Sprintf("s3cret-access-%d", n), Obtained: at,
		AccessEnds: at.Add(time.Hour), Refresh: fmt.Sprintf("s3cret-refresh-%d", n), RefreshEnds: at.AddDate(0, 0, 90),
	}
}

// same compares tokens although they print as nothing.
var same = cmp.Comparer(func(a, b Tokens) bool { return a == b })

func newStore(t *testing.T, o Options) *Store {
	t.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(t.TempDir(), "config.tokens.json")
	}
	return New(o)
}

// put stores tokens as a login or a renewal does.
func put(t *testing.T, s *Store, tokens Tokens) {
	t.Helper()
	x, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if err := errors.Join(x.Prepare(), x.Put(tokens)); err != nil {
		t.Fatal(err)
	}
}

// has fails unless exactly these tokens are stored.
func has(t *testing.T, s *Store, want Tokens) {
	t.Helper()
	got, err := s.Read()
	if err != nil || !cmp.Equal(got, want, same) {
		t.Errorf("got %s, %v, want %s", got.Access, err, want.Access)
	}
}

func TestWhatIsPutIsReadAndIsItsOwnersOnly(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	if _, err := s.Read(); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
	for n := range 3 {
		put(t, s, login(n))
		has(t, s, login(n))
	}
	put(t, s, Tokens{Host: "https://x", Access: "a"})
	has(t, s, Tokens{Host: "https://x", Access: "a"})
	files, err := filepath.Glob(filepath.Dir(s.file.path) + "/*")
	if err != nil || len(files) != 2 {
		t.Error(files, err)
	}
	for _, path := range files {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Error(path, info.Mode(), err)
		}
	}
}

func TestAtEveryStepTheOldOrTheNewTokensAreThere(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	put(t, s, login(1))
	want, steps := login(1), []string{}
	s.step = func(step string) {
		steps = append(steps, step)
		if step == "renamed" {
			want = login(2)
		}
		has(t, s, want)
	}
	put(t, s, login(2))
	if got := strings.Join(steps, " "); got != "locked prepared answered written synced renamed stored" {
		t.Error(got)
	}
}

func TestADraftThatAKilledProcessLeftIsReplacedAndNotFollowed(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	elsewhere := filepath.Join(t.TempDir(), "precious")
	if err := errors.Join(os.WriteFile(elsewhere, []byte("keep"), 0o644), os.Symlink(elsewhere, s.file.path+".new")); err != nil {
		t.Fatal(err)
	}
	put(t, s, login(1))
	has(t, s, login(1))
	if kept, _ := os.ReadFile(elsewhere); string(kept) != "keep" {
		t.Errorf("%q", kept)
	}
}

func TestALinkStaysALink(t *testing.T) {
	t.Parallel()
	target, link := filepath.Join(t.TempDir(), "real"), filepath.Join(t.TempDir(), "link")
	put(t, newStore(t, Options{Path: target}), login(1))
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	put(t, newStore(t, Options{Path: link}), login(2))
	has(t, newStore(t, Options{Path: target}), login(2))
}

func TestAPlaceThatCannotBeWrittenIsNoticedBeforeAnythingIsSpent(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	if err := os.MkdirAll(s.file.path+".new/not-empty", 0o755); err != nil {
		t.Fatal(err)
	}
	x, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	var hint interface{ Hint() string }
	if err := x.Prepare(); !errors.As(err, &hint) || !strings.Contains(hint.Hint(), s.file.path) {
		t.Error(err)
	}
	if _, err := newStore(t, Options{Path: s.file.path + "/nowhere/x"}).Open(t.Context()); !errors.As(err, &hint) {
		t.Error(err)
	}
}

func TestWhatIsNoLoginIsAnErrorThatShowsNothingOfIt(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"": "not a login", "s3cret": "not a login", `{"access_token":"s3cret"}`: "not a login", `{"version":1,"access_token":7,"refresh_token":"s3cret"}`: "not a login",
		`{"version":2,"host":"h","access_token":"s3cret"}`: "has version 2",
	} {
		s := newStore(t, Options{})
		if err := os.WriteFile(s.file.path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Read(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestAFileThatOthersCanReadIsToldAndMadePrivate(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newStore(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	put(t, s, login(1))
	has(t, s, login(1))
	if log.Len() > 0 {
		t.Error(log.String())
	}
	if err := os.Chmod(s.file.path, 0o644); err != nil {
		t.Fatal(err)
	}
	has(t, s, login(1))
	if !strings.Contains(log.String(), "mode=0644") || strings.Contains(log.String(), "s3cret") {
		t.Error(log.String())
	}
	put(t, s, login(2))
	if mode := s.file.exposed(); mode != 0 {
		t.Error(mode)
	}
}

func TestOneSessionAtATime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens")
	put(t, New(Options{Path: path}), login(0))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s := New(Options{Path: path})
			x, err := s.Open(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer x.Close()
			got, err := s.Read()
			if err != nil {
				t.Error(err)
				return
			}
			next := login(int(got.Obtained.Sub(day)/time.Hour) + 1)
			if err := x.Put(next); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	has(t, New(Options{Path: path}), login(8))
}

func TestWaitingForAnotherSessionIsToldAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := newStore(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		x, err := s.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := s.Open(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		synctest.Wait()
		if n := strings.Count(log.String(), "waiting for another process"); n != 1 {
			t.Error(log.String())
		}
	})
}

func TestRemoveForgets(t *testing.T) {
	t.Parallel()
	s := newStore(t, Options{})
	put(t, s, login(1))
	for range 2 {
		x, err := s.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Remove(); err != nil {
			t.Error(err)
		}
		x.Close()
		if _, err := s.Read(); !errors.Is(err, ErrNone) {
			t.Error(err)
		}
	}
}

func TestTokensDoNotPrint(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	tokens := login(1)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "tokens", tokens, "in", struct{ T Tokens }{tokens})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "tokens", tokens, "in", struct{ T Tokens }{tokens}, "pointer", &tokens)
	marshalled, _ := json.Marshal(map[string]any{"tokens": tokens, "pointer": &tokens})
	for _, text := range []string{
		log.String(), string(marshalled), fmt.Sprint(tokens), fmt.Sprintf("%v %+v %#v %s %q %d %x", tokens, tokens, tokens, tokens, tokens, tokens, tokens),
		fmt.Sprintf("%v %+v %#v", &tokens, struct{ T Tokens }{tokens}, []Tokens{tokens}),
	} {
		if strings.Contains(text, "s3cret") || text == "" {
			t.Error(text)
		}
	}
}

func TestTheEndOfALogin(t *testing.T) {
	t.Parallel()
	at, later := day, day.AddDate(0, 0, 90)
	for _, x := range []struct {
		tokens Tokens
		want   time.Time
	}{
		{Tokens{AccessEnds: at, Refresh: "r", RefreshEnds: later}, later},
		{Tokens{AccessEnds: at, Refresh: "r"}, time.Time{}},
		{Tokens{AccessEnds: at}, at},
		{Tokens{Refresh: "r", RefreshEnds: later}, time.Time{}},
	} {
		if got := x.tokens.Ends(); !got.Equal(x.want) {
			t.Errorf("%v %v", got, x.want)
		}
	}
}
