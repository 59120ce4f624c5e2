package zendesk

import (
	"crypto/tls"
	"errors"
	"net/http"
)

// verdict is what a failed attempt means for the next one.
type verdict uint8

const (
	final   verdict = iota // it will not get better
	login                  // another credential may help
	limited                // too many requests: no failure, just too early
	outage                 // the source or the way to it is disturbed
	heavy                  // or it is this page that it can't make
	astray                 // something else than the API answers, for this page or for all
	tooMuch                // it is this page
)

func judge(err error) verdict {
	var api *APIError
	var certificate *tls.CertificateVerificationError
	var account *noAccount
	var redirect *redirectError
	var bad *badBody
	var big *tooBig
	var other *foreign
	var old *stale
	var proxy *proxyError
	switch {
	case errors.Is(err, errAnonymous):
		return login
	case errors.As(err, &account), errors.As(err, &redirect), errors.As(err, &certificate):
		return final
	case errors.As(err, &api):
		return judgeStatus(api.Status)
	case errors.As(err, &proxy):
		return proxy.judge()
	case errors.As(err, &other), errors.As(err, &old):
		return astray
	case errors.As(err, &big), errors.Is(err, errSlow):
		return tooMuch
	case errors.As(err, &bad), errors.Is(err, errStalled):
		return heavy
	}
	return outage // resets, timeouts, names that can't be resolved
}

func judgeStatus(status int) verdict {
	switch {
	case status == http.StatusUnauthorized:
		return login
	case status == http.StatusTooManyRequests:
		return limited
	case status == http.StatusGatewayTimeout, status == 524:
		return tooMuch
	case status == http.StatusServiceUnavailable, status == http.StatusRequestTimeout,
		status == http.StatusConflict, status == http.StatusTooEarly:
		return outage
	case status >= http.StatusInternalServerError:
		return heavy
	}
	return final
}

// poison is the error of a page that can't be made smaller and that the source still can't make.
type poison struct{ err error }

func (e *poison) Error() string { return e.err.Error() }
func (e *poison) Unwrap() error { return e.err }
