package sink

// PathError is the error of a file or a folder that can't be used, or no longer.
type PathError struct {
	Path    string
	Problem string
	Remedy  string
}

// Refused is a PathError: what is wrong with a path, and what to do about it.
func Refused(path, problem, remedy string) *PathError { return &PathError{path, problem, remedy} }

func (e *PathError) Error() string { return e.Path + ": " + e.Problem }

// Hint says what to do.
func (e *PathError) Hint() string { return e.Remedy }
