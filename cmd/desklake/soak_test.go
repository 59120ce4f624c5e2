//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// What a longer soak takes from its environment: how long it lasts, such as 1h, and the folder where it leaves the log of
// serve and a line of figures every ten seconds.
const (
	soakVariable       = "DESKLAKE_SOAK"
	soakFolderVariable = "DESKLAKE_SOAK_DIR"
)

// reread is what serve logs when SIGHUP has worked.
const reread = "the configuration was read again"

// Serve runs a job again and again against a helpdesk that changes and fails in between. It is killed twice and told once
// to read its configuration again, and analysts look at the copy all the time. In the end the tables are exact, and the
// process has not grown.
//
//	DESKLAKE_SOAK=1h DESKLAKE_SOAK_DIR=/tmp/soak go test ./cmd/desklake -run TestSoak -timeout 0 -v
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	t.Parallel()
	s := &soak{lasts: 8 * time.Second, folder: t.TempDir(), rng: rand.New(rand.NewPCG(rand.Uint64(), 1)), ended: map[string]int{}, said: map[string]int{}}
	schedule, step := "@every 1s", 400*time.Millisecond
	if text := os.Getenv(soakVariable); text != "" {
		var err error
		if s.lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	if s.long = s.lasts >= 10*time.Minute; s.long {
		schedule, step = "* * * * *", 5*time.Second
	}
	if folder := os.Getenv(soakFolderVariable); folder != "" {
		s.folder = folder
	}
	within := 2*s.lasts + 10*time.Minute // rounds are counted, not timed
	h := startDistantHelpdesk(t, within)
	s.lake = newLake(t, &helpdesk{url: h.url})
	s.lake.lasts = within
	undisturbed := newLake(t, &helpdesk{url: h.url})
	s.configure(h, schedule, "")
	// Both have everything before the first change: what is deleted is in both.
	undisturbed.sync()
	s.lake.sync()

	s.start()
	once, again := s.lake.analyst("once", time.Second), s.lake.analyst("again", 300*time.Millisecond)
	began := time.Now()
	// Rounds are counted, not timed: on a busy machine they take longer, and are as many.
	rounds := int(s.lasts / step)
	events := map[int]func(){rounds / 4: s.kill, rounds / 2: s.kill, rounds * 7 / 10: func() {
		h.does("clear")
		s.awaitDone(1) // a process that has just begun does not listen to SIGHUP yet, and ends
		s.configure(h, schedule, ", jitter: 500ms")
		if err := s.serve.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		s.until("that the configuration is read again", func() bool { return s.count(reread) > 0 })
	}}
	for n := range rounds {
		<-time.After(step)
		if does := events[n]; does != nil {
			does()
		}
		h.does("change")
		if !s.long {
			h.does("minutes")
		}
		if n%4 == 3 {
			h.does([]string{"fault", "clear"}[n/4%2])
		}
		if !s.long || n%2 == 1 {
			s.sample(began)
		}
	}
	h.does("clear")
	if s.long {
		<-time.After(70 * time.Second) // until the exports show the last change
	} else {
		h.does("minutes")
	}
	s.awaitDone(2) // the first may have begun before that
	if err := s.serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-s.silent
	if code := exitCodeOf(t, s.serve.Wait()); code != 143 {
		t.Errorf("exit code %d", code)
	}
	if n := s.count(reread); n != 1 {
		t.Errorf("the configuration was read again %d times", n)
	}
	for _, a := range []*looking{once, again} {
		looks, states := a.end()
		t.Logf("an analyst: %d looks, %d states", looks, states)
	}

	undisturbed.sync()
	s.lake.equals(undisturbed)
	t.Logf("runs in the sink: %v", s.lake.query("SELECT status, count(*) FROM desklake.runs GROUP BY ALL ORDER BY ALL"))
	t.Logf("runs that serve logged: %v", s.ended)
	if n := s.lake.one("SELECT count(*) FILTER (status IN ('done', 'partial', 'failed')) > 3 FROM desklake.runs"); n != "true" {
		t.Error("there were next to no runs")
	}
	s.flat(t)
}

// soak is a serve that is followed for a while.
type soak struct {
	lasts  time.Duration
	long   bool
	folder string
	lake   *lake
	rng    *rand.Rand
	serve  *exec.Cmd
	silent chan struct{} // closed when its log ends

	mu      sync.Mutex
	ended   map[string]int // closing lines by status
	said    map[string]int // other lines
	samples []figuresOfProcess
}

// figuresOfProcess are what the process needs at some time.
type figuresOfProcess struct {
	pid     int
	rss     int // MiB
	files   int
	threads int
}

func (s *soak) configure(h *distantHelpdesk, schedule, more string) {
	s.lake.configure(&helpdesk{url: h.url}, ", publish: analysts.duckdb, publish_guard: 99%",
		fmt.Sprintf("jobs: [{name: often, cron: %q%s}]", schedule, more))
}

// start starts serve. What it logs is counted and kept.
func (s *soak) start() {
	t := s.lake.t
	t.Helper()
	file, err := os.OpenFile(filepath.Join(s.folder, "serve.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	s.serve = s.lake.command("serve")
	stderr, err := s.serve.StderrPipe()
	if err == nil {
		err = s.serve.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	silent := make(chan struct{})
	s.silent = silent
	go func() {
		defer close(silent)
		defer file.Close()
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			var e entry
			_ = json.Unmarshal(lines.Bytes(), &e) // a panic is no JSON, and the test fails for its exit code
			s.mu.Lock()
			if e.Msg == "run ended" {
				s.ended[e.Status]++
			}
			s.said[e.Msg]++
			s.mu.Unlock()
			_, _ = fmt.Fprintln(file, lines.Text())
		}
	}()
}

// kill kills serve in the middle of a run and starts it again.
func (s *soak) kill() {
	began := s.count("run began")
	s.until("that a run begins", func() bool { return s.count("run began") > began })
	<-time.After(time.Duration(s.rng.IntN(200)) * time.Millisecond)
	_ = s.serve.Process.Kill()
	_ = s.serve.Wait()
	s.start()
}

func (s *soak) count(message string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said[message]
}

// awaitDone waits for so many more runs that succeed.
func (s *soak) awaitDone(n int) {
	s.lake.t.Helper()
	done := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.ended["done"]
	}
	enough := done() + n
	s.until("for a run that succeeds", func() bool { return done() >= enough })
}

// patienceOfSoak is far longer than a run takes that has to wait for the limits.
const patienceOfSoak = 5 * time.Minute

// until waits for something that the log tells.
func (s *soak) until(what string, told func() bool) {
	s.lake.t.Helper()
	late := time.After(patienceOfSoak)
	for !told() {
		select {
		case <-late:
			s.lake.t.Fatalf("waited %s %s in vain", patienceOfSoak, what)
		case <-s.silent:
			s.lake.t.Fatal("serve has ended by itself")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// sample notes what the process needs now.
func (s *soak) sample(began time.Time) {
	f := figuresOfProcess{pid: s.serve.Process.Pid}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", f.pid))
	files, unread := os.ReadDir(fmt.Sprintf("/proc/%d/fd", f.pid))
	if err != nil || unread != nil {
		return
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		switch name {
		case "VmRSS":
			f.rss = n / 1024
		case "Threads":
			f.threads = n
		}
	}
	f.files = len(files)
	s.samples = append(s.samples, f)
	out, err := os.OpenFile(filepath.Join(s.folder, "figures.tsv"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	defer out.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	var size int64
	if info, err := os.Stat(s.lake.path); err == nil {
		size = info.Size() >> 10
	}
	fmt.Fprintf(out, "%.0f\tpid %d\trss %d MiB\tfiles %d\tthreads %d\tlake %d KiB\truns", time.Since(began).Seconds(), f.pid, f.rss, f.files, f.threads, size)
	for _, status := range slices.Sorted(maps.Keys(s.ended)) {
		fmt.Fprintf(out, " %s %d", status, s.ended[status])
	}
	fmt.Fprintln(out)
}

// flat compares what the last process needed in the second quarter of its life with what it needed in the last.
func (s *soak) flat(t *testing.T) {
	last := slices.DeleteFunc(slices.Clone(s.samples), func(f figuresOfProcess) bool { return f.pid != s.samples[len(s.samples)-1].pid })
	quarter := len(last) / 4
	if quarter == 0 {
		t.Fatalf("%d samples", len(last))
	}
	middle := func(of []figuresOfProcess, value func(figuresOfProcess) int) int {
		var values []int
		for _, f := range of {
			values = append(values, value(f))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	early, late := last[quarter:2*quarter], last[3*quarter:]
	for _, figure := range []struct {
		name  string
		value func(figuresOfProcess) int
		more  int // than that is growth
	}{
		{"RSS in MiB", func(f figuresOfProcess) int { return f.rss }, 30},
		{"open files", func(f figuresOfProcess) int { return f.files }, 5},
		{"threads", func(f figuresOfProcess) int { return f.threads }, 5},
	} {
		was, is := middle(early, figure.value), middle(late, figure.value)
		t.Logf("%s: %d in the second quarter of the last process's life, %d in the last", figure.name, was, is)
		if s.long && is > was+figure.more {
			t.Errorf("%s grew from %d to %d", figure.name, was, is)
		}
	}
}
