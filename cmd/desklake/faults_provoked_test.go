//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/sink/parquet"
)

// faults provoke the rows of the table that begin like their keys, and return the exit code.
var faults = map[string]func(n *night) int{
	"nothing": (*night).tonight,
	"the helpdesk does not answer, or answers 5xx": func(n *night) int {
		n.always("", zendesktest.Unavailable("0.1"))
		return n.tonight()
	},
	"one endpoint does not answer": func(n *night) int {
		n.table = "macros"
		n.always("macros", zendesktest.Reset())
		return n.tonight()
	},
	"an answer comes too slowly": func(n *night) int {
		n.always("", zendesktest.SlowDrip(1, 100*time.Millisecond))
		return n.tonight()
	},
	"a web page comes instead of JSON": func(n *night) int {
		n.always("", zendesktest.NotJSON())
		return n.tonight()
	},
	"answers contradict themselves": func(n *night) int {
		n.table = "macros"
		n.always("macros", zendesktest.Body(`{"macros":[{"id":1}],"meta":{"has_more":true}}`))
		return n.tonight()
	},
	"the same in a run of that table alone": func(n *night) int {
		n.table, n.args = "macros", []string{"macros"}
		n.always("macros", zendesktest.Body(`{"macros":[{"id":1}],"meta":{"has_more":true}}`))
		return n.tonight()
	},
	"a cache on the way answers": func(n *night) int {
		n.always("", zendesktest.OutOfCache("86400"))
		return n.tonight()
	},
	"a proxy wants a login": func(n *night) int {
		n.always("", zendesktest.Status(407, ""))
		return n.tonight()
	},
	"the account is suspended": func(n *night) int {
		n.always("", zendesktest.Status(402, `{"error":"PaymentRequired"}`))
		return n.tonight()
	},
	"any other answer that is no success": func(n *night) int {
		n.always("", zendesktest.Status(451, ""))
		return n.tonight()
	},
	"something on the way refuses a table": func(n *night) int {
		n.table = "sla_policies"
		n.always("slas/policies", zendesktest.Status(403, "<html>"))
		return n.tonight()
	},
	"the quota is used up": func(n *night) int {
		n.edit("give_up_after: 2s", "give_up_after: 2m")
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.RateLimited("1")})
		return n.tonight()
	},
	"the helpdesk asks to wait longer than": func(n *night) int {
		n.always("", zendesktest.RateLimited("86400"))
		return n.tonight()
	},
	"the credential is wrong or was revoked": func(n *night) int {
		n.always("", zendesktest.Unauthorized())
		return n.tonight()
	},
	"the user is no admin any more": func(n *night) int {
		for _, endpoint := range []string{"incremental/*/cursor", "incremental/*", "satisfaction_ratings", "slas/policies"} {
			n.always(endpoint, zendesktest.Forbidden())
		}
		return n.tonight()
	},
	"a firewall or an IP allowlist refuses everything": func(n *night) int {
		n.always("", zendesktest.Status(403, "<html>Access denied</html>"))
		return n.tonight()
	},
	"the account was closed or renamed": func(n *night) int {
		n.always("", zendesktest.NotFound())
		return n.tonight()
	},
	"a table that could be read before is refused": func(n *night) int {
		n.table = "sla_policies"
		n.always("slas/policies", zendesktest.Forbidden())
		return n.tonight()
	},
	"an export is refused in the middle": func(n *night) int {
		n.table = "users"
		n.args = []string{"--full-refresh"}
		n.h.Inject(zendesktest.Fault{Match: "incremental/users/cursor", Times: 1, Do: zendesktest.EmptyPageNotLast()})
		n.h.Inject(zendesktest.Fault{Match: "incremental/users/cursor", After: 1, Do: zendesktest.Forbidden()})
		return n.tonight()
	},
	"the plan does not include a table": func(n *night) int {
		n.table = "sla_policies"
		n.edit("tables: "+afflicted, "tables: all")
		n.always("slas/policies", zendesktest.NotFound())
		return n.tonight()
	},
	"a list comes back empty, and the table has rows": func(n *night) int {
		n.table = "macros"
		n.always("macros", zendesktest.Body(`{"macros":[],"meta":{"has_more":false}}`))
		return n.tonight()
	},
	"a list lost more than half": func(n *night) int {
		n.table = "macros"
		n.h.later(func() {
			for i := range 7 {
				n.h.Delete("macros", n.h.id("macros", i))
			}
		})
		return n.tonight()
	},
	"rows of a list are missing, and it is read as another user": func(n *night) int {
		n.table = "macros"
		n.h.later(func() { n.h.Delete("macros", n.h.id("macros", 0)) })
		n.always("users/me", zendesktest.Body(`{"user":{"id":null,"role":"end-user"}}`))
		return n.tonight()
	},
	"a row was deleted at the helpdesk": func(n *night) int {
		n.table = "macros"
		n.h.later(func() { n.h.Delete("macros", n.h.id("macros", 0)) })
		return n.tonight()
	},
	"a list changes while it is read": func(n *night) int {
		n.table = "ticket_forms"
		n.always("ticket_forms", zendesktest.Body(`{"ticket_forms":[{"id":1,"name":"a"},{"id":1,"name":"b"}],"count":2,"next_page":null}`))
		return n.tonight()
	},
	"a record has no usable key": func(n *night) int {
		n.args = []string{"--full-refresh"}
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.Field("id", `"none"`)})
		return n.tonight()
	},
	"tickets come without the metrics": func(n *night) int {
		n.table, n.args = "ticket_metrics", []string{"--full-refresh"}
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.Field("metric_set", "null")})
		return n.tonight()
	},
	"audits come without their events": func(n *night) int {
		n.table, n.args = "ticket_comments", []string{"--full-refresh"}
		n.h.Inject(zendesktest.Fault{Match: "incremental/ticket_events", Times: 1, Do: zendesktest.Field("child_events", "null")})
		return n.tonight()
	},
	"a page of an export comes empty": func(n *night) int {
		n.table, n.args = "organizations", []string{"--full-refresh"}
		empty := zendesktest.Fault{Match: "incremental/organizations", Times: 2, // as it is asked for again at once
			Do: zendesktest.Body(`{"organizations":[],"count":0,"end_time":1000000000,"end_of_stream":false}`)}
		n.h.Inject(empty)
		if code := n.tonight(); code != 0 {
			n.t.Errorf("exit code %d of the first night", code)
		}
		n.mu.Lock()
		n.told = nil
		n.mu.Unlock()
		n.args, empty.Times = nil, 1
		n.h.Inject(empty)
		return n.tonight()
	},
	"an export ends with an empty page": func(n *night) int {
		n.table = "users"
		if code, _, stderr := n.run("state", "reset", "users", "--yes"); code != 0 {
			n.t.Fatal(stderr)
		}
		n.h.Inject(zendesktest.Fault{Match: "incremental/users/cursor", Times: 1,
			Do: zendesktest.Body(`{"users":[],"after_cursor":"MTAwMDAwMDAwMC4wfHwxfA==","end_of_stream":true}`)}) // 1000000000.0||1|
		if code := n.tonight(); code != 0 {
			n.t.Errorf("exit code %d of the first night", code)
		}
		n.h.Forget()
		code, rows := n.tonight(), 0
		for _, r := range n.h.Requests() {
			if strings.Contains(r.Path, "incremental/users") {
				rows += r.Rows
			}
		}
		if rows == 0 {
			n.t.Error("what was not read is not asked for in the next night")
		}
		return code
	},
	"what is read again": func(n *night) int {
		n.table, n.args = "users", []string{"--full-refresh"}
		n.always("incremental/users/cursor", zendesktest.Body(`{"users":[],"after_cursor":null,"end_of_stream":true}`))
		return n.tonight()
	},
	"an unknown field, a value of another type": func(n *night) int {
		n.args = []string{"--full-refresh"}
		n.always("incremental/tickets/cursor", zendesktest.Field("subject", `{"of":"another","type":1}`))
		return n.tonight()
	},
	"the clock of the helpdesk is two days ahead": func(n *night) int {
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.WrongClock(48 * time.Hour)})
		return n.tonight()
	},
	"one of several sources can't be read": func(n *night) int {
		n.edit("source:\n  type", "sources:\n- name: lost\n  type: zendesk\n  url: http://127.0.0.1:1\n  start_date: 2000-01-01T00:00:00Z\n  give_up_after: 1ms\n"+
			"  auth: {access_token: {token: secret}}\n- name: good\n  type")
		n.of = "good"
		return n.tonight()
	},
	"the configuration names another account": func(n *night) int {
		n.edit("127.0.0.1", "localhost")
		return n.tonight()
	},
	"`source.start_date` was moved back": func(n *night) int {
		n.edit("2000-01-01", "1999-01-01")
		return n.tonight()
	},
	"somebody dropped or emptied a table": func(n *night) int {
		before := n.one("SELECT count(*) FROM tickets")
		n.lose("tickets")
		code := n.tonight()
		if after := n.one("SELECT count(*) FROM tickets"); after != before {
			n.t.Errorf("%s tickets, then %s", before, after)
		}
		return code
	},
	"a list's file of a lake was cut off": func(n *night) int {
		if !n.parquet {
			n.t.Skip("it is no lake")
		}
		n.table = "macros"
		if err := os.Truncate(filepath.Join(n.files, "macros", "macros.parquet"), 100); err != nil {
			n.t.Fatal(err)
		}
		code := n.tonight()
		if got := n.one("SELECT count(*) FROM macros"); got != "12" {
			n.t.Errorf("%s macros", got)
		}
		return code
	},
	"a list that was lost so comes empty": func(n *night) int {
		n.table = "macros"
		n.lose("macros")
		n.always("macros", zendesktest.Body(`{"macros":[],"meta":{"has_more":false}}`))
		if code := n.tonight(); code != cli.ExitPartial {
			n.t.Errorf("exit code %d of the first night", code)
		}
		return n.tonight()
	},
	"an export of a table that was lost so ends": func(n *night) int {
		n.table = "users"
		n.lose("users")
		n.always("incremental/users/cursor", zendesktest.Body(`{"users":[],"after_cursor":null,"end_of_stream":true}`))
		if code := n.tonight(); code != cli.ExitPartial {
			n.t.Errorf("exit code %d of the first night", code)
		}
		return n.tonight()
	},
	"the disk is full": func(n *night) int {
		n.h.later(func() { n.h.Change(n.h.rng, 300) })
		if n.parquet {
			n.t.Skip("its manifest is as large as what a night writes: see TestAFullDiskUnderParquetFilesIsToldAndTheNextRunGoesOn")
		}
		n.env = append(n.env, fmt.Sprint(fileSizeVariable, "=", n.size()+100_000), commitRowsVariable+"=1")
		return n.tonight()
	},
	"the DuckDB file is damaged": func(n *night) int {
		if n.parquet {
			n.t.Skip("it has none")
		}
		good, err := os.ReadFile(n.path)
		if err != nil {
			n.t.Fatal(err)
		}
		bad := slices.Clone(good)
		bad[3*4096+20] ^= 0x10 // in the first block behind the heads
		if err := os.WriteFile(n.path, bad, 0o600); err != nil {
			n.t.Fatal(err)
		}
		code := n.tonight()
		if err := os.WriteFile(n.path, good, 0o600); err != nil { // put back from a backup
			n.t.Fatal(err)
		}
		return code
	},
	"rows can't be put into their place": func(n *night) int {
		if !n.parquet {
			n.t.Skip("those of a DuckDB file are in their place when they are committed")
		}
		n.table = "macros"
		n.h.later(func() { n.h.Delete("macros", n.h.id("macros", 0)) })
		if err := os.MkdirAll(filepath.Join(n.files, "macros", ".macros.draft", "folder"), 0o700); err != nil { // in the way of a file
			n.t.Fatal(err)
		}
		return n.tonight()
	},
	"a bit has fallen over in a file of a lake": func(n *night) int {
		if !n.parquet {
			n.t.Skip("DuckDB has checksums of its own")
		}
		n.h.later(func() { n.h.Change(n.h.rng, 300) })
		files, err := filepath.Glob(filepath.Join(n.files, "tickets", "*", "tickets.parquet"))
		if err != nil {
			n.t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err == nil {
				content[len(content)/2] ^= 1
				err = os.WriteFile(file, content, 0o600)
			}
			if err != nil {
				n.t.Fatal(err)
			}
		}
		return n.tonight()
	},
	"a folder in the one of a table is a link": func(n *night) int {
		if !n.parquet {
			n.t.Skip("a DuckDB file has no folders")
		}
		months, err := filepath.Glob(filepath.Join(n.files, "tickets", "*"))
		elsewhere := filepath.Join(n.dir, "elsewhere")
		if err = errors.Join(err, os.Rename(months[0], elsewhere), os.Symlink(elsewhere, months[0])); err != nil {
			n.t.Fatal(err)
		}
		return n.tonight()
	},
	"another run has the sink for longer": func(n *night) int {
		var holder sink.Sink
		var err error
		if n.parquet {
			holder, err = parquet.Open(n.t.Context(), parquet.Options{Path: n.files})
		} else {
			holder, err = duckdb.Open(n.t.Context(), duckdb.Options{Path: n.path})
		}
		if err != nil {
			n.t.Fatal(err)
		}
		code := n.tonight()
		if err := holder.Close(); err != nil {
			n.t.Fatal(err)
		}
		return code
	},
	"the configuration has a mistake": func(n *night) int {
		n.edit("start_date", "start-date")
		return n.tonight()
	},
	"the program is killed": func(n *night) int {
		n.env = append(n.env, commitRowsVariable+"=1")
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.EmptyPageNotLast()})
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", After: 1, Times: 1, Do: zendesktest.Hang()})
		begins, hangs := n.h.expect("incremental/tickets/cursor", 1), n.h.expect("incremental/tickets/cursor", 2)
		c := n.start("sync", "tickets", "--full-refresh")
		begins.await(n.t)
		before := n.stored()
		hangs.await(n.t)
		for deadline := time.Now().Add(time.Minute); n.stored() == before && time.Now().Before(deadline); { // until the first page is committed
			<-time.After(10 * time.Millisecond)
		}
		_ = c.Process.Kill()
		_ = c.Wait()
		n.sync("tags")
		n.mu.Lock()
		n.told = nil // of the sync of the tags
		n.mu.Unlock()
		return -1
	},
	"the program is told to stop": func(n *night) int {
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.Hang()})
		hangs := n.h.expect("incremental/tickets/cursor", 1)
		c := n.start("sync", "tickets")
		hangs.await(n.t)
		_ = c.Process.Signal(syscall.SIGTERM)
		return exitCodeOf(n.t, c.Wait())
	},
}
