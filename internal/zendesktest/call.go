package zendesktest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one request while it is answered.
type call struct {
	s      *Server
	r      *http.Request
	query  url.Values
	path   string   // below /api/v2/, without .json
	args   []string // the ids in the path
	role   string   // of the sender; empty for nobody
	route  *route
	now    time.Time
	answer *Answer

	ticket *ticket // see walkAudits
	audit  audit
}

// refusal is an answer other than 200.
type refusal struct {
	status int
	body   string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.status, r.body) }

// The errors that the documentation describes; there is no single envelope.
var (
	errEndpoint   = &refusal{404, `{"error":"InvalidEndpoint","description":"Not found"}`}
	errRecord     = &refusal{404, `{"error":"RecordNotFound","description":"Not found"}`}
	errForbidden  = &refusal{403, `{"error":{"title":"Forbidden","message":"You do not have access to this page. Please contact the account owner of this help desk for further help."}}`}
	errLogin      = &refusal{401, `{"error":"Couldn't authenticate you"}`}
	errToken      = &refusal{401, `{"error":"invalid_token","error_description":"The access token provided is expired, revoked, malformed or invalid for other reasons."}`}
	errCursor     = refuse("InvalidCursor", "The cursor is invalid or expired", "cursor")
	errDepth      = refuse("InvalidPaginationDepth", "Invalid pagination depth", "Requested response size is over pagination limits")
	errPagination = refuse("InvalidPaginationParameter", "Invalid pagination parameter", "page[size], per_page and page must be whole numbers within their limits, of one style")
	errTooRecent  = map[int]*refusal{
		400: refuse("StartTimeTooRecent", "Start time too recent", "Too recent start_time. Use a start_time older than 60 seconds"),
		422: {422, `{"error":"InvalidValue","description":"Too recent start_time. Use a start_time older than 60 seconds"}`},
	}
)

func refuse(code, title, detail string) *refusal {
	return &refusal{400, fmt.Sprintf(`{"errors":[{"code":%q,"title":%q,"detail":%q}]}`, code, title, detail)}
}

func invalid(parameter string) error {
	return &refusal{422, fmt.Sprintf(`{"error":"InvalidValue","description":"Invalid value for parameter: %s"}`, parameter)}
}

// number reads a whole number out of the query.
func (c *call) number(name string, byDefault, limit int64) (int64, error) {
	text := c.query.Get(name)
	if text == "" {
		return byDefault, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > limit {
		return 0, errPagination
	}
	return n, nil
}

// unix reads a time in unix seconds out of the query.
func (c *call) unix(name string, byDefault int64) (int64, error) {
	text := c.query.Get(name)
	if text == "" {
		return byDefault, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, invalid(name)
	}
	return n, nil
}

// includes says whether the sideload was asked for.
func (c *call) includes(name string) bool {
	return slices.Contains(strings.Split(c.query.Get("include"), ","), name)
}

// link returns the address of the same request with other parameters.
func (c *call) link(pairs ...string) string {
	q := url.Values{}
	for name, values := range c.query {
		q[name] = values
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	scheme := c.r.URL.Scheme
	if scheme == "" {
		scheme = "http"
	}
	return scheme + "://" + c.host() + "/api/v2/" + c.path + ".json?" + q.Encode()
}

// endpoint strips what all paths share.
func endpoint(path string) string {
	return strings.TrimSuffix(strings.TrimPrefix(path, "/api/v2/"), ".json")
}

func (c *call) host() string {
	if c.r.Host != "" {
		return c.r.Host
	}
	return c.r.URL.Host
}
