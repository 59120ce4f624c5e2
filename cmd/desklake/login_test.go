package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// freeRedirect is an address of this machine at which nobody listens.
func freeRedirect(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String() + "/callback"
}

// account is a lake that is filled with a user's login, and the helpdesk. Its user allows everything.
type account struct {
	*lake
	desk     *helpdesk
	redirect string
}

func newAccount(t *testing.T, o zendesktest.Options) *account {
	t.Helper()
	redirect := freeRedirect(t)
	o.Auth.ClientID, o.Auth.RedirectURLs = "desklake", redirect
	if o.Tickets == 0 {
		o.Tickets = 30
	}
	h := newHelpdesk(t, o)
	a := &account{newLake(t, h), h, redirect}
	a.login("redirect_url: " + redirect)
	a.env = append(a.env, visitVariable+"=allow", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	return a
}

// login configures the login, with more keys of oauth_user.
func (a *account) login(more string) {
	a.t.Helper()
	text := fmt.Sprintf("source:\n  type: zendesk\n  url: %s\n  start_date: 2000-01-01T00:00:00Z\n  give_up_after: 10s\n"+
		"  auth: {oauth_user: {client_id: desklake, %s}}\nsink: {type: duckdb, path: lake.duckdb}\n", a.desk.url, more)
	if err := os.WriteFile(filepath.Join(a.dir, "config.yaml"), []byte(text), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// does runs a command line that must end with the exit code, and returns what it printed.
func (a *account) does(code int, args ...string) (stdout, stderr string) {
	a.t.Helper()
	got, stdout, stderr := a.run(args...)
	if got != code {
		a.t.Fatalf("%s: exit code %d instead of %d\n%s%s", args, got, code, stdout, stderr)
	}
	return stdout, stderr
}

// grants is how often tokens were asked for since the last time.
func (a *account) grants() (n int) {
	for _, q := range a.desk.Requests() {
		if q.Path == "/oauth/tokens" {
			n++
		}
	}
	a.desk.Forget()
	return n
}

func contains(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in:\n%s", w, text)
		}
	}
}

func TestLoginOpensABrowserAndKeepsTheLogin(t *testing.T) {
	t.Parallel()
	a := newAccount(t, zendesktest.Options{})
	stdout, stderr := a.does(cli.ExitDone, "login")
	contains(t, stdout, "login through the OAuth client desklake, acting as ", "; the login ends ", "in 89 days", "Logged in. The login is kept in "+filepath.Join(a.dir, "config.tokens.json"))
	contains(t, stderr, a.desk.url+"/oauth/authorizations/new?", "Waiting at "+a.redirect)
	if info, err := os.Stat(filepath.Join(a.dir, "config.tokens.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	a.sync("groups")
	a.grants()
	a.desk.ExpireTokens()
	a.sync("groups")
	if n := a.grants(); n != 1 {
		t.Errorf("%d renewals", n)
	}
	stdout, _ = a.does(cli.ExitDone, "status")
	contains(t, stdout, "the credential ends ", ", in 89 days, unless it is used before")
	stdout, _ = a.does(cli.ExitDone, "status", "--json")
	contains(t, stdout, `"credential_ends": "20`)

	stdout, _ = a.does(cli.ExitDone, "logout")
	contains(t, stdout, "Logged out: the login is revoked and forgotten.")
	if access, refresh := a.desk.Good(); access+refresh != 0 {
		t.Errorf("%d and %d tokens are still good", access, refresh)
	}
	_, stderr = a.does(cli.ExitCredentials, "sync")
	contains(t, stderr, "desklake: login needed: nobody has logged in\n  Run desklake login.")
	stdout, _ = a.does(cli.ExitDone, "status")
	contains(t, stdout, "credential: login needed")
	stdout, _ = a.does(cli.ExitDone, "logout")
	contains(t, stdout, "There was no login")
}

func TestLoginWithoutABrowserReadsTheAddress(t *testing.T) {
	t.Parallel()
	a := newAccount(t, zendesktest.Options{})
	c := a.command("login", "--no-browser")
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	answer := func(text string) { fmt.Fprintln(stdin, text) }
	var said []string
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		said = append(said, lines.Text())
		if address := strings.TrimSpace(lines.Text()); strings.HasPrefix(address, a.desk.url) {
			answer("what?")
			answer(a.redirect + "?code=x&state=other")
			answer(a.pasted(address) + "#")
		}
	}
	if code := exitCodeOf(t, c.Wait()); code != cli.ExitDone {
		t.Fatalf("exit code %d\n%s", code, strings.Join(said, "\n"))
	}
	contains(t, strings.Join(said, "\n"), "That is not it: it begins with "+a.redirect+"?code=", "That is the answer to another login")
	a.sync("groups")
}

// pasted is where a browser on another machine ends, with an error for a page.
func (a *account) pasted(address string) string {
	a.t.Helper()
	to := ""
	client := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		to = r.URL.String()
		return errors.New("connection refused")
	}}
	if _, err := clickAt(client, address, "allow"); err == nil || to == "" {
		a.t.Errorf("sent to %q, %v", to, err)
	}
	return to
}

func TestALoginThatFailsSaysWhyInTheTerminalAndInTheBrowser(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		visit string
		args  []string
		code  int
		says  []string
	}{
		"denied":     {"deny", nil, cli.ExitCredentials, []string{"desklake: login needed: the access was denied in the browser\n  Run desklake login again, and click Allow.\n"}},
		"no browser": {"", []string{"--timeout=8s"}, cli.ExitCredentials, []string{"No browser could be opened: open the address yourself", "desklake: login needed: no answer came from the browser within 8s\n", "it takes --no-browser"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, zendesktest.Options{})
			a.env = append(a.env, visitVariable+"="+x.visit)
			_, stderr := a.does(x.code, append([]string{"login"}, x.args...)...)
			contains(t, stderr, x.says...)
		})
	}
	t.Run("the port is taken", func(t *testing.T) {
		t.Parallel()
		a := newAccount(t, zendesktest.Options{})
		u, err := url.Parse(a.redirect)
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, stderr := a.does(cli.ExitUsage, "login")
		contains(t, stderr, "desklake: wait for the browser at "+u.Host+": ", "or use --no-browser")
	})
	t.Run("another way to log in", func(t *testing.T) {
		t.Parallel()
		l := newLake(t, newHelpdesk(t, zendesktest.Options{Tickets: 5}))
		for _, command := range []string{"login", "logout"} {
			code, _, stderr := l.run(command)
			if code != cli.ExitUsage || !strings.Contains(stderr, "source.auth has no oauth_user") {
				t.Error(command, code, stderr)
			}
		}
	})
}

func TestAStrangersPageEndsNoLogin(t *testing.T) {
	t.Parallel()
	a := newAccount(t, zendesktest.Options{})
	addressFile := filepath.Join(t.TempDir(), "address")
	a.env = append(a.env, visitVariable+"="+addressFile)
	c := a.start("login")
	address := a.opened(addressFile)
	for query, want := range map[string]int{"?code=x&state=y": 400, "": 400, "?error=access_denied&state=y": 400, "/other": 404} {
		r, err := http.Get(a.redirect + query)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("%s: %s", query, r.Status)
		}
	}
	page, err := clickAt(http.DefaultClient, address, "allow")
	if err != nil {
		t.Fatal(err)
	}
	contains(t, page, "Logged in", "history.replaceState")
	if code := exitCodeOf(t, c.Wait()); code != cli.ExitDone {
		t.Errorf("exit code %d", code)
	}
}

// opened waits for the address that the program opens, and returns it.
func (a *account) opened(file string) string {
	a.t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		if args, err := os.ReadFile(file); err == nil {
			_, address, _ := strings.Cut(string(args), "\n")
			return address
		}
	}
	a.t.Fatal("no browser was opened")
	return ""
}

func TestWithoutAKeyringTheLoginIsInTheFileAndTheLogSaysSo(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip("only on Linux a keyring can be taken away from a process")
	}
	a := newAccount(t, zendesktest.Options{})
	a.login("store: keyring, token_file: elsewhere.json, redirect_url: " + a.redirect)
	stdout, stderr := a.does(cli.ExitDone, "login")
	contains(t, stderr, "the login is kept in a file")
	contains(t, stdout, "The login is kept in the keyring, or where there is none in "+filepath.Join(a.dir, "elsewhere.json"))
	a.sync("groups")
	a.does(cli.ExitDone, "logout")
}

func TestLogoutWithoutAHelpdeskForgetsAndSaysSo(t *testing.T) {
	t.Parallel()
	a := newAccount(t, zendesktest.Options{})
	a.does(cli.ExitDone, "login")
	a.desk.Inject(zendesktest.Fault{Do: zendesktest.Unavailable("")})
	_, stderr := a.does(cli.ExitSource, "logout")
	contains(t, stderr, "the login is forgotten here, but not revoked", "At Zendesk it stays good until 20")
	if _, err := os.Stat(filepath.Join(a.dir, "config.tokens.json")); !os.IsNotExist(err) {
		t.Error(err)
	}
}
