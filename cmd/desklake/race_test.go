//go:build race

package main

// raced says that the race detector is on, which makes the program five to ten times slower.
const raced = true
