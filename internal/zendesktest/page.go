package zendesktest

// page is a list of records in its envelope, while it is built: {"<key>":[records],<rest>}.
type page struct {
	writer
	marks []mark
	last  entry  // the place of the last record
	rest  []edit // what stands behind the records

	sealed bool
}

// mark says where a record ends, and whose it is.
type mark struct {
	id  int64
	end int
}

func (s *Server) page(key string) *page {
	p := &page{writer: s.writer()}
	p.b = make([]byte, 0, 64<<10)
	p.open('{')
	p.under(key, '[')
	return p
}

// row marks the end of a record.
func (p *page) row(id int64) { p.marks = append(p.marks, mark{id, len(p.b)}) }

// undo takes back what was written behind the last mark.
func (p *page) undo(to int) { p.b = p.b[:to] }

// say adds to the envelope.
func (p *page) say(field, raw string) { p.rest = append(p.rest, edit{field, raw}) }

func (p *page) sayText(field, text string) { p.say(field, string(appendString(nil, text))) }

// replace changes what the envelope says.
func (p *page) replace(field, raw string) {
	for i := range p.rest {
		if p.rest[i].field == field {
			p.rest[i].raw = raw
		}
	}
}

// records returns the raw records.
func (p *page) records() [][]byte {
	var list [][]byte
	from := p.head()
	for _, m := range p.marks {
		list = append(list, p.b[from:m.end])
		from = m.end + 1
	}
	return list
}

func (p *page) head() int {
	for i, c := range p.b {
		if c == '[' {
			return i + 1
		}
	}
	return len(p.b)
}

// set replaces the records; their ids are lost.
func (p *page) set(records [][]byte) {
	b := append([]byte(nil), p.b[:p.head()]...)
	p.marks = p.marks[:0]
	for i, r := range records {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, r...)
		p.marks = append(p.marks, mark{0, len(b)})
	}
	p.b = b
}

// body returns the whole page, which does not change any more.
func (p *page) body() []byte {
	if p.sealed {
		return p.b
	}
	p.sealed = true
	p.close(']')
	for _, e := range p.rest {
		p.raw(e.field, e.raw)
	}
	p.close('}')
	return p.b
}

// object returns a page that is not a list.
func (s *Server) object(raw string) *page {
	return &page{writer: writer{b: []byte(raw)}, sealed: true}
}
