package setup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const hidden = "s3cret-that-nobody-may-see"

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
	_, err := known.Load(t.Context(), path)
	if err == nil || len(strings.Split(err.Error(), "\n")) < 14 {
		t.Fatalf("too few mistakes found: %v", err)
	}
	if strings.Contains(err.Error(), hidden) {
		t.Errorf("shown in: %v", err)
	}
}
