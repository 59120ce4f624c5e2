package extract

import (
	"context"
	"time"
)

// Identifier is what a Source can be beside: one that says as whom it reads. What this user may not see is missing in what
// is read, as if it were deleted. The pipeline finds out by a type assertion.
type Identifier interface {
	// Identify asks who the credential stands for, with one request as a rule. An error means that it can't be told, or
	// that it is nobody: then Identity.Name is empty.
	Identify(ctx context.Context, o Observer) (Identity, error)
}

// Identity is as whom a source is read, and what it cost to ask.
type Identity struct {
	Name string // the user and the role, such as "user 123, admin": another where another may see more, or less

	Requests int // retries included
	Retries  int
	Waited   time.Duration
}
