package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"desklake/extract"
	"desklake/internal/config"
)

type loginCommand struct {
	NoBrowser bool          `help:"Open no browser and wait for none: print the address, and read the one to which the browser is sent. For SSH."`
	Timeout   time.Duration `default:"5m" help:"How long to wait for the browser."`
}

// Help is shown by --help.
func (*loginCommand) Help() string {
	return `Example: desklake login --no-browser

For source.auth.oauth_user: a user allows the access in the browser, and desklake keeps the login and renews it. What it may
do is to read. docs/connect-zendesk.md shows the OAuth client that it needs.`
}

// Run lets the user log in, and tells as whom.
func (c *loginCommand) Run(a *app) error {
	conf, source, err := a.authorizer()
	if err != nil {
		return err
	}
	login, err := source.Authorize()
	if err != nil {
		return &usageError{err}
	}
	ctx, cancel := a.signals.context(a.ctx)
	defer cancel()
	late := &extract.Failure{Kind: extract.ErrLogin, Err: fmt.Errorf("no answer came from the browser within %v", c.Timeout),
		Advice: "run desklake login again. From another machine, such as over SSH, it takes --no-browser"}
	waiting, stop := context.WithTimeoutCause(ctx, c.Timeout, late)
	defer stop()
	if c.NoBrowser || !strings.HasPrefix(login.Redirect(), "http://") {
		err = a.pasteLogin(ctx, waiting, login)
	} else {
		err = a.awaitLogin(ctx, waiting, login)
	}
	if err != nil {
		return err
	}
	return a.tellLogin(a.tellWaits(ctx), conf, source)
}

// authorizer opens the source of the configuration, for a login or its end: neither waits for long.
func (a *app) authorizer() (*config.Config, extract.Authorizer, error) {
	conf, err := a.loadConfig()
	if err != nil {
		return nil, nil, err
	}
	conf.Source.GiveUpAfter = min(conf.Source.GiveUpAfter, checkPatience)
	source, err := sources[conf.Source.Type].open(conf.Source, a.logger)
	if err != nil {
		return nil, nil, err
	}
	authorizer, ok := source.(extract.Authorizer)
	if !ok || conf.Source.Auth.OAuthUser == nil {
		return nil, nil, &usageError{errors.New("source.auth has no oauth_user: the configured way to log in needs no browser")}
	}
	return conf, authorizer, nil
}

// tellLogin tells who has logged in, and until when.
func (a *app) tellLogin(ctx context.Context, conf *config.Config, source extract.Authorizer) error {
	var rows []checkRow
	var first error
	if checker, ok := source.(extract.Checker); ok {
		for _, f := range checker.Check(ctx, nil) {
			if f.Subject != "limits" {
				rows = append(rows, newCheckRow(f))
				first = firstError(first, f.Err)
			}
		}
	}
	if err := printChecks(a.stdout, rows); err != nil {
		return err
	}
	if first != nil {
		return &told{first}
	}
	flag := ""
	if filepath.Base(a.config) != "config.yaml" {
		flag = " -c " + a.config
	}
	_, err := fmt.Fprintf(a.stdout, "\nLogged in. The login is kept in %s. Next: desklake check%s\n", loginPlace(conf.Source.Auth.OAuthUser), flag)
	return err
}

func loginPlace(u *config.OAuthUser) string {
	if u.Store == "keyring" {
		return "the keyring, or where there is none in " + u.TokenFile
	}
	return u.TokenFile
}

// pasteLogin prints the address, and reads the one to which the browser is sent.
func (a *app) pasteLogin(ctx, waiting context.Context, login extract.Authorization) error {
	fmt.Fprintf(a.stderr, "Open this address in any browser, sign in as an admin, and allow the access:\n\n  %s\n\n"+
		"The browser is then sent to %s..., which need not open: the address counts.\n", login.URL(), login.Redirect())
	for {
		line, err := a.askUntil(waiting, "Paste the whole address here, within two minutes:")
		if err != nil {
			return err
		}
		answer := redirectedQuery(line)
		if !answer.Has("code") && !answer.Has("error") {
			fmt.Fprintf(a.stderr, "  That is not it: it begins with %s?code=\n", login.Redirect())
			continue
		}
		if err := login.Finish(ctx, answer); !errors.Is(err, extract.ErrOtherLogin) {
			return err
		}
		fmt.Fprintln(a.stderr, "  That is the answer to another login: open the address above.")
	}
}

// redirectedQuery returns the query of an address that was pasted: of all of it, or of its end.
func redirectedQuery(text string) url.Values {
	text, _, _ = strings.Cut(text, "#")
	if _, query, found := strings.Cut(text, "?"); found {
		text = query
	}
	answer, err := url.ParseQuery(text)
	if err != nil {
		return url.Values{}
	}
	return answer
}

// askUntil asks for a line until the context ends.
func (a *app) askUntil(ctx context.Context, question string) (string, error) {
	type reply struct {
		line string
		err  error
	}
	replied := make(chan reply, 1)
	go func() {
		line, err := a.ask(question, "")
		replied <- reply{line, err}
	}()
	select {
	case r := <-replied:
		return r.line, r.err
	case <-ctx.Done():
		fmt.Fprintln(a.stderr)
		return "", context.Cause(ctx)
	}
}

// awaitLogin opens the browser, and waits on this machine for it to come back.
func (a *app) awaitLogin(ctx, waiting context.Context, login extract.Authorization) error {
	l, err := listenForLogin(ctx, login)
	if err != nil {
		return err
	}
	defer l.close()
	fmt.Fprintf(a.stderr, "Your browser opens this address; sign in as an admin, and allow the access:\n\n  %s\n\n"+
		"Waiting at %s. If the browser is on another machine: desklake login --no-browser\n", login.URL(), login.Redirect())
	go openBrowser(waiting, login.URL(), a.stderr)
	select {
	case err := <-l.done:
		return err
	case <-waiting.Done():
		return context.Cause(waiting)
	}
}

// openBrowser shows an address to the user, if the machine has a screen. It ends with the program that shows it.
func openBrowser(ctx context.Context, address string, stderr io.Writer) {
	if err := browser(ctx, address).Run(); err != nil && ctx.Err() == nil {
		fmt.Fprintln(stderr, "No browser could be opened: open the address yourself, on this machine.")
	}
}
