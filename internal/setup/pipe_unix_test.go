//go:build unix

package setup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

const piped = "source: {type: zendesk, subdomain: acme, start_date: 2017-01-25T00:00:00Z, auth: {access_token: {token_file: token}}}\n" +
	"sink: {type: duckdb, path: helpdesk.duckdb}\n"

// pipes makes a configuration and its secret as pipes.
func pipes(t *testing.T) (config, token string) {
	t.Helper()
	dir := t.TempDir()
	config, token = filepath.Join(dir, "config.yaml"), filepath.Join(dir, "token")
	for _, path := range []string{config, token} {
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Skip("there are no pipes here: ", err)
		}
	}
	return config, token
}

func TestPipesAreReadWhenTheyDeliver(t *testing.T) {
	t.Parallel()
	config, token := pipes(t)
	for path, content := range map[string]string{config: piped, token: "s3cret\n"} {
		go func() { _ = os.WriteFile(path, []byte(content), 0o600) }() // what goes wrong shows in what is read
	}
	c, err := known.Load(t.Context(), config)
	if err != nil || string(zendeskOf(c).Auth.AccessToken.Token) != "s3cret" {
		t.Fatalf("%v", err)
	}
}

func TestPipesThatNobodyWritesToAreLeftWithTheContext(t *testing.T) {
	t.Parallel()
	config, _ := pipes(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := known.Load(ctx, config) // which waits in the opening
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the configuration: %v", err)
	}

	ctx, cancel = context.WithCancel(t.Context())
	go func() {
		_, err := known.Parse(ctx, config, piped)
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the secret: %v", err)
	}
}
