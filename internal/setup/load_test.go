package setup

import (
	"desklake/internal/config"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFileThatCannotBeReadIsAnErrorWithAHint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(dir, "config.yaml"): "no such file",
		dir:                               "is a directory",
	} {
		_, err := known.Load(t.Context(), path)
		var problem *config.Error
		if !errors.As(err, &problem) || err.Error() != path+": "+want || problem.Hint() == "" {
			t.Errorf("Load(%s): %v, want %s", path, err, want)
		}
	}
}

func TestAnEmptyFileSaysWhatToWrite(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "\n \n", "\ufeff"} {
		_, err := known.Parse(t.Context(), "config.yaml", content)
		if err == nil || !strings.HasPrefix(err.Error(), "config.yaml:1:1: the file ") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestRelativePathsCountFromTheFolderOfTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	content := `source:
  type: zendesk
  subdomain: acme
  start_date: 2017-01-25T00:00:00Z
  auth: {access_token: {token_file: token.txt}}
sink: {type: duckdb, path: data/helpdesk.duckdb}
`
	for name, content := range map[string]string{"config.yaml": content, "token.txt": "s3cret\r\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := mustLoad(t, filepath.Join(dir, "config.yaml"))
	if want := filepath.Join(dir, "data/helpdesk.duckdb"); duckdbOf(c).Path != want {
		t.Errorf("sink.path is %s, want %s", duckdbOf(c).Path, want)
	}
	if got := string(zendeskOf(c).Auth.AccessToken.Token); got != "s3cret" {
		t.Errorf("the token is %q", got)
	}
}

func FuzzNoInputMakesLoadPanic(f *testing.F) {
	files, err := filepath.Glob(testdata + "/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := known.Parse(t.Context(), "config.yaml", string(content))
		if (c == nil) == (err == nil) {
			t.Fatalf("got %v and %v", c, err)
		}
		if problems := (*config.Error)(nil); errors.As(err, &problems) && len(problems.Problems) == 0 {
			t.Fatal("an error without a problem")
		}
	})
}
