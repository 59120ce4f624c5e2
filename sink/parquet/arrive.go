package parquet

// arrived reports that the file which a merge makes of a partition is in its place already: the merge was broken off
// behind that.
func (in files) arrived(p *partition) bool {
	if p.Next == nil {
		return false
	}
	f, err := in.open(p.Next.Name)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() != p.Next.Bytes {
		return false
	}
	return p.Next.Bytes != p.Bytes || p.Next.CRC32C != p.CRC32C && compare(in, p.Next.partFile) == nil
}

// current is a table with the files that are there. What waits still does: a merge puts all of its files into their places
// before it forgets any of that.
func (in files) current(t *tableState) *tableState {
	now := *t
	now.Partitions = make(map[month]*partition, len(t.Partitions))
	for at, p := range t.Partitions {
		part := *p
		if in.arrived(p) {
			part = *p.Next
			part.Waiting = p.Waiting
		}
		part.Next = nil
		now.Partitions[at] = &part
	}
	return &now
}
