package extract

import "context"

// LargePage is the size of a body, in bytes, beyond which a source asks for room before it reads on. Most pages are smaller.
const LargePage = 6 << 20

// Room is the memory that the pages of a stream may take, which they share with those of all others. Its methods are called
// by Source.Read and what that calls, one at a time.
type Room interface {
	// Take waits until there is room for a page of at most so many bytes. The stream has it until the page is written, or
	// Leave is called. It returns the error of a context that ends.
	Take(ctx context.Context, bytes int) error
	// Leave gives back what was taken for a page that did not come.
	Leave()
}
