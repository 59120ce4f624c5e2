package config

import (
	"net/url"
	"slices"
)

var (
	formats = []string{"json", "slack"}
	events  = []string{"failure", "recovery", "staleness"}
)

// notify checks who is told what, and fills in the defaults of the webhooks.
func (r *reader) notify(n *Notify) {
	for i := range n.Webhooks {
		w, path := &n.Webhooks[i], index("notify.webhooks", i)
		r.need(path+".url", string(w.URL), "the address, or url_file")
		r.address(path+".url", w.URL)
		if r.raw(path+".format") == "" {
			w.Format = formats[0]
		}
		r.word(path+".format", w.Format, formats)
		if w.On == nil {
			w.On = slices.Clone(events)
		}
		for k, event := range w.On {
			r.word(index(path+".on", k), event, events)
		}
		if len(w.On) == 0 {
			r.report(path+".on", "names nothing: write some of failure, recovery and staleness, or leave it out for all")
		}
	}
	r.address("notify.heartbeat_url", n.HeartbeatURL)
	if n.StaleAfter <= 0 {
		r.report("notify.stale_after", "must be more than zero, such as 26h")
	}
}

// address checks an address that is a secret: no message shows it.
func (r *reader) address(path string, secret Secret) {
	if secret == "" {
		return
	}
	u, err := url.Parse(string(secret))
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		r.report(path, "is not an address: write it as https://hooks.acme.com/...")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		r.report(path, "would be sent unencrypted: write https://, plain http is for this machine only")
	}
}
