package cli

import (
	"errors"
	"fmt"

	"desklake/extract"
)

type logoutCommand struct{ oneSourceFlag }

// Help is shown by --help.
func (*logoutCommand) Help() string {
	return `Example: desklake logout

Revokes the login of desklake login and forgets it. Where the helpdesk can't be reached it is forgotten all the same, and
the exit code is 5.`
}

// Run revokes the login and forgets it.
func (c *logoutCommand) Run(a *app) error {
	source, err := a.authorizer(c.oneSourceFlag)
	if err != nil {
		return err
	}
	err = source.Logout(a.ctx, a.tellWaits())
	switch {
	case err == nil:
		fmt.Fprintln(a.stdout, "Logged out: the login is revoked and forgotten.")
	case errors.Is(err, extract.ErrLogin):
		fmt.Fprintln(a.stdout, "There was no login that is still good, and there is none now.")
		a.logger.Info("nothing was revoked", "err", err)
		return nil
	}
	return err
}
