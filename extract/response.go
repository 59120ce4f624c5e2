package extract

import "time"

// Response is one answer of a source, or that none came.
type Response struct {
	Endpoint string // the path with placeholders for ids
	Code     int    // the HTTP status; 0 where no answer came
	Bytes    int64  // of the body, as they came over the wire
	Quotas   []Quota
}

// Quota is what is left of one of the source's limits.
type Quota struct {
	Name   string    // in the words of the source, such as "account"
	Limit  int       // requests a minute
	Left   int       // of them, until Resets
	Resets time.Time // by this machine's clock
}
