package rest

import (
	"context"
	"time"

	"desklake/extract"
)

// Fixed is a Credential that never changes.
type Fixed struct {
	Value string    // of the Authorization header
	Hint  string    // what to do when it is refused
	End   time.Time // when it ends; zero where that is not known
}

// Header implements Credential.
func (f Fixed) Header(context.Context, extract.Observer) (string, error) { return f.Value, nil }

// Renew implements Credential.
func (f Fixed) Renew(string) bool { return false }

// Ends implements Credential.
func (f Fixed) Ends() (time.Time, error) { return f.End, nil }

// Advice implements Credential.
func (f Fixed) Advice() string { return f.Hint }
