package web

import (
	"context"
	"desklake/pipeline"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// browser starts a headless Chromium. Where there is none the test is skipped, but not in CI.
func browser(t *testing.T) context.Context {
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
		t.Skip("the status page is not looked at in a browser: there is no Chromium (apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which does not work as root
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// tab is one page of the browser, and what it complained about.
type tab struct {
	t        *testing.T
	ctx      context.Context
	messages []string
}

// open opens the page in a tab of its own.
func open(t *testing.T, parent context.Context, url string, script bool) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	messages := chromedp.Console(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for m, err := range messages {
			if err != nil {
				return
			}
			b.messages = append(b.messages, m.Text)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		for _, m := range b.messages {
			t.Errorf("the console says: %s", m)
		}
	})
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(url))
	return b
}

// screen makes the tab as wide as a desk or a phone, light or dark.
func (b *tab) screen(width int64, scheme string) {
	b.t.Helper()
	height := int64(900)
	if width < 500 {
		height = 812
	}
	b.do(chromedp.EmulateViewport(width, height))
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval is the value of an expression on the page.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

// picture keeps what the page looks like, if DESKLAKE_SCREENSHOTS names a folder for it.
func (b *tab) picture(name string) {
	dir := os.Getenv("DESKLAKE_SCREENSHOTS")
	if dir == "" {
		return
	}
	image, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), image, 0o600)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// tooFaint lists the texts whose contrast is less than WCAG asks for at AA.
const tooFaint = `(() => {
  const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return { rgb: m.slice(0, 3), a: m[3] ?? 1 } };
  const light = rgb => { const [r, g, b] = rgb.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a === 1) return c.rgb } return [255, 255, 255] };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement, style = getComputedStyle(e);
    if (!walker.currentNode.data.trim() || !e.checkVisibility() || ["TITLE", "SCRIPT", "STYLE", "NOSCRIPT"].includes(e.tagName.toUpperCase())) continue;
    texts++;
    const a = light(parse(e.namespaceURI.endsWith("svg") ? style.fill : style.color).rgb), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size = parseFloat(style.fontSize);
    if (ratio < (size >= 24 ? 3 : 4.5) && !e.disabled) found.push(ratio.toFixed(2) + ": " + walker.currentNode.data.trim());
  }
  if (texts < 20) found.push("only " + texts + " texts were looked at");
  return found;
})()`

// tooWide lists what stands out of the screen.
const tooWide = `[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && !e.closest(".unseen, .skip, thead") && !e.closest("svg") &&
  (e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 || e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline" && getComputedStyle(e).overflowX !== "visible"))
  .map(e => e.tagName + "." + e.className + ": " + e.textContent.trim().slice(0, 40))
  .concat(document.documentElement.scrollWidth > document.documentElement.clientWidth ? ["the page itself, " + document.documentElement.scrollWidth] : [])`

// tooSmall lists what is too small for a finger.
const tooSmall = `[...document.querySelectorAll("button, input")].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 32).map(e => e.outerHTML)`

var scenes = map[string]func(testing.TB, time.Time) *scene{"data": withData, "empty": newScene, "run": duringRun, "failed": afterFailure}

func TestTheStatusPageInABrowser(t *testing.T) {
	ctx := browser(t)
	for name, make := range scenes {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(make(t, time.Now()).handler())
			t.Cleanup(server.Close)
			b := open(t, ctx, server.URL, true)
			for width, schemes := range map[int64][]string{1280: {"light", "dark"}, 800: {"light"}, 375: {"light", "dark"}, 320: {"light"}} {
				for _, scheme := range schemes {
					b.screen(width, scheme)
					for what, script := range map[string]string{"too faint": tooFaint, "too wide": tooWide, "too small": tooSmall} {
						for _, found := range eval[[]string](b, script) {
							t.Errorf("%s, %d wide: %s: %s", scheme, width, what, found)
						}
					}
					b.picture(fmt.Sprintf("%s-%d-%s", name, width, scheme))
				}
			}
		})
	}
}

func TestTheButtonStartsAJobInABrowser(t *testing.T) {
	ctx := browser(t)
	for _, script := range []bool{true, false} {
		t.Run(fmt.Sprintf("with scripts %v", script), func(t *testing.T) {
			s := withData(t, time.Now())
			server := httptest.NewServer(s.handler())
			t.Cleanup(server.Close)
			b := open(t, ctx, server.URL, script)
			b.screen(375, "light")
			press := func(secret, want string) {
				t.Helper()
				b.do(chromedp.SetValue(chromedp.ID("token"), secret))
				if _, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(`button[formaction="api/jobs/nightly/run"]`))); err != nil {
					t.Fatal(err)
				}
				said, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS(".notice:not([hidden])")))
				if err != nil || !strings.Contains(said, want) {
					t.Errorf("the page says %q, %v; want %q", said, err, want)
				}
			}
			press("wrong", "that is not the token")
			if len(s.started) > 0 {
				t.Fatal("a wrong token started a job")
			}
			b.picture(fmt.Sprintf("refused-script-%v", script))
			press(token, "The job nightly was started")
			if len(s.started) != 1 || <-s.started != "nightly" {
				t.Error("the job was not started")
			}
		})
	}
}

func TestTheScriptKeepsThePageUpToDate(t *testing.T) {
	ctx := browser(t)
	s := duringRun(t, time.Now())
	server := httptest.NewServer(s.handler())
	t.Cleanup(server.Close)
	b := open(t, ctx, server.URL, true)
	b.do(chromedp.SetValue(chromedp.ID("token"), "half a tok"), chromedp.Click(chromedp.CSS("#history-table summary")))
	read := s.board.known().live.streams[0]
	s.board.Moved(read.Stream, pipeline.Step{Rows: 987_654 - read.Rows})
	b.do(chromedp.Poll[chromedp.Void](`document.getElementById("run").textContent.includes("987,654")`))
	if typed := eval[string](b, `document.getElementById("token").value`); typed != "half a tok" {
		t.Errorf("the token field holds %q", typed)
	}
	if !eval[bool](b, `document.getElementById("history-table").open`) {
		t.Error("what was opened is closed again")
	}
}
