package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"desklake/extract"
)

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
		line, err := a.questions().Ask(question, "")
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
