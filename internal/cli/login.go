package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"desklake/extract"
)

type loginCommand struct {
	oneSourceFlag

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
	source, err := a.authorizer(c.oneSourceFlag)
	if err != nil {
		return err
	}
	login, err := source.Authorize()
	if err != nil {
		return &usageError{err}
	}
	late := &extract.Failure{Kind: extract.ErrLogin, Err: fmt.Errorf("no answer came from the browser within %v", c.Timeout),
		Advice: "run desklake login again. From another machine, such as over SSH, it takes --no-browser"}
	waiting, stop := context.WithTimeoutCause(a.ctx, c.Timeout, late)
	defer stop()
	if c.NoBrowser || !strings.HasPrefix(login.Redirect(), "http://") {
		err = a.pasteLogin(a.ctx, waiting, login)
	} else {
		err = a.awaitLogin(a.ctx, waiting, login)
	}
	if err != nil {
		return err
	}
	return a.tellLogin(login.Place(), source)
}

// authorizer opens the source of the configuration, for a login or its end: neither waits for long.
func (a *app) authorizer(flag oneSourceFlag) (extract.Authorizer, error) {
	_, chosen, err := flag.choose(a)
	if err != nil {
		return nil, err
	}
	source, err := chosen.OpenHastily(a.logger, checkPatience)
	if err != nil {
		return nil, err
	}
	authorizer, ok := source.(extract.Authorizer)
	if !ok {
		return nil, &usageError{fmt.Errorf("source.type is %s: nobody logs in to it in a browser", chosen.Type)}
	}
	if _, err := authorizer.Authorize(); err != nil {
		return nil, &usageError{err}
	}
	return authorizer, nil
}

// tellLogin tells who has logged in, and until when.
func (a *app) tellLogin(place string, source extract.Authorizer) error {
	var rows []checkRow
	var first error
	if checker, ok := source.(extract.Checker); ok {
		for _, f := range checker.Check(a.ctx, nil, a.tellWaits()) {
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
	_, err := fmt.Fprintf(a.stdout, "\nLogged in. The login is kept in %s. Next: desklake check%s\n", place, flag)
	return err
}
