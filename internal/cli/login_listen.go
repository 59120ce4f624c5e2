package cli

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"desklake/extract"
	"desklake/internal/visible"
	"desklake/internal/words"
)

// awaitLogin opens the browser, and waits on this machine for it to come back.
func (a *app) awaitLogin(ctx, waiting context.Context, login extract.Authorization) error {
	l, err := listenForLogin(ctx, login)
	if err != nil {
		return err
	}
	defer l.close()
	fmt.Fprintf(a.stderr, "Your browser opens this address; sign in as an admin, and allow the access:\n\n  %s\n\n"+
		"Waiting at %s. If the browser is on another machine: desklake login --no-browser\n", login.URL(), login.Redirect())
	go openBrowser(waiting, login.URL(), a.stderr)
	select {
	case err := <-l.done:
		return err
	case <-waiting.Done():
		return context.Cause(waiting)
	}
}

// loginListener waits on this machine for the browser that comes back from the helpdesk.
type loginListener struct {
	ctx    context.Context
	login  extract.Authorization
	path   string
	server *http.Server
	done   chan error // how the login went

	mu    sync.Mutex
	ended bool
}

// listenForLogin listens at the address to which the helpdesk sends the browser.
func listenForLogin(ctx context.Context, login extract.Authorization) (*loginListener, error) {
	redirect, err := url.Parse(login.Redirect())
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", redirect.Port()))
	if err != nil {
		return nil, &portTaken{redirect.Host, err}
	}
	l := &loginListener{ctx: ctx, login: login, path: redirect.Path, done: make(chan error, 1)}
	if l.path == "" {
		l.path = "/"
	}
	l.server = &http.Server{Handler: l, ReadHeaderTimeout: 10 * time.Second}
	l.server.SetKeepAlivesEnabled(false)
	go func() { _ = l.server.Serve(listener) }() // ends with close
	return l, nil
}

// close lets the last page reach the browser, and stops listening.
func (l *loginListener) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if l.server.Shutdown(ctx) != nil {
		_ = l.server.Close()
	}
}

// ServeHTTP takes the answer of the helpdesk, and tells the user how the login went.
func (l *loginListener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != l.path || r.Method != http.MethodGet {
		http.NotFound(w, r)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		showLoginPage(w, http.StatusGone, loginPage{Title: "This login has ended", Text: "What came of it stands in the terminal."})
		return
	}
	err := l.login.Finish(l.ctx, r.URL.Query())
	switch {
	case errors.Is(err, extract.ErrOtherLogin):
		showLoginPage(w, http.StatusBadRequest, loginPage{Title: "This is another login", Text: "desklake still waits for the answer to the address that it has printed."})
		return
	case err != nil:
		page := loginPage{Title: "Not logged in", Text: err.Error()}
		if hint := words.Hint(err); hint != "" {
			page.Advice = words.Sentence(hint)
		}
		showLoginPage(w, http.StatusOK, page)
	default:
		showLoginPage(w, http.StatusOK, loginPage{Good: true, Title: "Logged in", Text: "desklake may now read this helpdesk. You can close this page; the terminal says how it goes on."})
	}
	l.ended = true
	l.done <- err
}

// loginPage is what the browser shows at the end.
type loginPage struct {
	Good                bool
	Title, Text, Advice string
	Nonce               string
}

//go:embed login.html
var loginHTML string

var loginTemplate = template.Must(template.New("login").Parse(loginHTML))

// showLoginPage shows the page. Its script takes the code, which is used up by then, out of the address and the history.
func showLoginPage(w http.ResponseWriter, status int, page loginPage) {
	page.Nonce = rand.Text()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'nonce-%s'; script-src 'nonce-%[1]s'; frame-ancestors 'none'", page.Nonce))
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = loginTemplate.Execute(visible.NewWriter(w), page) // the browser may be gone
}

// portTaken is a redirect address at which this machine can't listen.
type portTaken struct {
	host string
	err  error
}

func (e *portTaken) Error() string { return "wait for the browser at " + e.host + ": " + e.err.Error() }

// Hint says what to do.
func (e *portTaken) Hint() string {
	return "end what uses the port, such as another desklake login; or set another source.auth.oauth_user.redirect_url, here and in the " +
		"OAuth client; or use --no-browser, which needs no port"
}

// Unwrap makes it a mistake of the command line or the configuration.
func (e *portTaken) Unwrap() error { return &usageError{e.err} }
