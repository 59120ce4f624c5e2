package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const maxForm = 4 << 10 // bytes

// refusal is why a job was not started.
type refusal struct {
	code   int
	notice string // the key of what the page says about it
	text   string
}

// run starts a job: POST with Authorization: Bearer TOKEN, or the form of the page with its field token. Nobody is logged in
// here, so a request that another site makes a browser send has nothing to ride on; those are refused all the same.
func (s *server) run(w http.ResponseWriter, r *http.Request) {
	job := r.PathValue("name")
	refused := s.start(w, r, job)
	if refused == nil {
		s.Logger.Info("job started by request", "job", job, "from", r.RemoteAddr)
	} else {
		s.Logger.Warn("job not started by request", "job", job, "from", r.RemoteAddr, "code", refused.code)
	}
	answer := url.Values{"job": {job}}
	code, body := http.StatusAccepted, map[string]string{"job": job, "status": "accepted"}
	if refused != nil {
		answer = url.Values{"refused": {refused.notice}}
		code, body = refused.code, map[string]string{"error": refused.text}
	}
	if r.Header.Get("Authorization") == "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Location", "../../../?"+answer.Encode())
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	if code == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // whoever asked may have left
}

func (s *server) start(w http.ResponseWriter, r *http.Request, job string) *refusal {
	service := s.Service()
	if service.Token == "" {
		return &refusal{http.StatusForbidden, "disabled", "jobs can't be started from here: set serve.token in the configuration, 16 characters or more"}
	}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return &refusal{http.StatusForbidden, "origin", "the request comes from another site"}
	}
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			given = r.PostFormValue("token")
		}
	}
	if !same(given, service.Token) {
		return &refusal{http.StatusUnauthorized, "token", "send the value of serve.token, as Authorization: Bearer ..."}
	}
	if !slices.ContainsFunc(service.Jobs, func(j Job) bool { return j.Name == job }) {
		return &refusal{http.StatusNotFound, "job", fmt.Sprintf("there is no job %q", job)}
	}
	if err := s.RunNow(job); err != nil {
		return &refusal{http.StatusConflict, "busy", err.Error()}
	}
	return nil
}

// same compares in a time that tells nothing of either.
func same(given, want string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
