package rest

import (
	"net/http"
	"time"
)

// API is what asking a helpdesk has to know of it: how it refuses, what it limits, and how people call things there.
type API struct {
	Name   string // of the product, for people: Zendesk
	Status string // where it tells whether it works, such as status.zendesk.com

	// NoAccount is what to do where no account has the name that was asked for, which a page for browsers says in place of the
	// first answer; empty where accounts have no addresses of their own.
	NoAccount string

	// Moved is what to do where an account has another address now, such as "set the new url".
	Moved string

	// RequestID are the headers with what the product's support calls a request by: the first that is there counts.
	RequestID []string

	// Explain reads the code and the description of a refusal out of its body. Both are empty where it is not in the words of the API.
	Explain func(body []byte) (code, description string)

	// Judge says what a refusal means for the next attempt; nil for what JudgeStatus says of its status.
	Judge func(*APIError) Verdict

	// Settle makes a refusal a *extract.Failure where it means the same whatever was asked for, and else returns nil; nil without
	// such refusals.
	Settle func(*APIError) error

	// Empty is the body that an answer without one stands for, such as {"data":[]} for a page behind the last row; empty where
	// the status 204 is a mistake.
	Empty string

	Limits Limits
}

// Limits are the limits of an API by its documentation, and how its answers tell of them.
type Limits struct {
	// Quotas are those that are documented. The first is that of the account: every request counts for it, and of it a part is
	// left to others.
	Quotas []Quota

	// Span is how long a quota lasts until the next one begins.
	Span time.Duration

	// Read returns what the headers of an answer tell, by the names of quotas: also of such as are not documented.
	Read func(http.Header) map[string]Told

	// Weight is what a request to an endpoint counts for; nil where each counts one.
	Weight func(endpoint string) int

	// AtOnce is how many requests may be under way at the same time; 0 for as many as anybody likes.
	AtOnce int

	// Pause is the wait behind a refusal for too many requests that does not say how long.
	Pause time.Duration
}

// Quota is one limit by the documentation.
type Quota struct {
	Name   string // in the headers; but for the account's, others whose names begin so have the same limit
	Words  string // for people, such as "export quota"
	Limit  int    // what requests may weigh together within Limits.Span
	Within string // a part of the path of each endpoint that counts for it, until its answers tell; the account's has none
}

// Told is what an answer says of one quota.
type Told struct {
	Limit, Left int
	Resets      time.Duration // until then; Limits.Span where that is not said
	Timed       bool          // it is said
}

// NotAPI says who answers what the API does not say.
func (a *API) NotAPI() string {
	return "what answers is not " + a.Name + "'s API: a page to sign in at, a maintenance page, a proxy or a firewall"
}

// TellSupport says whom to tell of answers that nobody else can better.
func (a *API) TellSupport() string {
	return "If it stays so, tell " + a.Name + "'s support, with the time and the text above"
}
