package main

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"desklake/internal/zendesktest"
)

type helpdeskKey struct{} // of a script's helpdesk among its values

func scriptHelpdesk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: helpdesk ACT [ARGUMENT...]")
	}
	current := ts.Value(helpdeskKey{}).(**helpdesk)
	if args[0] == "start" {
		h, stop, err := startHelpdesk(helpdeskOptions(ts, args[1:]))
		ts.Check(err)
		ts.Defer(stop)
		ts.Setenv("HELPDESK", h.url)
		ts.Setenv("RENAMED", strings.Replace(h.url, "127.0.0.1", "localhost", 1)) // the same under another name
		ts.Setenv("ADDRESS", strings.TrimPrefix(h.url, "http://"))
		*current = h
		return
	}
	act, ok := acts[args[0]]
	if !ok {
		ts.Fatalf("helpdesk: no act %q; there are start, %s", args[0], strings.Join(slices.Sorted(maps.Keys(acts)), ", "))
	}
	act(ts, *current, args[1:])
}

// helpdeskOptions reads tickets=N, role=agent, token=SECRET, api-token=EMAIL:SECRET, client=ID:SECRET, user=ID,
// without=TABLE:STATUS, limits=professional and until=DAY.
func helpdeskOptions(ts *testscript.TestScript, args []string) (o zendesktest.Options) {
	for _, arg := range args {
		switch name, value, _ := strings.Cut(arg, "="); name {
		case "tickets":
			o.Tickets = number(ts, value)
		case "role":
			o.Role = value
		case "token":
			o.Auth.AccessToken = value
		case "api-token":
			o.Auth.Email, o.Auth.Token, _ = strings.Cut(value, ":")
		case "client":
			o.Auth.ClientID, o.Auth.ClientSecret, _ = strings.Cut(value, ":")
		case "user": // a public client, for users who log in at $REDIRECT
			l, err := net.Listen("tcp", "127.0.0.1:0")
			ts.Check(err)
			o.Auth.ClientID, o.Auth.RedirectURLs = value, "http://"+l.Addr().String()+"/callback"
			ts.Check(l.Close())
			ts.Setenv("REDIRECT", o.Auth.RedirectURLs)
		case "without":
			table, status, _ := strings.Cut(value, ":")
			o.Without = map[string]int{table: number(ts, status)}
		case "until": // a day; the helpdesk's past is the year before
			day, err := time.Parse(time.DateOnly, value)
			ts.Check(err)
			o.Until = day
		case "limits":
			o.Limits = zendesktest.Professional
		default:
			ts.Fatalf("helpdesk: no option %q", name)
		}
	}
	return o
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

// acts are what a script can do with its helpdesk.
var acts = map[string]func(ts *testscript.TestScript, h *helpdesk, args []string){
	// change N: so many random changes all over it.
	"change": func(ts *testscript.TestScript, h *helpdesk, args []string) {
		h.later(func() { h.Change(h.rng, number(ts, args[0])) })
	},
	// fault EFFECT [PATTERN [AFTER]]: spoils the answers of endpoints like incremental/*, but for the first few.
	"fault": func(ts *testscript.TestScript, h *helpdesk, args []string) {
		f := zendesktest.Fault{Do: effects[args[0]]}
		if f.Do == nil {
			ts.Fatalf("helpdesk: no effect %q; there are %s", args[0], strings.Join(slices.Sorted(maps.Keys(effects)), ", "))
		}
		if len(args) > 1 {
			f.Match = args[1]
		}
		if len(args) > 2 {
			f.After = number(ts, args[2])
		}
		h.Inject(f)
	},
	// clear: no more faults.
	"clear": func(_ *testscript.TestScript, h *helpdesk, _ []string) { h.Clear() },
	// forget: requests are counted from here.
	"forget": func(_ *testscript.TestScript, h *helpdesk, _ []string) { h.Forget() },
	// requests: prints how many there were, by endpoint.
	"requests": func(ts *testscript.TestScript, h *helpdesk, _ []string) {
		n := map[string]int{}
		for _, r := range h.Requests() {
			n[r.Path]++
		}
		for _, path := range slices.Sorted(maps.Keys(n)) {
			fmt.Fprintln(ts.Stdout(), n[path], strings.TrimPrefix(path, "/api/v2/"))
		}
	},
	// live TABLE: prints how many rows there are that are not deleted.
	"live": func(ts *testscript.TestScript, h *helpdesk, args []string) {
		n := 0
		for r := range h.Truth(args[0]) {
			if !r.Deleted {
				n++
			}
		}
		fmt.Fprintln(ts.Stdout(), n)
	},
}

var effects = map[string]zendesktest.Effect{
	"hang":         zendesktest.Hang(),
	"reset":        zendesktest.Reset(),
	"unauthorized": zendesktest.Unauthorized(),
	"unavailable":  zendesktest.Unavailable(""),
	"forbidden":    zendesktest.Forbidden(),
	"not-json":     zendesktest.NotJSON(),
	"one-tag":      zendesktest.Body(`{"tags":[{"name":"vip","count":1}],"meta":{"has_more":false}}`),
	// The page that Zendesk has for subdomains without an account.
	"no-account": func(a *zendesktest.Answer) bool {
		a.Status = 404
		return zendesktest.NotJSON()(a)
	},
}
