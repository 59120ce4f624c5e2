package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const hidden = "s3cret-that-nobody-may-see"

func TestASecretNeverPrints(t *testing.T) {
	t.Parallel()
	secret := Secret(hidden)
	c := Config{Source: Source{Auth: Auth{APIToken: &APIToken{Email: "me@acme.com", Token: secret}}}}
	auth := *c.Source.Auth.APIToken
	var out bytes.Buffer
	// A wrong verb matters too: fmt shows the value itself then, unless the type formats itself.
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T", "%!", "%10v"} {
		fmt.Fprintf(&out, verb+verb+verb+verb+"\n", secret, &secret, auth, []Secret{secret})
		fmt.Fprintf(&out, verb+"\n", map[Secret]Secret{secret: secret})
	}
	fmt.Fprintln(&out, secret.String(), secret.GoString(), fmt.Errorf("token %v: %w", secret, os.ErrInvalid))
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("x", "secret", secret, "auth", auth, "config", c)
	}
	asJSON, err := json.Marshal([]any{secret, c})
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Dump(c)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(asJSON)
	out.Write(asYAML)
	for _, trace := range []string{hidden, fmt.Sprintf("%x", hidden), fmt.Sprintf("%X", hidden)} {
		if i := strings.Index(out.String(), trace); i >= 0 {
			t.Errorf("printed: %s", out.String()[max(0, i-60):])
		}
	}
	for _, marshalled := range []string{string(asJSON), string(asYAML)} {
		if !strings.Contains(marshalled, masked) {
			t.Errorf("no %s in %s", masked, marshalled)
		}
	}
}

func TestNoMessageShowsASecretWhereverItWasPut(t *testing.T) {
	t.Setenv("DESKLAKE_TEST_SECRET", hidden)
	content := strings.ReplaceAll(`source:
  type: VALUE
  subdomain: VALUE
  url: VALUE
  start_date: VALUE
  auth: {api_token: {email: VALUE, token: "`+hidden+` "}, access_token: `+hidden+`}
  audits: VALUE
  rate_limit: {reserve: VALUE}
  overlap: VALUE
tables: VALUE
sink: {type: VALUE, path: "", lock_wait: [VALUE], memory_limit: VALUE}
jobs: [{name: "! ${DESKLAKE_TEST_SECRET}", cron: VALUE, timezone: VALUE, tables: [VALUE]}]
`, "VALUE", `"${DESKLAKE_TEST_SECRET}"`)
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(t.Context(), path, known)
	if err == nil || len(strings.Split(err.Error(), "\n")) < 14 {
		t.Fatalf("too few mistakes found: %v", err)
	}
	if strings.Contains(err.Error(), hidden) {
		t.Errorf("shown in: %v", err)
	}
}
