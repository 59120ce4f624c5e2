package parquet

import (
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go"

	"desklake/schema"
	"desklake/sink"
)

// layout is how a table stands in its files: the columns of all its files together, as Parquet has them.
type layout struct {
	name    string
	number  int // grows with each change of the columns
	columns []column
	schema  *parquet.Schema

	// The leaf columns with a meaning here; -1 where the table has none.
	key, version, month, extracted, run, deleted int
	leaves                                       []leaf
	intKey                                       bool
	versionType                                  schema.Type // zero where there is none
	ages                                         func(version *int64, extracted int64) sink.Age
}

// leaf is a column of plain values.
type leaf struct {
	depth   int  // the definition level of a value
	content bool // two versions of a row that differ here are not the same
}

// newLayout makes the layout of a table as it stands in the manifest.
func newLayout(name string, t *tableState) *layout {
	l := &layout{name: name, number: t.Schema, columns: slices.Clone(t.Columns), version: -1, month: -1}
	var names []string
	var nodes []parquet.Node
	for i, c := range l.columns {
		at := len(l.leaves)
		if c.Name == t.Month { // which can be the version as well
			l.month = at
		}
		switch c.Name {
		case t.Key:
			l.key, l.intKey = at, schema.Type(c.Type) == schema.Int
		case t.Version:
			l.version, l.versionType = at, schema.Type(c.Type)
		case schema.ExtractedAt:
			l.extracted = at
		case schema.RunID:
			l.run = at
		case schema.DeletedAt:
			l.deleted = at
		}
		l.columns[i].required = c.Name == t.Key
		names, nodes = append(names, c.Name), append(nodes, l.node(c, c.Name == t.Key, 0))
	}
	for _, i := range []int{l.key, l.extracted, l.run, l.deleted} {
		l.leaves[i].content = false
	}
	l.schema = parquet.NewSchema(name, newGroup(names, nodes))
	l.askClock()
	return l
}

// askClock makes the ages of rows those of now.
func (l *layout) askClock() { l.ages = sink.NewAges(l.versionType) }

// node makes a column's node and notes its leaves. Only types that every reader knows: no JSON annotation, no
// nanoseconds, nothing unsigned.
func (l *layout) node(c column, required bool, depth int) parquet.Node {
	if !required {
		depth++
	}
	var n parquet.Node
	switch schema.Type(c.Type) {
	case schema.Struct:
		var names []string
		var nodes []parquet.Node
		for _, f := range c.Fields {
			names, nodes = append(names, f.Name), append(nodes, l.node(f, false, depth))
		}
		n = newGroup(names, nodes)
	case schema.Ints, schema.Texts:
		n = parquet.List(parquet.Optional(l.leaf(schema.Type(c.Type), depth+2)))
	default:
		n = l.leaf(schema.Type(c.Type), depth)
	}
	if required {
		return n
	}
	return parquet.Optional(n)
}

func (l *layout) leaf(kind schema.Type, depth int) parquet.Node {
	var n parquet.Node
	switch kind {
	case schema.Int, schema.Ints:
		n = parquet.Leaf(parquet.Int64Type)
	case schema.Float:
		n = parquet.Leaf(parquet.DoubleType)
	case schema.Bool:
		n = parquet.Leaf(parquet.BooleanType)
	case schema.Time, schema.Unix:
		n = parquet.Timestamp(parquet.Microsecond)
	case schema.Text, schema.Texts:
		if n = parquet.String(); depth > 0 { // the keys are searched by their bounds
			n = parquet.Leaf(boundedText{n.Type()})
		}
	case schema.JSON: // hardly two are the same: no dictionary
		n = parquet.Encoded(parquet.Leaf(boundedText{parquet.String().Type()}), &parquet.Plain)
	default:
		panic(fmt.Sprintf("parquet: no way to store a column of type %d", kind))
	}
	l.leaves = append(l.leaves, leaf{depth: depth, content: true})
	return n
}

// group is a group whose fields keep their order; those of parquet.Group are sorted by name.
type group struct {
	parquet.Group
	fields []parquet.Field
}

func newGroup(names []string, nodes []parquet.Node) group {
	g := group{Group: parquet.Group{}}
	for i, name := range names {
		g.Group[name] = nodes[i]
	}
	g.fields = g.Group.Fields()
	slices.SortFunc(g.fields, func(a, b parquet.Field) int {
		return slices.Index(names, a.Name()) - slices.Index(names, b.Name())
	})
	return g
}

// Fields returns the fields in their order.
func (g group) Fields() []parquet.Field { return g.fields }
