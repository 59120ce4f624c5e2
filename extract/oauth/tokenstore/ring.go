package tokenstore

import (
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

// service is the name under which the keyring shows the login to its owner.
const service = "desklake"

// ring is a login in the keyring of the operating system: Keychain, Credential Manager, Secret Service.
type ring struct{ name string }

func (r *ring) read() (Tokens, error) {
	data, err := within(ringLimit, func() (string, error) { return keyring.Get(service, r.name) })
	if errors.Is(err, keyring.ErrNotFound) {
		return Tokens{}, ErrNone
	} else if err != nil {
		return Tokens{}, err
	}
	return decode([]byte(data))
}

func (r *ring) write(data []byte) error {
	_, err := within(ringLimit, func() (string, error) { return "", keyring.Set(service, r.name, string(data)) })
	return err
}

func (r *ring) remove() error {
	_, err := within(ringLimit, func() (string, error) { return "", keyring.Delete(service, r.name) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// ringLimit is how long a keyring may take: a locked one asks on the screen for its password, and waits for ever where
// nobody sits.
const ringLimit = time.Minute

// within is what f returns, or an error if that takes too long.
func within(limit time.Duration, f func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := f()
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-time.After(limit):
		return "", fmt.Errorf("no answer within %v: it may be locked", limit)
	}
}
