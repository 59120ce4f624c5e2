package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// usage is what one process cost, by the kernel's count.
type usage struct {
	Seconds float64 `json:"seconds"` // from start to exit
	CPU     float64 `json:"cpu"`     // seconds, of all threads
	Peak    int64   `json:"peak"`    // resident bytes
	Written int64   `json:"written"` // bytes handed to the disk; what is only overwritten in memory is not counted
}

// measure runs a command to its end.
func measure(ctx context.Context, dir, program string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var said bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &said, &said
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, said.Bytes())
	}
	elapsed := time.Since(began)
	spent := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return usage{
		Seconds: elapsed.Seconds(),
		CPU:     (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(),
		Peak:    spent.Maxrss << 10,
		Written: spent.Oublock * 512,
	}, nil
}

// server is a helpdesk that runs as a process of its own.
type server struct {
	url  string
	stop func() error
}

// serve starts a helpdesk and waits until it answers.
func serve(ctx context.Context, args ...string) (*server, error) {
	ctx, cancel := context.WithCancel(ctx)
	self, err := os.Executable()
	if err != nil {
		cancel()
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{"helpdesk"}, args...)...)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	stop := func() error {
		cancel()
		return cmd.Wait()
	}
	if err != nil {
		return nil, fmt.Errorf("helpdesk: %w: %w", err, stop())
	}
	return &server{strings.TrimSpace(line), stop}, nil
}

// desklake is a folder with a configuration, and the program that is measured in it.
type desklake struct{ program, dir string }

// newDesklake makes the folder anew.
func newDesklake(program, dir, url, sink, tables string) (*desklake, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	path := map[string]string{"duckdb": "helpdesk.duckdb", "parquet": "lake"}[sink]
	config := fmt.Sprintf(`source:
  type: zendesk
  url: %s
  start_date: 2015-01-01T00:00:00Z
  auth: {access_token: {token: bench}}
tables: %s
sink: {type: %s, path: %s}
`, url, tables, sink, path)
	return &desklake{program, dir}, os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config), 0o600)
}

func (d *desklake) sync(ctx context.Context) (usage, error) {
	return measure(ctx, d.dir, d.program, "sync")
}

// size is what the tables take on disk, in bytes and in files.
func (d *desklake) size() (bytes int64, files int, err error) {
	err = filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if ext := filepath.Ext(path); ext != ".duckdb" && ext != ".wal" && ext != ".parquet" {
			return nil
		}
		info, err := e.Info()
		if err == nil {
			bytes, files = bytes+info.Size(), files+1
		}
		return err
	})
	return bytes, files, err
}
