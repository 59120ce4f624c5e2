package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

type healthcheckCommand struct{}

// Help is shown by --help.
func (*healthcheckCommand) Help() string {
	return `Example: desklake healthcheck

Asks the desklake serve that runs with this configuration on this machine whether it lives, as /healthz says. For
containers: their image has nothing else to ask with.`
}

// healthPatience is how long the answer may take.
const healthPatience = 5 * time.Second

// Run prints ok, or returns why not.
func (*healthcheckCommand) Run(a *app) error {
	conf, err := a.loadConfig()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(a.ctx, healthPatience)
	defer cancel()
	if err := askHealth(ctx, "http://"+reachable(conf.Serve.Listen)+"/healthz"); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.stdout, "ok")
	return err
}

// reachable is where something on this machine can be reached that listens on an address: one that stands for all
// addresses is none to call.
func reachable(listen string) string {
	host, port, _ := net.SplitHostPort(listen) // the configuration is valid
	switch address, _ := netip.ParseAddr(host); {
	case host == "", address == netip.IPv4Unspecified():
		host = "127.0.0.1"
	case address == netip.IPv6Unspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}

func askHealth(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	// A proxy of the environment would be asked for this machine's own address.
	client := http.Client{Transport: &http.Transport{Proxy: nil}}
	answer, err := client.Do(request)
	var failed *url.Error
	if errors.As(err, &failed) {
		return fmt.Errorf("no answer from %s: %w", address, failed.Err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, answer.Status)
	}
	return nil
}
