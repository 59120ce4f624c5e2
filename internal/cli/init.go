package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"desklake/internal/config"
	"desklake/internal/term"
)

type initCommand struct {
	Subdomain string `help:"What stands before .zendesk.com in the address of the helpdesk."`
	URL       string `help:"The whole address instead of the subdomain, for a proxy or a test."`
	Auth      string `help:"How to log in: oauth_client, oauth_user, access_token or api_token."`
	ID        string `name:"id" help:"The identifier of the OAuth client, or the e-mail address of the API token's user."`
	Secret    string `help:"Where the secret is: the name of an environment variable, or the path of a file. Not the secret itself."`
	StartDate string `help:"From when on to read, such as 2024-01-01."`
	Sink      string `help:"What to write, such as duckdb."`
	Path      string `help:"The file or folder to write to."`
	Cron      string `help:"When desklake serve runs, such as \"0 2 * * *\"; none for no schedule."`
	Timezone  string `help:"The time zone of the schedule, such as Europe/Berlin."`
}

// Help is shown by --help.
func (*initCommand) Help() string {
	return `Example: desklake init --subdomain acme --start-date 2024-01-01

On a terminal it asks for what no flag gives; elsewhere there are defaults for all but the subdomain. The file is
readable by its owner only, and one that is there is never overwritten.`
}

// Run writes the configuration file.
func (c *initCommand) Run(a *app) error {
	if _, err := os.Lstat(a.config); err == nil {
		return &fileThere{a.config}
	}
	w := &wizard{app: a, settings: defaultSettings(time.Now())}
	if err := c.answer(w); err != nil {
		return err
	}
	if err := writeNew(a.config, w.fill(w.Drivers, false)); err != nil {
		return err
	}
	fmt.Fprint(a.stdout, w.next(a.config))
	return nil
}

// answer takes each setting from its flag, from the user, or leaves its default.
func (c *initCommand) answer(w *wizard) error {
	if w.URL = c.URL; w.URL == "" {
		w.put(&w.Subdomain, c.Subdomain, "Subdomain of the helpdesk (acme for acme.zendesk.com):")
	}
	w.choose(&w.Auth, c.Auth, logins, "Log in with %s (API tokens end on 30 April 2027):")
	w.Secret = secretVariables[w.Auth]
	switch w.Auth {
	case "oauth_client", "oauth_user":
		w.put(&w.ID, c.ID, "Identifier of the OAuth client:")
	case "api_token":
		w.ID = ""
		w.put(&w.ID, c.ID, "E-mail address of its user:")
	}
	if w.Auth == "oauth_user" && c.Secret == "" {
		w.Secret = "" // a public client has none
	} else {
		w.until(&w.Secret, c.Secret, "Environment variable or file that holds "+secretNames[w.Auth]+":", w.secretProblem)
	}
	w.put(&w.StartDate, c.StartDate, "Read what changed since:")
	w.choose(&w.Sink, c.Sink, w.Drivers.SinkTypes(), "Write %s:")
	w.Path = defaultPaths[w.Sink]
	w.put(&w.Path, c.Path, "To this path:")
	w.put(&w.Cron, c.Cron, "When to run, \"0 2 * * *\" for two o'clock at night, none for by hand:")
	if w.Cron != noCron {
		w.put(&w.Timezone, c.Timezone, "By the clock of:")
	}
	return w.err
}

// wizard collects settings. After an error, which it keeps, it asks for nothing more.
type wizard struct {
	*app
	settings
	err error
}

// choose sets a setting to one of the words.
func (w *wizard) choose(into *string, flag string, words []string, question string) {
	w.until(into, flag, fmt.Sprintf(question, strings.Join(words, ", ")), func() error {
		if slices.Contains(words, *into) {
			return nil
		}
		return &usageError{fmt.Errorf("%q is none of %s", *into, strings.Join(words, ", "))}
	})
}

// put sets a setting that the configuration can judge.
func (w *wizard) put(into *string, flag, question string) { w.until(into, flag, question, w.problem) }

// until asks until there is no problem, if there is somebody to be asked.
func (w *wizard) until(into *string, flag, question string, problem func() error) {
	byDefault := *into
	for w.err == nil {
		if flag != "" {
			*into = flag
		} else if term.Asks() {
			*into, w.err = w.questions().Ask(question, byDefault)
		}
		err := problem()
		if err == nil || w.err != nil {
			return
		}
		if flag != "" || !term.Asks() {
			w.err = err
			return
		}
		fmt.Fprintf(w.stderr, "  %s\n", err)
	}
}

// problem is what a configuration with the settings would be refused for.
func (w *wizard) problem() error {
	_, err := w.Drivers.Parse(w.ctx, w.config, w.fill(w.Drivers, true))
	var invalid *config.Error
	if !errors.As(err, &invalid) {
		return err
	}
	texts := make([]string, len(invalid.Problems))
	for i, p := range invalid.Problems {
		texts[i] = p.Text
	}
	return &usageError{errors.New(strings.Join(texts, "; "))}
}

// secretProblem keeps a secret that was given in place of its place out of the file.
func (w *wizard) secretProblem() error {
	if !w.secretIsFile() {
		return nil
	}
	path := w.Secret
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(w.config), path)
	}
	if _, err := os.Stat(path); err != nil {
		return &usageError{errors.New("the secret's place is neither an environment variable, in capital letters, nor a file that is there")}
	}
	return nil
}

// next says what to do now.
func (s settings) next(path string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is written. Next:\n\n", path)
	flag := ""
	if filepath.Base(path) != "config.yaml" {
		flag = " -c " + path
	}
	step := func(what, why string) { fmt.Fprintf(&b, "  %-36s # %s\n", what, why) }
	switch {
	case s.Secret == "":
	case s.secretIsFile():
		step("chmod 600 "+s.Secret, "holds "+secretNames[s.Auth])
	default:
		step("export "+s.Secret+"=...", secretNames[s.Auth])
	}
	if s.Auth == "oauth_user" {
		step("desklake login"+flag, "opens the browser; over SSH with --no-browser")
	}
	step("desklake check"+flag, "does everything work?")
	step("desklake plan"+flag, "what will the first sync cost?")
	step("desklake sync"+flag, "reads everything once, and from then on what changed")
	return b.String()
}

// writeNew writes a file that must not exist.
func writeNew(path, content string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return &fileThere{path}
	case err != nil:
		return &usageError{err}
	}
	_, err = f.WriteString(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(path))
	}
	return nil
}

// fileThere is a configuration that would have been overwritten.
type fileThere struct{ path string }

func (e *fileThere) Error() string { return e.path + " is there already, and was left as it is" }

// Hint says how to go on.
func (*fileThere) Hint() string { return "-c names another file" }

// Unwrap makes it a mistake of the command line.
func (e *fileThere) Unwrap() error { return &usageError{fs.ErrExist} }
