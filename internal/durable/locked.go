package durable

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// ErrHeld is the error of a file that another process does not let go of.
var ErrHeld = errors.New("another process holds it")

// File is a file of desklake's own that is locked as long as it is open.
type File struct{ *os.File }

// Close gives the lock back, too.
func (f *File) Close() error { return unlock(f.File) }

// OpenLocked is OpenOwn for a file that several processes change. It waits for its lock for at most so long. Errors: ErrHeld,
// errors.ErrUnsupported where there are no locks, and those of OpenOwn.
func OpenLocked(path string, within time.Duration) (*File, error) {
	f, err := OpenOwn(path)
	if err != nil {
		return nil, err
	}
	end := time.Now().Add(within)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		taken, err := flock(f)
		if taken {
			return &File{f}, nil
		}
		if err == nil && time.Now().Before(end) {
			time.Sleep(pause)
			continue
		}
		if err == nil {
			err = ErrHeld
		}
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
}
