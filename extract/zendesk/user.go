package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"desklake/extract"
)

var _ extract.Identifier = (*Source)(nil)

// user is whom the credential stands for.
type user struct {
	ID           *int64
	Name, Role   string
	CustomRoleID *int64 `json:"custom_role_id"` // of an agent, whose rights it narrows
}

// errAnonymous is the answer of /users/me to a credential that is not good, where it is not 401.
var errAnonymous = errors.New("GET /api/v2/users/me: Zendesk takes the caller for an anonymous user")

// whoami asks who the credential stands for. Without a good one, and where a proxy takes it away, /users/me can answer 200,
// with an anonymous user whose id is null.
func (s *Source) whoami(ctx context.Context, spent *cost, o extract.Observer) (*user, error) {
	var me struct{ User user }
	accept := func(body []byte) error {
		me.User = user{}
		if err := json.Unmarshal(body, &me); err != nil {
			return err
		}
		if me.User.ID == nil {
			return errAnonymous
		}
		return nil
	}
	_, err := s.client.do(ctx, &request{endpoint: "/api/v2/users/me", tries: enough, spent: spent, observer: o, accept: accept})
	if err != nil {
		return nil, s.client.settled(ctx, refusedToAll(err))
	}
	return &me.User, nil
}

// Identify implements extract.Identifier.
func (s *Source) Identify(ctx context.Context, o extract.Observer) (extract.Identity, error) {
	var spent cost
	who, err := s.whoami(ctx, &spent, o)
	i := extract.Identity{Requests: spent.requests, Retries: spent.retries, Waited: spent.waited}
	if err == nil {
		i.Name = who.reader()
	}
	return i, err
}

// reader names the user by what decides on what can be read.
func (u *user) reader() string {
	name := fmt.Sprintf("user %d, %s", *u.ID, firstOf(cut(u.Role), "without a role"))
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
