package schema

// SetMaxText sets the number of bytes of text at which another batch is begun.
func (d *Decoder) SetMaxText(n int) { d.maxText = n }
