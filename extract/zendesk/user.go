package zendesk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"desklake/extract"
	"desklake/extract/rest"
)

var _ extract.Identifier = (*Source)(nil)

// user is whom the credential stands for.
type user struct {
	ID           *int64
	Name, Role   string
	CustomRoleID *int64 `json:"custom_role_id"` // of an agent, whose rights it narrows
}

// anonymous is the answer of /users/me to a credential that is not good, where it is not 401.
const anonymous = rest.Anonymous("GET /api/v2/users/me: Zendesk takes the caller for an anonymous user")

// caller is what /users/me answers.
type caller struct{ User user }

// Decode implements rest.Decoder.
func (c *caller) Decode(body []byte) error {
	*c = caller{}
	if err := json.Unmarshal(body, c); err != nil {
		return err
	}
	if c.User.ID == nil {
		return anonymous
	}
	return nil
}

// whoami asks who the credential stands for. Without a good one, and where a proxy takes it away, /users/me can answer 200,
// with an anonymous user whose id is null.
func (s *Source) whoami(ctx context.Context, spent *rest.Cost, o extract.Observer) (*user, error) {
	var me caller
	_, err := s.client.Do(ctx, &rest.Request{Endpoint: "/api/v2/users/me", Tries: rest.Enough, Spent: spent, Observer: o, Into: &me})
	if err != nil {
		return nil, s.client.Settled(ctx, refusedToAll(s.client, err))
	}
	return &me.User, nil
}

// Identify implements extract.Identifier.
func (s *Source) Identify(ctx context.Context, o extract.Observer) (extract.Identity, error) {
	var spent rest.Cost
	who, err := s.whoami(ctx, &spent, o)
	i := extract.Identity{Requests: spent.Requests, Retries: spent.Retries, Waited: spent.Waited}
	if err == nil {
		i.Name = who.reader()
	}
	return i, err
}

// reader names the user by what decides on what can be read.
func (u *user) reader() string {
	name := fmt.Sprintf("user %d, %s", *u.ID, cmp.Or(rest.Cut(u.Role), "without a role"))
	if u.CustomRoleID != nil {
		name += fmt.Sprintf(", custom role %d", *u.CustomRoleID)
	}
	return name
}

func (u *user) checkRole() extract.Finding {
	f := extract.Finding{Subject: "role", Found: u.Role}
	if u.Role != "admin" {
		f.Advice = "Zendesk's exports are for admins only, and what an agent can't see is missing in the other tables"
	}
	return f
}
