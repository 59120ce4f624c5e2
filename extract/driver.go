package extract

import (
	"log/slog"
	"time"
)

// Driver is a type of source. Drivers are listed in a map in cmd/desklake, by the name that the configuration has for them.
type Driver struct {
	// New makes a section of the configuration: see config.Section.
	New func() Config

	// Catalog is what is known of the tables without an account.
	Catalog func() Catalog
}

// Config is the section of the configuration for an account: a pointer to a struct with its keys.
type Config interface {
	// Account names the account for people, such as acme.zendesk.com.
	Account() string

	// Open opens the source. It makes no request.
	Open(Env) (Source, error)
}

// Env is what a source finds around it.
type Env struct {
	Logger  *slog.Logger // nothing is logged without it
	Version string       // of desklake, for the source's logs

	// CacheDir is the folder in which the processes of this machine share what they know of accounts. Empty: they do not.
	CacheDir string

	// Patience is how long one request is tried at most, whatever the configuration says; 0 for no such bound.
	Patience time.Duration

	// LoginStep is told how far the storing of a login is. Nil but in tests, which kill the program there.
	LoginStep func(step string)
}
