package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a credential. However it is printed, logged or marshalled, it comes out as ***; string(secret) is
// the only way to it.
type Secret string

const masked = "***"

// Format prints *** for every verb. String alone would not do: fmt prints the value itself for a wrong verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// String returns ***.
func (Secret) String() string { return masked }

// GoString returns ***.
func (Secret) GoString() string { return masked }

// LogValue returns ***.
func (Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText returns ***. JSON and YAML use it too.
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }
