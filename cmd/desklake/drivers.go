package main

import (
	"log/slog"
	"os"
	"path/filepath"

	"desklake/extract"
	"desklake/extract/zendesk"
	"desklake/internal/config"
	"desklake/internal/setup"
	"desklake/internal/tokenstore"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/sink/parquet"
)

// drivers are the types of sources and sinks, by their names in the configuration.
var drivers = setup.Drivers{
	Sources: map[string]setup.SourceDriver{
		"zendesk": {Open: openZendesk, Tables: zendesk.Tables, Routes: zendesk.Routes},
	},
	Sinks: map[string]setup.SinkDriver{
		"duckdb": {Publishes: true, New: func(c config.Sink) sink.Destination {
			return duckdb.Destination{Options: duckdb.Options{Path: c.Path, LockWait: c.LockWait, MemoryLimit: c.MemoryLimit,
				Copy: c.Publish, CopyGuard: float64(c.PublishGuard)}}
		}},
		"parquet": {New: func(c config.Sink) sink.Destination {
			return parquet.Destination{Options: parquet.Options{Path: c.Path, LockWait: c.LockWait}}
		}},
	},
}

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
