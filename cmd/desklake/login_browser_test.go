package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// chromium starts a headless Chromium. Where there is none the test is skipped, but not in CI.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" && os.Getenv("CI") == "true" {
		t.Fatal("there is no Chromium, which CI needs: apt-get install chromium")
	}
	if path == "" {
		t.Skip("nobody logs in with a real browser: there is no Chromium (apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which does not work as root
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestAUserLogsInWithARealBrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium(t)
	for _, x := range []struct {
		button, heading, text string
		code                  int
	}{
		{"deny", "Not logged in", "the access was denied in the browser", cli.ExitCredentials},
		{"allow", "Logged in", "desklake may now read this helpdesk", cli.ExitDone},
	} {
		a := newAccount(t, zendesktest.Options{})
		addressFile := filepath.Join(t.TempDir(), "address")
		a.env = append(a.env, visitVariable+"="+addressFile)
		c := a.start("login")
		address := a.opened(addressFile)
		if err := chromedp.Do(ctx, chromedp.Navigate(address), chromedp.Click(chromedp.ID(x.button)), chromedp.WaitVisible(chromedp.CSS("footer"))); err != nil {
			t.Fatal(err)
		}
		page, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
		if err != nil {
			t.Fatal(err)
		}
		contains(t, page, x.heading, x.text)
		colour, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.querySelector("h1"), "::before").color`))
		if err != nil || colour == "rgb(0, 0, 0)" {
			t.Errorf("the page's style was not applied: %s, %v", colour, err)
		}
		if at, err := chromedp.Run(ctx, chromedp.Location()); err != nil || at != a.redirect {
			t.Errorf("the address bar shows %s, %v", at, err)
		}
		if html, err := chromedp.Run(ctx, chromedp.OuterHTML(chromedp.CSS("html"))); err != nil || containsAny(html, a.desk.Granted()) {
			t.Errorf("a secret is on the page: %s, %v", html, err)
		}
		if dir := os.Getenv("DESKLAKE_SCREENSHOTS"); dir != "" {
			image, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err != nil || os.WriteFile(filepath.Join(dir, "login-"+x.button+".png"), image, 0o600) != nil {
				t.Error(err)
			}
		}
		if code := exitCodeOf(t, c.Wait()); code != x.code {
			t.Errorf("%s: exit code %d", x.button, code)
		}
		if x.code == cli.ExitDone {
			a.sync()
		}
	}
}

func containsAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
