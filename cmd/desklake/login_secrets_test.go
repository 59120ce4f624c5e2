//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// witness keeps everything that the program writes.
type witness struct {
	*account
	cache string
	wrote map[string]string // by where it was written
}

// command is a command line of the witness, which the environment tells the secret.
func (w *witness) command(args ...string) *exec.Cmd {
	c := w.account.command(args...)
	c.Env = append(c.Env, "XDG_CACHE_HOME="+w.cache, "ZENDESK_CLIENT_SECRET="+clientSecret, "GOTRACEBACK=all")
	return c
}

const clientSecret = "s3cret-of-the-client"

// keeps runs a command and keeps what it prints.
func (w *witness) keeps(code int, args ...string) {
	w.t.Helper()
	output, err := w.command(args...).CombinedOutput()
	if got := exitCodeOf(w.t, err); got != code {
		w.t.Fatalf("%s: exit code %d instead of %d\n%s", args, got, code, output)
	}
	w.wrote[fmt.Sprint(len(w.wrote), args)] = string(output)
}

// crashes keeps the dump of a program that is stopped by SIGQUIT in the middle of a sync, and its command line.
func (w *witness) crashes() {
	w.t.Helper()
	remove := w.desk.Inject(zendesktest.Fault{Match: "incremental/users/cursor", Do: zendesktest.Hang()})
	defer remove()
	hangs := w.desk.expect("incremental/users/cursor", 1)
	var dump bytes.Buffer
	c := w.command("sync", "users", "-v")
	c.Stdout, c.Stderr = &dump, &dump
	if err := c.Start(); err != nil {
		w.t.Fatal(err)
	}
	hangs.await(w.t)
	if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", c.Process.Pid)); err == nil {
		w.wrote["ps"] = string(line)
	}
	_ = c.Process.Signal(syscall.SIGQUIT)
	_ = c.Wait()
	if !strings.Contains(dump.String(), "goroutine 1 ") {
		w.t.Errorf("no dump:\n%s", dump.String())
	}
	w.wrote["the dump of a crash"] = dump.String()
}

// serves keeps the log of desklake serve until a run has ended, and what it shows to browsers and machines.
func (w *witness) serves() {
	w.t.Helper()
	c := w.command("serve", "-v")
	stderr, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	address, log := "", ""
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		log += lines.Text() + "\n"
		var e struct{ Msg, URL string }
		_ = json.Unmarshal(lines.Bytes(), &e)
		if e.URL != "" {
			address = strings.TrimSuffix(e.URL, "/")
		}
		if e.Msg == "run ended" && w.wrote["/"] == "" { // another one may end before it stops
			for _, path := range []string{"/", "/metrics", "/healthz", "/readyz", "/api/status.json"} {
				page, err := read(http.Get(address + path))
				if err != nil && path != "/readyz" || page == "" {
					w.t.Errorf("%s: %q, %v", path, page, err)
				}
				w.wrote[path] = page
			}
			_ = c.Process.Signal(syscall.SIGTERM)
		}
	}
	_ = c.Wait()
	if w.wrote["/"] == "" {
		w.t.Errorf("nothing was served:\n%s", log)
	}
	w.wrote["the log of serve"] = log
}

// readsFolders adds every file but the configuration.
func (w *witness) readsFolders() {
	w.t.Helper()
	for _, dir := range []string{w.dir, w.cache} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Base(path) == "config.yaml" {
				return err
			}
			data, err := os.ReadFile(path)
			w.wrote[path] = string(data)
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// readsTables adds every row of the database, which holds them compressed.
func (w *witness) readsTables() {
	w.t.Helper()
	for _, table := range w.query("SELECT schema_name || '.' || table_name FROM duckdb_tables()") {
		w.wrote[table] = strings.Join(w.query("SELECT t::VARCHAR FROM "+table+" t"), "\n")
	}
}

// No token and no secret is in anything that the program writes, whatever goes well or wrong, but in the file of the login.
func TestNoTokenIsInAnythingThatTheProgramWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs every command, each in a process of its own")
	}
	t.Parallel()
	a := newAccount(t, zendesktest.Options{Auth: zendesktest.Auth{ClientSecret: clientSecret}})
	a.login("client_secret: '${ZENDESK_CLIENT_SECRET}', redirect_url: " + a.redirect)
	config := filepath.Join(a.dir, "config.yaml")
	text, err := os.ReadFile(config)
	if err == nil {
		err = os.WriteFile(config, append(text, "jobs: [{name: often, cron: '@every 1s'}]\nserve: {listen: '127.0.0.1:0'}\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	w := &witness{a, t.TempDir(), map[string]string{}}
	opened := filepath.Join(t.TempDir(), "address")
	w.env = append(w.env, visitVariable+"="+opened)
	w.keeps(cli.ExitCredentials, "login", "-v", "--timeout=8s")
	if args, err := os.ReadFile(opened); err != nil || !strings.Contains(string(args), "/oauth/authorizations/new?") {
		t.Errorf("%s, %v", args, err)
	} else {
		w.wrote["the command line of the browser"] = string(args)
	}
	w.env = append(w.env, visitVariable+"=deny")
	w.keeps(cli.ExitCredentials, "login", "-v")
	w.env = append(w.env, visitVariable+"=allow")
	w.keeps(cli.ExitDone, "login", "-v")
	w.keeps(cli.ExitDone, "check", "-v")
	w.keeps(cli.ExitDone, "sync", "-v")
	w.desk.ExpireTokens()
	w.keeps(cli.ExitDone, "sync", "-v", "--log-format=text")
	w.keeps(cli.ExitDone, "plan", "-v")
	w.keeps(cli.ExitDone, "status", "--json")
	w.keeps(cli.ExitDone, "runs", "--json")
	w.crashes()
	w.serves()
	w.readsFolders()
	kept := w.wrote[filepath.Join(w.dir, "config.tokens.json")]
	w.wrote[filepath.Join(w.dir, "config.tokens.json")] = ""
	w.keeps(cli.ExitDone, "logout", "-v")
	w.keeps(cli.ExitDone, "login", "-v")
	w.desk.RevokeTokens()
	w.keeps(cli.ExitCredentials, "sync", "-v")
	w.keeps(cli.ExitDone, "logout", "-v")
	w.readsTables()
	if _, err := os.Stat(filepath.Join(w.dir, "config.tokens.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the login is still kept:", err)
	}
	w.readsFolders()

	secrets := append(w.desk.Granted(), clientSecret)
	if len(secrets) < 8 || !containsAny(kept, secrets) {
		t.Fatalf("this test would not find a token: %d of them", len(secrets))
	}
	if len(w.wrote) < 40 {
		t.Errorf("only %d things were written", len(w.wrote))
	}
	for where, text := range w.wrote {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in %s", secret, where)
			}
		}
	}
}
