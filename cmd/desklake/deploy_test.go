package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"desklake/extract"
	"desklake/extract/zendesk"
	"desklake/internal/cli"
	"desklake/internal/web"
	"desklake/sink"
	"desklake/sink/duckdb"
)

// What deploy/ and the Dockerfile say of the program is compared with the program here; the rest of them is compared
// with the tools that know it by make deploy-check.

// deployed reads a file of deploy/, or the Dockerfile.
func deployed(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestTheCommandLinesInDeployCanBeUnderstood(t *testing.T) {
	t.Parallel()
	found := map[string]int{}
	for name, pattern := range map[string]string{
		"Dockerfile":                            `(?m)CMD (\[.*\])$`,
		"deploy/systemd/desklake-serve.service": `(?m)^ExecStart=/usr/local/bin/(desklake .*)$`,
		"deploy/systemd/desklake-sync.service":  `(?m)^ExecStart=/usr/local/bin/(desklake .*)$`,
		"deploy/kubernetes/deployment.yaml":     `(?m)args: (\[.*\])$`,
		"deploy/kubernetes/cronjob.yaml":        `(?m)args: (\[.*\])$`,
	} {
		for _, line := range regexp.MustCompile(pattern).FindAllStringSubmatch(deployed(t, name), -1) {
			words := strings.FieldsFunc(line[1], func(c rune) bool { return strings.ContainsRune(`[]", `, c) })
			if strings.HasSuffix(words[0], "desklake") {
				words = words[1:]
			}
			err := cli.Parse(words)
			if err != nil || words[len(words)-1] != "/etc/desklake/config.yaml" {
				t.Errorf("%s: %v: %v", name, words, err)
			}
			found[words[0]]++
		}
	}
	if found["serve"] != 3 || found["sync"] != 2 || found["healthcheck"] != 1 {
		t.Errorf("found %v", found)
	}
}

func TestTheConfigurationsInDeployAreValid(t *testing.T) {
	secrets := t.TempDir()
	if err := os.WriteFile(filepath.Join(secrets, "client_secret"), []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", secrets)
	// The first document of the file is the ConfigMap.
	manifest, _, _ := strings.Cut(deployed(t, "deploy/kubernetes/config.yaml"), "\n---\n")
	var configMap struct{ Data map[string]string }
	if err := yaml.Load([]byte(manifest), &configMap); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"systemd":    deployed(t, "deploy/systemd/config.yaml"),
		"Kubernetes": strings.ReplaceAll(configMap.Data["config.yaml"], "/etc/desklake-secrets", secrets),
	} {
		c, err := drivers.Parse(t.Context(), "/etc/desklake/config.yaml", text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if string(c.Source.Section.(*zendesk.Config).Auth.OAuthClient.ClientSecret) != "s3cret" || len(c.Jobs) != 1 || c.Sink.Section.(*duckdb.Config).Publish == "" {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// Alerts and dashboard name no metric, and none of its labels, that serve does not show.
func TestTheMetricsInDeployAreShown(t *testing.T) {
	t.Parallel()
	shown := shownMetrics(t)
	var expressions []string
	var alerts struct {
		Groups []struct{ Rules []struct{ Expr string } }
	}
	if err := yaml.Load([]byte(deployed(t, "deploy/prometheus/alerts.yml")), &alerts); err != nil {
		t.Fatal(err)
	}
	for _, rule := range alerts.Groups[0].Rules {
		expressions = append(expressions, rule.Expr)
	}
	var dashboard struct {
		Panels []struct{ Targets []struct{ Expr string } }
	}
	if err := json.Unmarshal([]byte(deployed(t, "deploy/grafana/desklake.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			expressions = append(expressions, target.Expr)
		}
	}
	if len(expressions) < 25 {
		t.Fatalf("only %d expressions", len(expressions))
	}
	for _, x := range expressions {
		for _, name := range regexp.MustCompile(`\b(desklake|process)_\w+`).FindAllString(x, -1) {
			if !shown[name] {
				t.Errorf("%s names %s, which serve does not show", x, name)
			}
		}
		for _, state := range regexp.MustCompile(`(?:state|status)=~?"([^"]+)"`).FindAllStringSubmatch(x, -1) {
			for value := range strings.SplitSeq(state[1], "|") {
				if !shown[value] {
					t.Errorf("%s names %q, which serve does not show", x, value)
				}
			}
		}
	}
	// Nothing is left out but the age, which follows from the time of the last success.
	all := strings.Join(expressions, " ")
	for name := range shown {
		if strings.HasPrefix(name, "desklake_") && !strings.Contains(all, name) && name != "desklake_table_age_seconds" {
			t.Errorf("%s stands in no alert and on no panel", name)
		}
	}
}

// shownMetrics are the names of what serve shows of a sink with a table and a helpdesk that told its limits, and the values
// of the labels state and status.
func shownMetrics(t *testing.T) map[string]bool {
	t.Helper()
	now := time.Now()
	board := web.NewBoard("")
	board.Report(sink.Report{Tables: []sink.TableReport{{Name: "tickets", Rows: 1, FreshAt: now}}}, nil)
	board.Responded(extract.Response{Code: 200, Quotas: []extract.Quota{{Name: "account", Limit: 700, Left: 600, Resets: now.Add(time.Minute)}}})
	service := web.Service{Listen: "0.0.0.0:8465", Sources: []web.Source{{Tables: []string{"tickets"}, Board: board}}, Jobs: []web.Job{{Name: "nightly", Next: now.Add(time.Hour)}}}
	handler := web.New(web.Options{Version: "1.2.3", Service: func() web.Service { return service }})
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	shown := map[string]bool{}
	for line := range strings.Lines(answer.Body.String()) {
		if name := regexp.MustCompile(`^\w+`).FindString(line); name != "" {
			shown[name] = true
		}
		if label := regexp.MustCompile(`(?:state|status)="(\w+)"`).FindStringSubmatch(line); label != nil {
			shown[label[1]] = true
		}
	}
	return shown
}
