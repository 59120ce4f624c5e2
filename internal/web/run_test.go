package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const form = "application/x-www-form-urlencoded"

func TestStartingAJob(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path, body string
		header     map[string]string
		noToken    bool
		busy       error
		want       int
		says       string // of the body, or of the address that a browser is led to
	}{
		"with the token":              {header: map[string]string{"Authorization": "Bearer " + token}, want: 202, says: `"accepted"`},
		"from the page":               {body: "token=" + token, header: map[string]string{"Content-Type": form, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"}, want: 303, says: "../../../?job=nightly"},
		"the form without a browser":  {body: "token=" + token, header: map[string]string{"Content-Type": form}, want: 202, says: `"accepted"`},
		"without a token":             {want: 401, says: "Authorization: Bearer"},
		"with another token":          {header: map[string]string{"Authorization": "Bearer " + token + "x"}, want: 401, says: "serve.token"},
		"with an empty token":         {header: map[string]string{"Authorization": "Bearer "}, want: 401, says: "serve.token"},
		"with another scheme":         {header: map[string]string{"Authorization": "Basic " + token}, want: 401, says: "serve.token"},
		"from the page, another":      {body: "token=guess", header: map[string]string{"Content-Type": form, "Accept": "text/html,*/*"}, want: 303, says: "../../../?refused=token"},
		"the token in the address":    {path: "/api/jobs/nightly/run?token=" + token, header: map[string]string{"Content-Type": form}, want: 401, says: "serve.token"},
		"a body of another type":      {body: "token=" + token, header: map[string]string{"Content-Type": "text/plain"}, want: 401, says: "serve.token"},
		"a form of several parts":     {body: "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + token + "\r\n--x--\r\n", header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, want: 401, says: "serve.token"},
		"a body without end":          {body: "x=" + strings.Repeat("x", maxForm) + "&token=" + token, header: map[string]string{"Content-Type": form}, want: 401, says: "serve.token"},
		"from another site":           {body: "token=" + token, header: map[string]string{"Content-Type": form, "Sec-Fetch-Site": "cross-site"}, want: 403, says: "another site"},
		"from a site beside":          {body: "token=" + token, header: map[string]string{"Content-Type": form, "Sec-Fetch-Site": "same-site"}, want: 403, says: "another site"},
		"from an old browser's":       {body: "token=" + token, header: map[string]string{"Content-Type": form, "Origin": "https://evil.example"}, want: 403, says: "another site"},
		"from an old browser":         {body: "token=" + token, header: map[string]string{"Content-Type": form, "Origin": "http://localhost:8465"}, want: 202, says: `"accepted"`},
		"another site, bearer":        {header: map[string]string{"Authorization": "Bearer " + token, "Sec-Fetch-Site": "cross-site"}, want: 403, says: "another site"},
		"a job that is none":          {path: "/api/jobs/weekly/run", header: map[string]string{"Authorization": "Bearer " + token}, want: 404, says: `there is no job \"weekly\"`},
		"a scheduler that has ended":  {busy: errors.New("the scheduler has ended"), header: map[string]string{"Authorization": "Bearer " + token}, want: 409, says: "has ended"},
		"no token configured":         {noToken: true, header: map[string]string{"Authorization": "Bearer " + token}, want: 403, says: "set serve.token"},
		"no token configured or sent": {noToken: true, header: map[string]string{"Authorization": "Bearer "}, want: 403, says: "set serve.token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withData(t, time.Now())
			s.busy = c.busy
			if c.noToken {
				s.service.Token = ""
			}
			if c.path == "" {
				c.path = "/api/jobs/nightly/run"
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, c.path, strings.NewReader(c.body))
			r.Host = "localhost:8465"
			for name, value := range c.header {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			s.handler().ServeHTTP(w, r)
			said := w.Body.String() + w.Header().Get("Location")
			if w.Code != c.want || !strings.Contains(said, c.says) {
				t.Errorf("%d %q, want %d with %q", w.Code, said, c.want, c.says)
			}
			if started := len(s.started) == 1; started != (c.want == 202 || strings.Contains(c.says, "?job=")) {
				t.Errorf("started: %v", started)
			}
			if strings.Contains(said, token) {
				t.Error("the answer holds the token")
			}
		})
	}
}

func TestThePageSaysWhatBecameOfTheButton(t *testing.T) {
	t.Parallel()
	s := withData(t, time.Now())
	for address, want := range map[string]string{
		"/?job=nightly":      "The job nightly was started.",
		"/?refused=token":    "that is not the token",
		"/?refused=disabled": "serve.token",
		"/?refused=origin":   "another site",
		"/?refused=busy":     "takes no job",
		"/?refused=job":      "no such job",
	} {
		if page := get(t, s.handler(), address).Body.String(); !strings.Contains(page, want) {
			t.Errorf("%s does not say %q", address, want)
		}
	}
	if page := get(t, s.handler(), "/?job=other").Body.String(); strings.Contains(page, "was started") {
		t.Error("the page says that a job was started that is none")
	}
}
