// Package desklake is the top of the repository, for those files of it that the program carries along.
package desklake

import _ "embed" // for what follows

// Notices are the copyright notices and licences of the software that is linked into the program, which ask to go with it.
// `desklake version --notices` prints them.
//
//go:embed THIRD_PARTY_NOTICES.txt
var Notices string
