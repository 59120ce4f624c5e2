package main

import (
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"desklake/extract"
	"desklake/extract/zendesk"
	"desklake/internal/config"
	"desklake/internal/tokenstore"
	"desklake/schema"
)

// sourceType is how the program uses one type of source.
type sourceType struct {
	open   func(c config.Source, logger *slog.Logger) (extract.Source, error)
	tables func() []*schema.Table
	routes func() map[string]string
}

// sources are the types of sources, by their name in the configuration.
var sources = map[string]sourceType{
	"zendesk": {open: openZendesk, tables: zendesk.Tables, routes: zendesk.Routes},
}

func sourceNames() []string { return slices.Sorted(maps.Keys(sources)) }

func openZendesk(c config.Source, logger *slog.Logger) (extract.Source, error) {
	o := zendesk.Options{
		Subdomain: c.Subdomain, URL: c.URL, Auth: zendeskAuth(c.Auth, logger), StartDate: c.StartDate,
		AuditsInFull: c.Audits == "full", Reserve: orNone(float64(c.RateLimit.Reserve)), GiveUpAfter: c.GiveUpAfter, Overlap: orNone(c.Overlap),
		Logger: logger, Version: version(),
	}
	// Without a cache directory the processes of this machine just do not share what they know of the limits.
	if dir, err := os.UserCacheDir(); err == nil {
		o.CacheDir = filepath.Join(dir, "desklake")
	}
	return zendesk.New(o)
}

// orNone says none, which the source's options spell as a negative number, for a zero that was set.
func orNone[N ~int64 | ~float64](n N) N {
	if n == 0 {
		return -1
	}
	return n
}

// loginStep is told how far the storing of a login is. Nil but in tests, which kill the program there.
var loginStep func(step string)

func zendeskAuth(a config.Auth, logger *slog.Logger) zendesk.Auth {
	switch {
	case a.OAuthUser != nil:
		store := tokenstore.New(tokenstore.Options{Path: a.OAuthUser.TokenFile, Keyring: a.OAuthUser.Store == "keyring", Logger: logger, Step: loginStep})
		return zendesk.OAuthUser{ID: a.OAuthUser.ClientID, Secret: string(a.OAuthUser.ClientSecret), Redirect: a.OAuthUser.RedirectURL, Store: store}
	case a.OAuthClient != nil:
		return zendesk.ClientCredentials{ID: a.OAuthClient.ClientID, Secret: string(a.OAuthClient.ClientSecret)}
	case a.AccessToken != nil:
		return zendesk.AccessToken{Token: string(a.AccessToken.Token)}
	}
	return zendesk.APIToken{Email: a.APIToken.Email, Token: string(a.APIToken.Token)}
}

// tableNames are the names of the tables of a type of source, in the order of the catalog.
func tableNames(tables []*schema.Table) []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.Name
	}
	return names
}
