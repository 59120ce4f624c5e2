package extract

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// ErrLogin is the kind of failure of a source whose user has to log in in the browser. Exit code 3.
var ErrLogin = errors.New("login needed")

// ErrOtherLogin is the error of an answer that does not belong to the login that waits for it.
var ErrOtherLogin = errors.New("this is not the answer to this login")

// Authorizer is what a Source can be beside: one whose user can log in in a browser. Commands find out by a type assertion.
type Authorizer interface {
	// Authorize begins a login. It makes no request. The error says that the source has another way to log in.
	Authorize() (Authorization, error)

	// Logout revokes the login and forgets it. It is forgotten where it can't be revoked too; then the error says that. An
	// ErrLogin means that there was no login that was still good.
	Logout(ctx context.Context, o Observer) error
}

// Authorization is a login that is under way.
type Authorization interface {
	// URL is the address at which the user allows the access. It holds no secret.
	URL() string

	// Redirect is the address to which the browser is sent then.
	Redirect() string

	// Place is where the login will be kept, such as a file. It makes no request.
	Place() string

	// Finish takes the query of the address to which the browser was sent, and makes the login durable. An ErrOtherLogin
	// leaves everything as it is: the right answer may still come.
	Finish(ctx context.Context, answer url.Values) error
}

// Expirer is what a Source can be beside: one that may know when its credential ends. Commands find out by a type
// assertion.
type Expirer interface {
	// Expiry returns when the credential ends unless it is renewed before: UTC; zero where it does not end, or where only
	// the source could tell. It makes no request. An ErrLogin means that there is none.
	Expiry() (time.Time, error)

	// Renews reports that each use of the credential puts its end off.
	Renews() bool
}
