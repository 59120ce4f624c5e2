// Package tokenstore keeps the tokens of one OAuth login: durably, and for all processes of this machine.
//
// A source whose refresh tokens are good for one use must not lose the new one, and must not ask twice for it. So whoever
// renews a login opens a Session, which is the exclusive use of the store; reads the tokens again, as another process may
// just have renewed them; prepares the place of the new ones before it spends the old ones; and puts the new ones there
// before it uses them. Start with Store, then read Session.
package tokenstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"desklake/internal/durable"
)

// ErrNone is the error of a store without tokens.
var ErrNone = errors.New("nobody has logged in")

// Options say where a login is kept.
type Options struct {
	// Path is the file, and the name of the login. The lock is a file beside it, with .lock at its end.
	Path string

	// Keyring keeps the login in the keyring of the operating system, under the file's path, as long as there is one that
	// can be used; else in the file.
	Keyring bool

	Logger *slog.Logger // nothing is logged without it

	// Step is told what a session has just done: locked, prepared, answered, written, synced, renamed, stored. Nil but
	// in tests, which stop there.
	Step func(step string)
}

// Store is the place of one login. Its methods may be called at any time.
type Store struct {
	file *file
	ring *ring // nil without
	log  *slog.Logger
	step func(string)
}

// New returns the store that the options describe. It touches nothing.
func New(o Options) *Store {
	path := o.Path
	if whole, err := filepath.Abs(path); err == nil {
		path = whole // it is the login's name in the keyring
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays one: its target is replaced
	}
	s := &Store{file: &file{path: path}, log: o.Logger, step: o.Step}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.step == nil {
		s.step = func(string) {}
	}
	if o.Keyring {
		s.ring = &ring{name: path}
	}
	return s
}

// String says where the tokens are kept.
func (s *Store) String() string {
	if s.ring != nil {
		return "the keyring, or where there is none in " + s.file.path
	}
	return s.file.path
}

// Read returns the tokens, or ErrNone. They may be replaced at any moment: only a session makes sure of them.
func (s *Store) Read() (Tokens, error) {
	var latest Tokens
	data, err := s.file.read()
	if err == nil {
		latest, err = decode(data)
	}
	if err != nil && !errors.Is(err, ErrNone) {
		return Tokens{}, &Error{Op: "read", Path: s.file.path, Err: err}
	}
	if mode := s.file.exposed(); err == nil && mode != 0 {
		s.log.Warn("others can read the file of the login: chmod 600 it", "path", s.file.path, "mode", fmt.Sprintf("%04o", mode))
	}
	if s.ring == nil {
		return latest, err
	}
	kept, failed := s.ring.read()
	switch {
	case failed == nil && (err != nil || kept.Obtained.After(latest.Obtained)):
		return kept, nil
	case err != nil && !errors.Is(failed, ErrNone):
		return Tokens{}, fmt.Errorf("%w, or the keyring can't be read: %w", ErrNone, failed)
	}
	return latest, err
}

// patience is how long a session is waited for in silence.
const patience = 10 * time.Second

// Open waits until no other session of this machine is open, or until ctx ends, and opens one.
func (s *Store) Open(ctx context.Context) (*Session, error) {
	slow := time.AfterFunc(patience, func() {
		s.log.Warn("waiting for another process that renews the login", "path", s.file.path)
	})
	defer slow.Stop()
	lock, err := lock(ctx, s.file.path+".lock")
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &Error{Op: "lock", Path: s.file.path, Err: err}
	}
	s.step("locked")
	return &Session{store: s, lock: lock}, nil
}

// Session is the exclusive use of a store. The kernel ends it when the process ends, however it does.
type Session struct {
	store *Store
	lock  *durable.Lock
	draft *draft // of the next file, once it is prepared
}

// Close ends the session.
func (x *Session) Close() {
	if x.draft != nil {
		x.draft.discard()
	}
	_ = x.lock.Unlock() // which the end of the process would do, too
}

// Prepare makes the place for new tokens, so that a full disk or a folder that can't be written is noticed before the old
// ones are spent.
func (x *Session) Prepare() (err error) {
	if x.draft != nil {
		return nil
	}
	if x.draft, err = x.store.file.prepare(); err != nil {
		return &Error{Op: "prepare", Path: x.store.file.path, Err: err}
	}
	x.store.step("prepared")
	return nil
}

// Put stores the tokens durably: when it returns, they are there after a power failure too.
func (x *Session) Put(t Tokens) error {
	s := x.store
	s.step("answered")
	data, err := encode(t)
	if err != nil {
		return err
	}
	if s.ring != nil {
		err := s.ring.write(data)
		if err == nil {
			s.step("stored")
			return s.file.remove()
		}
		s.log.Warn("the keyring can't be used: the login is kept in a file", "path", s.file.path, "err", err)
	}
	if err := x.Prepare(); err != nil {
		return err
	}
	err = x.draft.put(data, s.step)
	x.draft = nil
	if err != nil {
		return &Error{Op: "write", Path: s.file.path, Err: err}
	}
	s.step("stored")
	return nil
}

// Remove forgets the tokens.
func (x *Session) Remove() error {
	s := x.store
	before, _ := s.file.read()
	if err := s.file.remove(); err != nil {
		return &Error{Op: "remove", Path: s.file.path, Err: err}
	}
	if s.ring == nil {
		return nil
	}
	err := s.ring.remove()
	if err != nil && before != nil { // the login was in the file because the keyring can't be used
		s.log.Warn("the keyring can't be used: what it may hold of this login stays there", "err", err)
		return nil
	}
	return err
}

// Error is a store that can't be used. It never holds a token.
type Error struct {
	Op, Path string
	Err      error
}

func (e *Error) Error() string { return "token store: " + e.Op + ": " + e.Err.Error() }

// Unwrap returns what the operating system says.
func (e *Error) Unwrap() error { return e.Err }

// Hint says what desklake needs.
func (e *Error) Hint() string {
	return "every renewal of the login replaces " + e.Path + " (source.auth.oauth_user.token_file): desklake must be able to read it " +
		"and to write in its folder"
}
