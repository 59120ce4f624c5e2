package config

import (
	"net/url"
	"strings"
)

// HTTPAddress checks the address of a source and returns it without a slash at its end: https, but for this machine; scheme and
// host alone. No message shows the address: it may hold a password.
func (r Report) HTTPAddress(key, address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		r.Problem(key, "is not an address: write it as https://helpdesk.acme.com")
	case u.User != nil:
		r.Problem(key, "must not hold a user or a password: they belong under source.auth")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		r.Problem(key, "must end with the host, without a path: the rest is added by desklake")
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		r.Problem(key, "would send your credentials unencrypted: write https://, plain http is for this machine only")
	}
	return strings.TrimSuffix(address, "/")
}
