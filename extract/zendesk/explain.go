package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"desklake/extract"
	"desklake/extract/rest"
)

// explain says which stream it was, and what the account or its role have to do with it.
func (w *walk) explain(ctx context.Context, err error) error {
	var api *rest.APIError
	var settled *extract.Failure
	var wrong *unusable
	var unmade *rest.Poison
	refused := errors.As(err, &api) && (api.Status == http.StatusForbidden || api.Status == http.StatusNotFound)
	switch {
	case errors.As(err, &settled):
	case errors.As(err, &unmade):
		err = w.client.Unreachable(err)
	case errors.As(err, &wrong), api != nil && !refused:
		err = w.client.API().Theirs(err)
	case !refused:
	case w.stream.optional && w.delivered == 0 && !api.Stranger && !api.Says("scope"):
		return &extract.Unavailable{Stream: w.stream.name, Reason: w.stream.needs, Err: err}
	default:
		err = &extract.Failure{Kind: extract.ErrPermission, Err: err, Advice: w.refusal(ctx, api)}
	}
	return fmt.Errorf("%s: %w", w.stream.name, err)
}

// refusal is what can be done about an answer 403 or 404 to a stream that every account has.
func (w *walk) refusal(ctx context.Context, api *rest.APIError) string {
	if api.Says("scope") {
		return `the OAuth client or token needs the scope "read"`
	}
	if api.Stranger {
		return w.client.API().NotAPI() + ". Look at " + w.client.Base().String() + " from this machine, and let it through to " + w.client.Base().Host
	}
	if w.delivered > 0 {
		return "it could be read until then: run again, and if that does not help, look at what became of the account, the role of the user, and firewalls"
	}
	if role := w.role(ctx); role != "" && role != "admin" {
		return fmt.Sprintf("%s, and the role of this user is %q: use the credentials of an admin", w.stream.needs, role)
	}
	return "every account with Zendesk Support answers this: look whether Support is still active, whether the account has another name now, " +
		"and whether an IP allowlist or a firewall keeps this machine out"
}

// role asks for the role of the user that the credentials stand for. It is empty if that can't be told.
func (w *walk) role(ctx context.Context) string {
	var me struct {
		User struct{ Role string }
	}
	_, err := w.client.Do(ctx, &rest.Request{Endpoint: "/api/v2/users/me", Tries: rest.Enough, Spent: &w.cost, Observer: w.observer, Into: rest.JSON{Value: &me}})
	if err != nil {
		return ""
	}
	return me.User.Role
}
