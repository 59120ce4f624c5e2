package catalog

// Relations is how many relations there are.
var Relations = len(relations)
