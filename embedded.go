// Package desklake is the top of the repository, for those files of it that the program carries along.
package desklake

import _ "embed" // for what follows

// ExampleConfig is config.example.yaml: every key with its explanation and its default. `desklake init` fills it in.
//
//go:embed config.example.yaml
var ExampleConfig string

// Notices are the copyright notices and licences of the software that is linked into the program, which ask to go with it.
// `desklake version --notices` prints them.
//
//go:embed THIRD_PARTY_NOTICES.txt
var Notices string
