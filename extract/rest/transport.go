package rest

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// connectLimit is for a connection.
const connectLimit = 30 * time.Second

func newHTTP(transport http.RoundTripper, base *url.URL) *http.Client {
	if transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.TLSHandshakeTimeout = connectLimit
		t.MaxResponseHeaderBytes = maxHeader
		t.MaxIdleConnsPerHost = 16
		t.DisableCompression = true // readBody does it, within bounds
		t.OnProxyConnectResponse = tunnelled
		transport = t
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: follow(base),
	}
}

// build makes what is sent of a request for a page of so many rows.
func (c *Client) build(ctx context.Context, r *Request, login string, rows int) (*http.Request, error) {
	u := *c.base
	u.Path = cmp.Or(r.Path, r.Endpoint)
	u.RawQuery = r.query(rows).Encode()
	method, body := cmp.Or(r.Method, http.MethodGet), io.Reader(nil)
	if r.Form != nil {
		method, body = http.MethodPost, bytes.NewReader(r.Form)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, c.header)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("Cache-Control", "no-cache")
	req.Header.Set("Pragma", "no-cache") // the same, to caches of HTTP/1.0
	req.Header.Set("User-Agent", c.agent)
	if r.Form != nil {
		req.Header.Set("Content-Type", cmp.Or(r.FormType, "application/json"))
	}
	if login != "" {
		req.Header.Set("Authorization", login)
	}
	return req, nil
}

// query is what stands behind the path of a request for a page of so many rows.
func (r *Request) query(rows int) url.Values {
	q := url.Values{}
	maps.Copy(q, r.Query)
	if r.Size != nil {
		q.Set(r.SizeName, strconv.Itoa(rows))
	}
	if r.NumberName != "" {
		q.Set(r.NumberName, strconv.Itoa(r.number(rows)))
	}
	return q
}
