package rest

import (
	"crypto/tls"
	"errors"
	"net/http"
)

// Verdict is what a failed attempt means for the next one.
type Verdict uint8

// The verdicts.
const (
	Final        Verdict = iota // it will not get better
	Unauthorized                // another credential may help
	Limited                     // too many requests: no failure, just too early
	Outage                      // the source or the way to it is disturbed
	Heavy                       // or it is this page that it can't make
	Astray                      // something else than the API answers, for this page or for all
	TooMuch                     // it is this page
)

// Judge says what an error of Client.Do, or of one of its attempts, means.
func Judge(err error) Verdict {
	var api *APIError
	var anonymous Anonymous
	var certificate *tls.CertificateVerificationError
	var account *noAccount
	var redirect *redirectError
	var bad *badBody
	var big *tooBig
	var other *foreign
	var old *stale
	var proxy *proxyError
	switch {
	case errors.As(err, &anonymous):
		return Unauthorized
	case errors.As(err, &account), errors.As(err, &redirect), errors.As(err, &certificate):
		return Final
	case errors.As(err, &api):
		return api.Verdict
	case errors.As(err, &proxy):
		return proxy.verdict()
	case errors.As(err, &other), errors.As(err, &old):
		return Astray
	case errors.As(err, &big), errors.Is(err, errSlow):
		return TooMuch
	case errors.As(err, &bad), errors.Is(err, errStalled):
		return Heavy
	}
	return Outage // resets, timeouts, names that can't be resolved
}

// JudgeStatus says what an HTTP status means that is no success.
func JudgeStatus(status int) Verdict {
	switch {
	case status == http.StatusUnauthorized:
		return Unauthorized
	case status == http.StatusTooManyRequests:
		return Limited
	case status == http.StatusGatewayTimeout, status == 524:
		return TooMuch
	case status == http.StatusServiceUnavailable, status == http.StatusRequestTimeout,
		status == http.StatusConflict, status == http.StatusTooEarly:
		return Outage
	case status >= http.StatusInternalServerError:
		return Heavy
	}
	return Final
}

// Poison is the error of a page that can't be made smaller and that the source still can't make.
type Poison struct{ err error }

func (e *Poison) Error() string { return e.err.Error() }
func (e *Poison) Unwrap() error { return e.err }
