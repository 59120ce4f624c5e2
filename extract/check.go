package extract

import "context"

// Checker is what a Source can be beside: one that says what of it works before a run relies on it. Commands find out
// by a type assertion.
type Checker interface {
	// Check looks at the credential, its role, the streams and the limits, with about one request each. It reads no
	// rows but those of the smallest pages, and writes nothing. It always returns something.
	Check(ctx context.Context, streams []Stream, o Observer) []Finding
}

// Finding is one thing that was looked at.
type Finding struct {
	Subject string // credential, expiry, role, limits, or the name of a stream
	Found   string // what is so, a phrase
	Advice  string // what would make it work, or better; empty where there is nothing to do
	Err     error  // why it does not work, of the kinds that Read returns; nil if it does
}
