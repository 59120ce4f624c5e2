package zendesk

import (
	"net/url"
	"path/filepath"
	"strings"

	"desklake/extract"
	"desklake/extract/oauth"
	"desklake/extract/oauth/tokenstore"
	"desklake/internal/config"
)

// AuthConfig is how to log in: exactly one of its fields is set.
type AuthConfig struct {
	OAuthClient *OAuthClientConfig `yaml:"oauth_client" help:"A confidential OAuth client." oneof:"login"`
	OAuthUser   *OAuthUserConfig   `yaml:"oauth_user" help:"A user who logs in with desklake login, through an OAuth client." oneof:"login"`
	AccessToken *AccessTokenConfig `yaml:"access_token" help:"An OAuth access token that was made elsewhere." oneof:"login"`
	APIToken    *APITokenConfig    `yaml:"api_token" help:"An API token. Zendesk ends these on 30 April 2027." oneof:"login"`
}

// OAuthClientConfig is the OAuth grant client_credentials.
type OAuthClientConfig struct {
	ClientID     string        `yaml:"client_id" help:"The identifier of the OAuth client." need:"the identifier of the OAuth client"`
	ClientSecret config.Secret `yaml:"client_secret" help:"The secret of the OAuth client." need:"the client's secret, or client_secret_file"`
}

// OAuthUserConfig is a user who logs in with desklake login, through an OAuth client.
type OAuthUserConfig struct {
	ClientID     string        `yaml:"client_id" help:"The identifier of the OAuth client." need:"the identifier of the OAuth client"`
	ClientSecret config.Secret `yaml:"client_secret" help:"The secret of a confidential OAuth client; a public one has none."`
	RedirectURL  string        `yaml:"redirect_url" help:"Where the browser is sent after the login, as it stands in the OAuth client. Default: http://127.0.0.1:19284/callback."`
	TokenFile    string        `yaml:"token_file" help:"The file in which the login is kept. Default: the name of this file with .tokens.json at its end, beside it; of several sources, with the name of the source before that."`
	Store        string        `yaml:"store" help:"Where the login is kept: in token_file, or in the keyring of the operating system where there is one. Default: file." enum:"file,keyring"`
}

// AccessTokenConfig is an OAuth access token that was made elsewhere.
type AccessTokenConfig struct {
	Token config.Secret `yaml:"token" help:"The access token." need:"the access token, or token_file"`
}

// APITokenConfig is an API token of the user with that e-mail address. Zendesk ends these on 30 April 2027.
type APITokenConfig struct {
	Email string        `yaml:"email" help:"The e-mail address of the user." need:"the e-mail address of the user the token acts for"`
	Token config.Secret `yaml:"token" help:"The API token." need:"the API token, or token_file"`
}

// Where a user who logs in is sent back to: a port that few others use, below those that systems give away.
const defaultRedirect = "http://127.0.0.1:19284/callback"

// SetDefaults implements config.Defaulter.
func (c *OAuthUserConfig) SetDefaults() { c.RedirectURL, c.Store = defaultRedirect, "file" }

// Check implements config.Checker.
func (c *AuthConfig) Check(r config.Report) {
	var given []string
	for _, login := range []struct {
		key string
		is  bool
	}{{"oauth_client", c.OAuthClient != nil}, {"oauth_user", c.OAuthUser != nil}, {"access_token", c.AccessToken != nil}, {"api_token", c.APIToken != nil}} {
		if login.is {
			given = append(given, login.key)
		}
	}
	switch {
	case len(given) == 0:
		r.Missing("", "one of oauth_client, oauth_user, access_token or api_token")
	case len(given) > 1:
		r.Problem("", "has %s: keep one of them", strings.Join(given, " and "))
	}
}

func (c *AuthConfig) open(e extract.Env) Auth {
	switch {
	case c.OAuthUser != nil:
		u := c.OAuthUser
		store := tokenstore.New(tokenstore.Options{Path: u.TokenFile, Keyring: u.Store == "keyring", Logger: e.Logger, Step: e.LoginStep})
		return OAuthUser(oauth.User{ID: u.ClientID, Secret: string(u.ClientSecret), Redirect: u.RedirectURL, Store: store})
	case c.OAuthClient != nil:
		return ClientCredentials(c.OAuthClient.ClientID, string(c.OAuthClient.ClientSecret))
	case c.AccessToken != nil:
		return AccessToken{Token: string(c.AccessToken.Token)}
	}
	return APIToken{Email: c.APIToken.Email, Token: string(c.APIToken.Token)}
}

// Check implements config.Checker.
func (c *APITokenConfig) Check(r config.Report) {
	if c.Email != "" && (!strings.Contains(c.Email, "@") || strings.HasSuffix(c.Email, "/token")) {
		r.Problem("email", "%q is not an e-mail address: write it alone, as in me@acme.com", r.Raw("email"))
	}
}

// Check implements config.Checker. The file of the login is named after that of the configuration, and after the source where
// there are several: a login is replaced by the next one.
func (c *OAuthUserConfig) Check(r config.Report) {
	checkRedirect(r, "redirect_url", c.RedirectURL)
	if c.TokenFile == "" {
		c.TokenFile = strings.TrimSuffix(r.File(), filepath.Ext(r.File())) + ".tokens.json"
		if name := r.Name(); name != "" {
			c.TokenFile = strings.TrimSuffix(c.TokenFile, "tokens.json") + name + ".tokens.json"
		}
	}
	r.Path("token_file", &c.TokenFile)
	r.Claim("token_file", c.TokenFile)
}

// checkRedirect checks where a browser is sent back to. Zendesk takes https, and http on the user's own machine.
// https://support.zendesk.com/hc/en-us/articles/4408845965210
func checkRedirect(r config.Report, key, address string) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		r.Problem(key, "is not an address of an OAuth client: write it as there, such as %s", defaultRedirect)
	case u.Scheme == "http" && u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost":
		r.Problem(key, "must be https, or http on 127.0.0.1 or localhost: Zendesk takes no other")
	case u.Scheme == "http" && (u.Port() == "" || u.Port() == "0"):
		r.Problem(key, "needs a port to listen on, such as %s", defaultRedirect)
	}
}
