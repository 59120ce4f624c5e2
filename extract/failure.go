package extract

import "errors"

// The kinds of failures of a source that commands answer with exit codes of their own. They are met with
// errors.Is, whatever the source.
var (
	// ErrCredentials: the source does not take the credentials. Exit code 3.
	ErrCredentials = errors.New("credentials refused")

	// ErrPermission: the credentials are good, but may not read this. Exit code 3.
	ErrPermission = errors.New("permission denied")

	// ErrNoAccount: there is no such account, most likely because its name is wrong. Exit code 2.
	ErrNoAccount = errors.New("no such account")

	// ErrUnreachable: the source did not give a usable answer for as long as desklake is told to try. Exit code 5.
	ErrUnreachable = errors.New("source unavailable")

	// ErrAnswer: the source answers, but what it says contradicts itself, or refuses what it documents. Exit code 5.
	ErrAnswer = errors.New("unusable answer")
)

// Failure is an error of one of the kinds above, with advice for the user.
type Failure struct {
	Kind   error  // ErrCredentials, ErrPermission, ErrNoAccount, ErrUnreachable or ErrAnswer
	Advice string // what the user can do, a sentence
	Err    error  // what happened
}

func (f *Failure) Error() string { return f.Kind.Error() + ": " + f.Err.Error() }

// Unwrap returns the kind and the cause.
func (f *Failure) Unwrap() []error { return []error{f.Kind, f.Err} }

// Hint says what the user can do.
func (f *Failure) Hint() string { return f.Advice }
