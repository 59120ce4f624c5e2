package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// killVariable is the step of storing a login at which the program kills itself, when it is the test binary.
const killVariable = "DESKLAKE_TEST_KILL"

func init() {
	if at := os.Getenv(killVariable); at != "" {
		drivers.Env.LoginStep = func(step string) {
			if step == at {
				killSelf()
			}
		}
	}
}

// killSelf ends the process as SIGKILL does, and does not return.
func killSelf() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {}
}

// A process that is killed at any step of a renewal leaves a login that works, or one that asks for a new one: at once, with
// one request for tokens.
func TestARenewalThatIsKilledLeavesALoginThatWorksOrSaysThatItDoesNot(t *testing.T) {
	t.Parallel()
	for step, works := range map[string]bool{
		"locked": true, "prepared": true, // nothing was asked for
		"asked": false, "answered": false, "written": false, "synced": false, // the old tokens are spent, and nobody has the new ones
		"renamed": true, "stored": true,
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, zendesktest.Options{})
			a.does(cli.ExitDone, "login")
			a.desk.ExpireTokens()
			a.killAt(step, "check")
			a.grants()
			code, stdout, _ := a.run("check")
			switch n := a.grants(); {
			case n > 1:
				t.Errorf("the next one asked for tokens %d times", n)
			case works && code != cli.ExitDone:
				t.Fatalf("exit code %d\n%s", code, stdout)
			case !works && (code != cli.ExitCredentials || !strings.Contains(stdout, "credential: Run desklake login.")):
				t.Fatalf("exit code %d\n%s", code, stdout)
			}
			if !works {
				a.does(cli.ExitDone, "login")
			}
			a.does(cli.ExitDone, "sync", "groups")
		})
	}
}

// killAt runs a command that is killed at a step of a renewal, or when its request for tokens was received.
func (a *account) killAt(step string, command ...string) {
	a.t.Helper()
	c := a.command(command...)
	c.Env = append(c.Env, killVariable+"="+step)
	received := a.desk.expect("/oauth/tokens", 1)
	if step == "asked" {
		defer a.desk.Inject(zendesktest.Fault{Match: "/oauth/tokens", Times: 1, Do: zendesktest.Hang()})()
	}
	if err := c.Start(); err != nil {
		a.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	if step == "asked" {
		select {
		case <-received:
			for late := time.After(patience); ; { // the answer is being made
				if access, _ := a.desk.Good(); access > 0 {
					break
				}
				select {
				case <-late:
					a.t.Fatal("no tokens were given")
				case <-time.After(time.Millisecond):
				}
			}
			_ = c.Process.Kill()
		case err := <-ended:
			a.t.Fatalf("no tokens were asked for: exit code %d", exitCodeOf(a.t, err))
		}
	}
	if code := exitCodeOf(a.t, <-ended); code != -1 {
		a.t.Fatalf("%s: exit code %d", step, code)
	}
}

func TestALoginThatIsKilledCanBeRepeated(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"prepared", "answered", "synced", "renamed"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, zendesktest.Options{})
			a.killAt(step, "login")
			a.does(cli.ExitDone, "login")
			a.does(cli.ExitDone, "check")
		})
	}
}

func TestTwoProcessesThatRenewAtTheSameMomentAskOnce(t *testing.T) {
	t.Parallel()
	a := newAccount(t, zendesktest.Options{})
	a.does(cli.ExitDone, "login")
	a.desk.ExpireTokens()
	a.grants()
	a.desk.Inject(zendesktest.Fault{Match: "/oauth/tokens", Do: zendesktest.SlowDrip(20, 20*time.Millisecond)})
	received := a.desk.expect("/oauth/tokens", 1)
	first := a.start("check")
	received.await(t)
	second := a.start("check") // which finds the login locked
	if one, two := exitCodeOf(t, first.Wait()), exitCodeOf(t, second.Wait()); one != cli.ExitDone || two != cli.ExitDone {
		t.Errorf("exit codes %d and %d", one, two)
	}
	if n := a.grants(); n != 1 {
		t.Errorf("%d renewals", n)
	}
}

func TestATokenRevokedByAnAdministratorNeedsALogin(t *testing.T) {
	t.Parallel()
	a := newAccount(t, zendesktest.Options{})
	a.does(cli.ExitDone, "login")
	a.desk.RevokeTokens()
	a.grants()
	_, stderr := a.does(cli.ExitCredentials, "sync")
	contains(t, stderr, "\ndesklake: login needed: POST /oauth/tokens: 400 Bad Request: invalid_grant: ", "\n  Run desklake login. ")
	if n := strings.Count(stderr, "\ndesklake: "); n != 1 {
		t.Errorf("told %d times:\n%s", n, stderr)
	}
	if n := a.grants(); n != 1 {
		t.Errorf("tokens were asked for %d times", n)
	}
	a.does(cli.ExitDone, "login")
	a.does(cli.ExitDone, "sync")
}
