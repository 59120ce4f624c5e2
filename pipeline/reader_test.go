package pipeline_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"desklake/internal/zendesktest"
	"desklake/pipeline"
	"desklake/sink"
)

const firstMacro = 44_000_000_000_009

// me is an answer of /users/me.
func me(id, role string) zendesktest.Effect {
	return zendesktest.Body(fmt.Sprintf(`{"user":{"id":%s,"name":"Ada","role":%q}}`, id, role))
}

// narrow lets another user read, who does not see one of the macros.
func (l *lake) narrow(user zendesktest.Effect) (widen func()) {
	l.desk.Delete("macros", firstMacro)
	remove := l.desk.Inject(zendesktest.Fault{Match: "users/me", Do: user})
	return func() {
		remove()
		l.desk.Restore("macros", firstMacro)
	}
}

// as is as whom the checkpoint says that the macros were read.
func (l *lake) as() string {
	l.t.Helper()
	return strings.Join(l.list("SELECT coalesce(reader, '') FROM desklake.checkpoints WHERE stream = 'macros'"), "|")
}

func TestAListThatAnotherUserSeesLessOfMarksNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		user zendesktest.Effect
		says string
	}{
		"another role":     {me("31000000000001", "agent"), "user 31000000000001, agent"},
		"another user":     {me("5", "admin"), "user 5, admin"},
		"nobody":           {me("null", "end-user"), "can't be told"},
		"no answer":        {zendesktest.Status(500, ""), "can't be told"},
		"a strange answer": {zendesktest.Body(`{"user":[]}`), "can't be told"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, false, zendesktest.Options{Tickets: 5, Macros: 12})
				l.sync("macros")
				before := l.as()
				if !strings.HasPrefix(before, "user ") || !strings.HasSuffix(before, ", admin") {
					t.Errorf("read as %q", before)
				}
				widen := l.narrow(c.user)
				for range 2 {
					l.settle()
					result, err := l.attempt(t.Context(), pipeline.Job{Tables: []string{"macros", "tags"}}, nil)
					failed := stream(t, result, "macros").Err
					var doubted *pipeline.Doubted
					if err != nil || !errors.As(failed, &doubted) || doubted.Missing != 1 || result.Run.Status != sink.Partial {
						t.Fatalf("%v, %v, %s", err, failed, result.Run.Status)
					}
					if !strings.Contains(failed.Error(), c.says) || !strings.Contains(failed.Error(), before) || !strings.Contains(doubted.Hint(), "--accept-deletes") {
						t.Errorf("%v: %s", failed, doubted.Hint())
					}
					if l.live("macros") != 12 || l.as() != before || len(l.issues("macros")) != 1 {
						t.Errorf("%d live rows, read as %q, issues %q", l.live("macros"), l.as(), l.issues("macros"))
					}
				}
				widen()
				l.sync("macros")
				if l.as() != before {
					t.Errorf("read as %q", l.as())
				}
				l.desk.Delete("macros", firstMacro)
				l.sync("macros")
				l.equalsHelpdesk("macros")
			})
		})
	}
}

func TestWhoeverAgreesToTheDeletesOfAnotherUserIsAskedNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 5, Macros: 12})
		l.sync("macros")
		l.narrow(me("5", "agent"))
		l.run(pipeline.Job{Tables: []string{"macros"}, AcceptDeletes: true})
		if l.live("macros") != 11 || l.as() != "user 5, agent" {
			t.Errorf("%d live rows, read as %q", l.live("macros"), l.as())
		}
		l.desk.Delete("macros", firstMacro+31)
		l.sync("macros")
		if l.live("macros") != 10 {
			t.Errorf("%d live rows", l.live("macros"))
		}
	})
}

// A file of an earlier version does not tell who read it.
func TestWhereNobodyKnowsWhoReadBeforeDeletesAreBelieved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 5, Macros: 12})
		remove := l.desk.Inject(zendesktest.Fault{Match: "users/me", Do: zendesktest.Status(500, "")})
		l.sync("macros")
		if l.as() != "" {
			t.Errorf("read as %q", l.as())
		}
		remove()
		l.desk.Delete("macros", firstMacro)
		l.sync("macros")
		l.equalsHelpdesk("macros")
		if l.as() == "" {
			t.Error("nothing is known of who read")
		}
	})
}

func TestAnIdleNightDoesNotAskWhoReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 5})
		asked := func() int { defer l.desk.Forget(); return l.desk.Count("users/me") }
		l.sync()
		if n := asked(); n != 1 {
			t.Errorf("the first sync asks %d times", n)
		}
		l.settle()
		l.sync()
		if n := asked(); n != 0 {
			t.Errorf("an idle one asks %d times", n)
		}
		l.desk.Delete("macros", firstMacro)
		l.desk.Delete("ticket_fields", l.number("SELECT max(id) FROM ticket_fields"))
		l.sync()
		if n := asked(); n != 1 {
			t.Errorf("one that misses rows asks %d times", n)
		}
	})
}

func TestNothingIsMarkedInARunWhoseCredentialWasRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 5, Macros: 12})
		l.sync("macros", "users")
		l.desk.Delete("macros", firstMacro)
		remove := []func(){
			l.desk.Inject(zendesktest.Fault{Match: "incremental/users/cursor", Do: zendesktest.Forbidden()}),
			l.desk.Inject(zendesktest.Fault{Match: "macros", Times: 1, Do: zendesktest.Unavailable("60")}), // so that users comes first
		}
		result, err := l.attempt(t.Context(), pipeline.Job{Tables: []string{"macros", "users"}}, nil)
		var doubted *pipeline.Doubted
		if failed := stream(t, result, "macros").Err; err != nil || !errors.As(failed, &doubted) || !strings.Contains(failed.Error(), "users was refused") {
			t.Errorf("%v, %v", err, failed)
		}
		if l.live("macros") != 12 {
			t.Errorf("%d live rows", l.live("macros"))
		}
		for _, r := range remove {
			r()
		}
		l.sync("macros", "users")
		l.equalsHelpdesk("macros", "users")
	})
}

func TestARunThatIsToStopWhileItAsksWhoReadsMarksNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 5, Macros: 12})
		l.sync("macros")
		l.narrow(zendesktest.Hang())
		stop := make(chan struct{})
		l.desk.OnRequest(func(r *http.Request) {
			if strings.Contains(r.URL.Path, "users/me") {
				close(stop)
			}
		})
		result, err := l.attempt(t.Context(), pipeline.Job{Tables: []string{"macros"}, Stop: stop}, nil)
		if failed := stream(t, result, "macros").Err; err != nil || !errors.Is(failed, pipeline.ErrStopped) || result.Run.Status != sink.Interrupted {
			t.Errorf("%v, %v, %s", err, failed, result.Run.Status)
		}
		if l.live("macros") != 12 {
			t.Errorf("%d live rows", l.live("macros"))
		}
	})
}
