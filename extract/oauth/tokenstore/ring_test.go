package tokenstore

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/zalando/go-keyring"
)

// These tests replace the keyring of the whole process, so that they run one after the other.

func TestTheKeyringTakesTheLoginInPlaceOfTheFile(t *testing.T) {
	keyring.MockInit()
	s := newStore(t, Options{Keyring: true})
	put(t, New(Options{Path: s.file.path}), login(1))
	has(t, s, login(1)) // a login from before the keyring was configured
	put(t, s, login(2))
	has(t, s, login(2))
	if _, err := os.Stat(s.file.path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the file is still there:", err)
	}
	x, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if err := x.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := s.Read(); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}

func TestWithoutAKeyringTheFileTakesTheLoginAndSaysSo(t *testing.T) {
	broken := errors.New("no bus")
	keyring.MockInitWithError(broken)
	var log bytes.Buffer
	s := newStore(t, Options{Keyring: true, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if _, err := s.Read(); !errors.Is(err, ErrNone) || !errors.Is(err, broken) {
		t.Error(err)
	}
	put(t, s, login(1))
	has(t, s, login(1))
	if !strings.Contains(log.String(), "the login is kept in a file") || strings.Contains(log.String(), "s3cret") {
		t.Error(log.String())
	}

	// It can be used again, and still holds an old login: the latest one counts.
	keyring.MockInit()
	old, err := encode(login(0))
	if err == nil {
		err = s.ring.write(old)
	}
	if err != nil {
		t.Fatal(err)
	}
	has(t, s, login(1))

	// A login in the file is forgotten without it too.
	keyring.MockInitWithError(broken)
	x, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if err := x.Remove(); err != nil {
		t.Error(err)
	}
	if err := x.Remove(); !errors.Is(err, broken) {
		t.Error("the login may be in the keyring, and nothing said so:", err)
	}
}

func TestALockedKeyringIsNotWaitedForEndlessly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		unlocked := make(chan struct{})
		defer close(unlocked)
		text, err := within(ringLimit, func() (string, error) {
			<-unlocked
			return "s3cret", nil
		})
		if text != "" || err == nil || !strings.Contains(err.Error(), "may be locked") {
			t.Error(text, err)
		}
	})
}
