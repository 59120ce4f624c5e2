package config

import "testing"

func TestNearestFindsTheMisspeltWordAndNothingElse(t *testing.T) {
	t.Parallel()
	words := []string{"type", "subdomain", "url", "start_date", "auth", "audits", "rate_limit", "give_up_after", "overlap"}
	for misspelt, want := range map[string]string{
		"subdomian":   "subdomain",
		"subdomain_":  "subdomain",
		"Subdomain":   "subdomain",
		"tpye":        "type",
		"uri":         "url",
		"startdate":   "start_date",
		"start-date":  "start_date",
		"giveupafter": "give_up_after",
		"oath":        "auth",
		"x":           "",
		"":            "",
		"password":    "",
		"ünïcödé":     "",
	} {
		if got := Nearest(misspelt, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", misspelt, got, want)
		}
	}
}

func TestDistanceCountsEdits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "abd", 1},
		{"abc", "ab", 1}, {"kitten", "sitting", 3},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
