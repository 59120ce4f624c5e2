package extract

import (
	"errors"

	"desklake/internal/jsonscan"
	"desklake/schema"
)

// NewRows makes a Decoder for pages that are an object with the rows of one table in an array, under this key.
func NewRows(t *schema.Table, key string) Decoder { return &rows{schema.NewDecoder(t), key} }

type rows struct {
	*schema.Decoder
	key string
}

// Decode implements Decoder.
func (r *rows) Decode(page Page) error {
	r.Page(page.Received, page.RunID)
	s := jsonscan.New(page.Body)
	if !s.Object() {
		return errors.New("the page is no object")
	}
	for s.Field() {
		for array := string(s.Key().Text()) == r.key && s.Array(); array && s.Element(); {
			r.Decoder.Decode(s)
		}
	}
	return s.End()
}
