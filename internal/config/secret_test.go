package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const hidden = "s3cret-that-nobody-may-see"

func TestASecretNeverPrints(t *testing.T) {
	t.Parallel()
	secret := Secret(hidden)
	type login struct {
		Email string
		Token Secret
	}
	auth := login{"me@acme.com", secret}
	c := struct{ Source struct{ Auth *login } }{}
	c.Source.Auth = &auth
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
