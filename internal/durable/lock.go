package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Lock is the exclusive use of something, by a locked file. The kernel ends it when the process ends, however it does.
type Lock struct {
	file *os.File
	info os.FileInfo
}

// held are the locks of this process, for which the kernel does not tell.
var held struct {
	sync.Mutex
	locks map[*Lock]bool
}

// TryLock takes a lock without waiting. If another has it there is no lock, and the holder is who does, such as
// "desklake (PID 4711)"; empty where that is not known. The error may be ErrLink.
func TryLock(path string) (l *Lock, holder string, err error) {
	if heldHere(path) {
		return nil, signature(), nil
	}
	f, err := OpenOwn(path)
	if err != nil {
		return nil, "", err
	}
	taken, err := flock(f)
	if err == nil && !taken {
		return nil, signed(f), f.Close()
	}
	l = &Lock{file: f}
	if err == nil {
		l.info, err = f.Stat()
	}
	if err == nil && !l.Held() { // the name leads to another file by now
		return nil, "", l.Unlock()
	}
	if err != nil {
		return nil, "", errors.Join(err, l.Unlock())
	}
	l.sign()
	held.Lock()
	defer held.Unlock()
	if held.locks == nil {
		held.locks = map[*Lock]bool{}
	}
	held.locks[l] = true
	return l, "", nil
}

// Held reports that the path still leads to the locked file. Where somebody has removed it, another process may have the
// lock, too.
func (l *Lock) Held() bool {
	now, err := os.Lstat(l.file.Name())
	return err == nil && os.SameFile(l.info, now)
}

// Unlock gives the lock back.
func (l *Lock) Unlock() error {
	held.Lock()
	delete(held.locks, l)
	held.Unlock()
	return unlock(l.file)
}

func heldHere(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	held.Lock()
	defer held.Unlock()
	for l := range held.locks {
		if os.SameFile(l.info, info) {
			return true
		}
	}
	return false
}

// sign writes into the locked file who holds it, and lets the kernel say that it is true. What can't be written, on a full
// disk, is not known to others.
func (l *Lock) sign() {
	mark(l.file)
	if l.file.Truncate(0) == nil {
		_, _ = l.file.WriteAt([]byte(signature()+"\n"), 0)
	}
}

func signature() string {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	return filepath.Base(program) + pid(os.Getpid())
}

func pid(n int) string { return fmt.Sprintf(" (PID %d)", n) }

// signed is who holds the lock on an open file. What was written into it can be of one that was killed long ago: it is
// believed where the kernel names the same process.
func signed(f *os.File) string {
	b := make([]byte, 1<<10)
	n, _ := f.ReadAt(b, 0) // what can't be read says nothing
	text := strings.TrimSuffix(string(b[:n]), "\n")
	if holder := marked(f); holder > 0 && strings.HasSuffix(text, pid(holder)) {
		return text
	}
	return ""
}

// InUse reports that a process has the lock of a file, or may have it: that can't always be told.
func InUse(path string) bool {
	if heldHere(path) { // and opening the file here, to close it again, would take from it what the kernel says of its holder
		return true
	}
	f, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	if marked(f) > 0 {
		return true
	}
	taken, err := flock(f)
	if taken { // for a moment
		err = unlock(f)
	}
	return err != nil || !taken
}
