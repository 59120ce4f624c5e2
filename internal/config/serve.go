package config

import (
	"net"
	"net/netip"
	"strconv"
)

// minToken is the shortest token: nothing but its length slows down who guesses.
const minToken = 16

func (r *reader) serve(s *Serve) {
	const path = "serve.listen"
	host, port, err := net.SplitHostPort(s.Listen)
	if err != nil {
		r.report(path, "%q is not an address: write host and port, such as 127.0.0.1:8465", r.raw(path))
		return
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		r.report(path, "%q is not an IP address: write one of this machine's, 127.0.0.1 for this machine only, or 0.0.0.0 for all", host)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		r.report(path, "%q is not a port: write a number up to 65535", port)
	}
	if n := len(s.Token); n > 0 && n < minToken {
		r.report("serve.token", "is too short: write at least %d characters, such as `openssl rand -hex 24` gives", minToken)
	}
}
