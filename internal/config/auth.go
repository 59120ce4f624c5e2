package config

import (
	"net/url"
	"path/filepath"
	"strings"
)

func (r *reader) auth(a *Auth) {
	var given []string
	if a.OAuthClient != nil {
		given = append(given, "oauth_client")
		path := "source.auth.oauth_client"
		r.need(path+".client_id", a.OAuthClient.ClientID, "the identifier of the OAuth client")
		r.need(path+".client_secret", string(a.OAuthClient.ClientSecret), "the client's secret, or client_secret_file")
	}
	if a.OAuthUser != nil {
		given = append(given, "oauth_user")
		r.oauthUser(a.OAuthUser)
	}
	if a.AccessToken != nil {
		given = append(given, "access_token")
		r.need("source.auth.access_token.token", string(a.AccessToken.Token), "the access token, or token_file")
	}
	if a.APIToken != nil {
		given = append(given, "api_token")
		path := "source.auth.api_token"
		r.need(path+".email", a.APIToken.Email, "the e-mail address of the user the token acts for")
		r.need(path+".token", string(a.APIToken.Token), "the API token, or token_file")
		if e := a.APIToken.Email; e != "" && (!strings.Contains(e, "@") || strings.HasSuffix(e, "/token")) {
			r.report(path+".email", "%q is not an e-mail address: write it alone, as in me@acme.com", r.raw(path+".email"))
		}
	}
	if len(given) == 0 {
		r.missing("source.auth", "one of "+oneOf(authKeys))
	}
	if len(given) > 1 {
		r.report("source.auth", "has %s: keep one of them", strings.Join(given, " and "))
	}
}

// oauthUser fills in the defaults, which depend on the file.
func (r *reader) oauthUser(u *OAuthUser) {
	path := "source.auth.oauth_user"
	r.need(path+".client_id", u.ClientID, "the identifier of the OAuth client")
	if u.Store == "" {
		u.Store = loginStores[0]
	}
	r.word(path+".store", u.Store, loginStores)
	if u.RedirectURL == "" {
		u.RedirectURL = defaultRedirect
	}
	r.redirect(path+".redirect_url", u.RedirectURL)
	if strings.HasPrefix(u.TokenFile, "~") {
		r.report(path+".token_file", "a leading ~ is not expanded: write ${HOME} for it")
	}
	if u.TokenFile == "" {
		u.TokenFile = strings.TrimSuffix(r.name, filepath.Ext(r.name)) + ".tokens.json"
	}
	u.TokenFile = r.resolve(u.TokenFile)
}

// redirect checks where a browser is sent back to. Zendesk takes https, and http on the user's own machine.
// https://support.zendesk.com/hc/en-us/articles/4408845965210
func (r *reader) redirect(path, address string) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		r.report(path, "is not an address of an OAuth client: write it as there, such as %s", defaultRedirect)
	case u.Scheme == "http" && u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost":
		r.report(path, "must be https, or http on 127.0.0.1 or localhost: Zendesk takes no other")
	case u.Scheme == "http" && (u.Port() == "" || u.Port() == "0"):
		r.report(path, "needs a port to listen on, such as %s", defaultRedirect)
	}
}
