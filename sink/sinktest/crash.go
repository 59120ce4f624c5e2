package sinktest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// crashVariable makes the test binary write into the folder that it names until it is killed.
const crashVariable = "DESKLAKE_SINKTEST_CRASH"

func crashFolder() string { return os.Getenv(crashVariable) }

// A step of writeUntilKilled writes rows petsPerStep*step and following, and every pet 0 again.
const petsPerStep = 300

// writeUntilKilled goes on from the checkpoint, one transaction a step.
func writeUntilKilled(t *testing.T, d Destination) {
	p := &place{t: t, Destination: d}
	p.open(pets)
	stored, err := p.sink.Checkpoints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("writing")
	step, _ := strconv.Atoi(stored["pets"].Cursor)
	for began := time.Now(); time.Since(began) < time.Minute; step++ {
		tx := p.begin(pets)
		for part := range 3 {
			var records []string
			for i := range petsPerStep / 3 {
				records = append(records, pet(int64(1+step*petsPerStep+part*petsPerStep/3+i), fmt.Sprint("in step ", step), step))
			}
			p.write(tx, pets, step, append(records, pet(0, fmt.Sprint("step ", step), step))...)
		}
		p.commit(tx, pets, strconv.Itoa(step+1))
		if step%7 == 6 {
			p.close()
			p.open(pets)
		}
	}
}

// survivesKill kills a process that writes, at random moments, and looks whether the rows are those in front of the
// checkpoint, each time.
func survivesKill(t *testing.T, folder string, describe func(string) Destination) {
	last := 0
	// On a busy machine none of the first may come to a commit: then there are more, which are let live for longer.
	for round := 0; round < 8 || last == 0 && round < 40; round++ {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // or it never writes
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+rootOf(t.Name())+"$", "-test.v=false")
		cmd.Env = append(os.Environ(), crashVariable+"="+folder)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		// The kill comes at some moment after the process began to write.
		_, _ = out.Read(make([]byte, 8))
		<-time.After(time.Duration(rand.IntN(250*(1+round/8))) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		cancel()
		last = checkAfterKill(t, describe(folder), round, last)
	}
	if last == 0 {
		t.Error("no process came to its first commit")
	}
}

// rootOf is the name of the test that called Run.
func rootOf(name string) string {
	root, _, _ := strings.Cut(name, "/")
	return root
}

func checkAfterKill(t *testing.T, d Destination, round, last int) int {
	s, err := d.Open(t.Context(), nil)
	if err != nil {
		t.Fatalf("round %d: open after a kill: %v", round, err)
	}
	stored, err := s.Checkpoints(t.Context())
	if err == nil {
		err = errors.Join(s.Settle(t.Context()), s.Close())
	}
	if err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	steps, _ := strconv.Atoi(stored["pets"].Cursor)
	if steps < last {
		t.Fatalf("round %d: the checkpoint went back from %d to %d", round, last, steps)
	}
	if steps == 0 {
		return 0
	}
	var want []string
	for id := range steps * petsPerStep {
		step := id / petsPerStep
		want = append(want, canonical(t, pet(int64(id+1), fmt.Sprint("in step ", step), step), nil))
	}
	want = append(want, canonical(t, pet(0, fmt.Sprint("step ", steps-1), steps-1), nil))
	compareRows(t, fmt.Sprintf("round %d, %d steps", round, steps), want, (&place{Destination: d}).rows, pets)
	return steps
}
