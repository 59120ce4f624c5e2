package setup

import (
	"context"
	"desklake/internal/config"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFileThatIsTooLargeForAConfigurationIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	large := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(large, []byte(strings.Repeat("unknown: 1\n", (1<<20)/11+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{large, "/dev/zero"} {
		if _, err := os.Stat(path); err != nil {
			continue // on a system without it
		}
		_, err := known.Load(t.Context(), path)
		if problem := (*config.Error)(nil); !errors.As(err, &problem) || err.Error() != path+": holds more than 1024 KiB" {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestOfVeryManyProblemsTheFirstAreToldAndTheOthersCounted(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&text, "key%d: 1\n", i)
	}
	_, err := known.Parse(t.Context(), "config.yaml", text.String())
	var problems *config.Error
	if !errors.As(err, &problems) || len(problems.Problems) != 100 || problems.Count() < 40_000 {
		t.Fatalf("%v", err)
	}
	if got := err.Error(); !strings.HasPrefix(got, `config.yaml:1:1: unknown key "key0"`) ||
		!strings.HasSuffix(got, fmt.Sprintf("\nconfig.yaml: and %d more", problems.Count()-100)) || len(got) > 20_000 {
		t.Errorf("%d bytes: %.500s", len(got), got)
	}
}

// Twenty thousand jobs, each with the same twenty thousand tables, are four hundred million values of 200 KB.
func TestAliasesDoNotMakeMoreOfAFileThanFits(t *testing.T) {
	t.Parallel()
	text := "tables: &t [" + strings.Repeat("users,", 20_000) + "]\njobs: [&j {name: a, tables: *t}" + strings.Repeat(",*j", 20_000) + "]\n"
	_, err := known.Parse(t.Context(), "config.yaml", text)
	if err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.Contains(err.Error(), "more than 100000 values") {
		t.Errorf("%.500v", err)
	}
}

func TestTheByteOrderMarkOfASecretsFileIsNoPartOfTheSecret(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{"\ufeffs3cret\r\n": "s3cret", "s3cret\n": "s3cret", "s3\ufeffcret": "s3\ufeffcret", "\ufeff\n": ""} {
		dir := t.TempDir()
		write := func(name, content string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("token", content)
		write("config.yaml", "source: {type: zendesk, subdomain: acme, start_date: 2017-01-25T00:00:00Z, auth: {access_token: {token_file: token}}}\n"+
			"sink: {type: duckdb, path: helpdesk.duckdb}\n")
		c, err := known.Load(t.Context(), filepath.Join(dir, "config.yaml"))
		if want == "" {
			if err == nil || !strings.HasSuffix(err.Error(), "the file's content is empty") {
				t.Errorf("%q: %v", content, err)
			}
		} else if err != nil || string(zendeskOf(c).Auth.AccessToken.Token) != want {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestASecretsFileThatIsTooLargeIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte(strings.Repeat("s", 64<<10+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := known.Parse(t.Context(), filepath.Join(dir, "config.yaml"), "source: {auth: {access_token: {token_file: token}}}")
	if err == nil || !strings.Contains(err.Error(), "token_file: the file can't be read: holds more than 64 KiB") {
		t.Errorf("%v", err)
	}
}

func TestReadingIsBrokenOffWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if c, err := known.Load(ctx, filepath.Join(t.TempDir(), "config.yaml")); c != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", c, err)
	}
}
