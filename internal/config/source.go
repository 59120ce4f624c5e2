package config

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
)

func (r *reader) source(s *Source, types []string) {
	r.word("source.type", s.Type, types)
	switch {
	case s.URL != "" && s.Subdomain != "":
		r.report("source.url", "there is a subdomain too: keep one of the two")
	case s.URL != "":
		s.URL = r.url("source.url", s.URL)
	case s.Subdomain != "":
		r.subdomain(s.Subdomain)
	default:
		r.missing("source.subdomain", "what stands before .zendesk.com in the address of your helpdesk")
	}
	switch start := r.raw("source.start_date"); {
	case start == "":
		r.missing("source.start_date", "from when on to read, as in 2017-01-25T00:00:00Z")
	case s.StartDate.After(time.Now()):
		r.report("source.start_date", "%q is in the future, and nothing would be read: write a past time", start)
	case s.StartDate.Unix() < 0:
		r.report("source.start_date", "%q is before 1970: write 1970-01-01T00:00:00Z to read everything", start)
	}
	r.auth(&s.Auth)
	r.word("source.audits", s.Audits, []string{"events", "full"})
	if s.GiveUpAfter <= 0 {
		r.report("source.give_up_after", "must be more than zero, such as 1h")
	}
	if s.Overlap < 0 {
		r.report("source.overlap", "must not be negative: write 0s for none")
	}
}

var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

func (r *reader) subdomain(name string) {
	if label.MatchString(name) {
		return
	}
	_, host, found := strings.Cut(name, "://")
	if !found {
		host = name
	}
	host, _, _ = strings.Cut(strings.ToLower(host), ".zendesk.com")
	if label.MatchString(host) && r.raw("source.subdomain") == name {
		r.report("source.subdomain", "%q is more than the subdomain: write %s", name, host)
		return
	}
	r.report("source.subdomain", "%q is not a subdomain of zendesk.com: write what stands before .zendesk.com, "+
		"or the whole address under url", r.raw("source.subdomain"))
}

// url checks an address and returns it without a slash at its end. No message shows the address: it may hold a
// password.
func (r *reader) url(path, address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		r.report(path, "is not an address: write it as https://helpdesk.acme.com")
	case u.User != nil:
		r.report(path, "must not hold a user or a password: they belong under source.auth")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		r.report(path, "must end with the host, without a path: the rest is added by desklake")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		r.report(path, "would send your credentials unencrypted: write https://, plain http is for this machine only")
	}
	return strings.TrimSuffix(address, "/")
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
