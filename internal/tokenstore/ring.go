package tokenstore

import (
	"errors"

	"github.com/zalando/go-keyring"
)

// service is the name under which the keyring shows the login to its owner.
const service = "desklake"

// ring is a login in the keyring of the operating system: Keychain, Credential Manager, Secret Service.
type ring struct{ name string }

func (r *ring) read() (Tokens, error) {
	data, err := keyring.Get(service, r.name)
	if errors.Is(err, keyring.ErrNotFound) {
		return Tokens{}, ErrNone
	} else if err != nil {
		return Tokens{}, err
	}
	return decode([]byte(data))
}

func (r *ring) write(data []byte) error { return keyring.Set(service, r.name, string(data)) }

func (r *ring) remove() error {
	err := keyring.Delete(service, r.name)
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}
