package extract

import "time"

// Wait is a time in which a source makes no request, and why.
type Wait struct {
	For   string    // what it waits for, such as "export quota"
	Until time.Time // by this machine's clock
}
