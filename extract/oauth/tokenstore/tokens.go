package tokenstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Tokens are a login. However they are printed or logged, no token shows.
type Tokens struct {
	Host     string // scheme and host of the account: the tokens are sent nowhere else
	ClientID string // the OAuth client that they were granted to

	Access      string    // the access token
	Obtained    time.Time // when it was granted; UTC, by the source's clock like the other times
	AccessEnds  time.Time // when it ends; zero where the source did not say
	Refresh     string    // the refresh token, good for one use; empty where there is none
	RefreshEnds time.Time // when it ends; zero where the source did not say
}

// Ends is when the login ends, if it is not renewed before; zero where that is not known, or never.
func (t Tokens) Ends() time.Time {
	if t.AccessEnds.IsZero() {
		return time.Time{}
	}
	if t.Refresh == "" {
		return t.AccessEnds
	}
	return t.RefreshEnds
}

// Format prints whose tokens they are, for every verb.
func (t Tokens) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "tokens of the OAuth client "+t.ClientID+" at "+t.Host)
}

// LogValue is what Format prints.
func (t Tokens) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// MarshalJSON is what Format prints: only encode writes the tokens themselves.
func (t Tokens) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprint(t)) }

// stored is the format of the file. Times are null where there is none.
type stored struct {
	Version     int        `json:"version"`
	Host        string     `json:"host"`
	ClientID    string     `json:"client_id"`
	Access      string     `json:"access_token"`
	Obtained    time.Time  `json:"obtained_at"`
	AccessEnds  *time.Time `json:"access_token_ends_at"`
	Refresh     string     `json:"refresh_token"`
	RefreshEnds *time.Time `json:"refresh_token_ends_at"`
}

const version = 1

func encode(t Tokens) ([]byte, error) {
	data, err := json.MarshalIndent(stored{
		Version: version, Host: t.Host, ClientID: t.ClientID, Access: t.Access, Obtained: t.Obtained.UTC(),
		AccessEnds: orNull(t.AccessEnds), Refresh: t.Refresh, RefreshEnds: orNull(t.RefreshEnds),
	}, "", "  ")
	return append(data, '\n'), err
}

// decode reads what encode wrote. Its error holds nothing of the content.
func decode(data []byte) (Tokens, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil || s.Access == "" || s.Host == "" {
		return Tokens{}, errors.New("its content is not a login of desklake")
	}
	if s.Version != version {
		return Tokens{}, fmt.Errorf("it has version %d, and this desklake knows version %d", s.Version, version)
	}
	return Tokens{
		Host: s.Host, ClientID: s.ClientID, Access: s.Access, Obtained: s.Obtained,
		AccessEnds: orZero(s.AccessEnds), Refresh: s.Refresh, RefreshEnds: orZero(s.RefreshEnds),
	}, nil
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
