package zendesk

import (
	"context"
	"errors"

	"desklake/extract"
	"desklake/extract/oauth"
)

var _ extract.Authorizer = (*Source)(nil)

var errNoUser = errors.New("source.auth has no oauth_user: the configured way to log in needs no browser")

// Authorize implements extract.Authorizer.
func (s *Source) Authorize() (extract.Authorization, error) {
	user, ok := s.auth.(oauth.User)
	if !ok {
		return nil, errNoUser
	}
	return user.Authorize(s.client), nil
}

// Logout implements extract.Authorizer.
func (s *Source) Logout(ctx context.Context, o extract.Observer) error {
	user, ok := s.auth.(oauth.User)
	if !ok {
		return errNoUser
	}
	return user.Logout(ctx, s.client, o)
}
