package duckdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"

	capi "github.com/duckdb/duckdb-go-bindings"
)

// conn is a connection through DuckDB's C API. It exists beside the database/sql driver because that one gives
// no way to append a whole data chunk; the two can't share a database. Used by one goroutine at a time.
type conn struct {
	ptr capi.Connection
	db  *database
}

func (db *database) connect() (*conn, error) {
	c := conn{db: db}
	if capi.Connect(db.ptr, &c.ptr) != capi.StateSuccess {
		return nil, errors.New("connect to DuckDB")
	}
	return &c, nil
}

func (c *conn) close() { capi.Disconnect(&c.ptr) }

// errNotOpen is what a sink's own connection says after the file could not be opened anew: it is nil then. A reader says it when
// the file was closed under it.
var errNotOpen = errors.New("the file is not open any more")

// exec runs one statement and returns the number of rows that it changed.
func (c *conn) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	var changed int64
	err := c.run(ctx, sql, args, func(r *capi.Result) error {
		changed = int64(capi.RowsChanged(r))
		return nil
	})
	return changed, err
}

// query runs one statement and calls row for each row of its result, with one value a column: int64, bool, float64,
// string, []string, time.Time (UTC) or nil. The slice is only valid during the call.
func (c *conn) query(ctx context.Context, sql string, args []any, row func(values []any) error) error {
	var types []capi.Type
	return c.queryChunks(ctx, sql, args, func(r *capi.Result, chunk capi.DataChunk) error {
		if types == nil {
			types = make([]capi.Type, capi.ColumnCount(r))
			for i := range types {
				types[i] = capi.ColumnType(r, capi.IdxT(i))
			}
		}
		return eachRow(chunk, types, make([]any, len(types)), row)
	})
}

// queryChunks runs one statement and calls use for each chunk of its result.
func (c *conn) queryChunks(ctx context.Context, sql string, args []any, use func(*capi.Result, capi.DataChunk) error) error {
	return c.run(ctx, sql, args, func(r *capi.Result) error {
		return eachChunk(r, func(chunk capi.DataChunk) error { return use(r, chunk) })
	})
}

func eachChunk(r *capi.Result, use func(capi.DataChunk) error) error {
	for {
		chunk := capi.FetchChunk(*r)
		if chunk.Ptr == nil {
			return nil
		}
		err := use(chunk)
		capi.DestroyDataChunk(&chunk)
		if err != nil {
			return err
		}
	}
}

func eachRow(chunk capi.DataChunk, types []capi.Type, values []any, row func([]any) error) error {
	for i := range int(capi.DataChunkGetSize(chunk)) {
		for col, t := range types {
			values[col] = value(capi.DataChunkGetVector(chunk, capi.IdxT(col)), t, i)
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return nil
}

// value reads one cell. A type that no statement of this package returns is a mistake here, not in the data.
func value(v capi.Vector, t capi.Type, row int) any {
	if mask := capi.VectorGetValidity(v); mask != nil && !capi.ValidityRowIsValid(mask, capi.IdxT(row)) {
		return nil
	}
	data := capi.VectorGetData(v)
	switch t {
	case capi.TypeBigInt:
		return *(*int64)(unsafe.Add(data, row*8))
	case capi.TypeDouble:
		return *(*float64)(unsafe.Add(data, row*8))
	case capi.TypeBoolean:
		return *(*bool)(unsafe.Add(data, row))
	case capi.TypeVarchar:
		return capi.StringTData((*capi.StringT)(unsafe.Add(data, row*16)))
	case capi.TypeList:
		return texts(v, *(*listEntry)(unsafe.Add(data, row*16)))
	case capi.TypeTimestampTZ:
		return time.UnixMicro(*(*int64)(unsafe.Add(data, row*8))).UTC()
	}
	panic(fmt.Sprintf("duckdb: no way to read a value of type %d", t))
}

// texts reads a list of texts.
func texts(v capi.Vector, e listEntry) (list []string) {
	elements := capi.ListVectorGetChild(v)
	for i := range e.length {
		text, _ := value(elements, capi.TypeVarchar, int(e.offset+i)).(string)
		list = append(list, text)
	}
	return list
}

// queryInt runs a statement whose result is one BIGINT; a null is 0.
func (c *conn) queryInt(ctx context.Context, sql string, args ...any) (int64, error) {
	var n int64
	err := c.query(ctx, sql, args, func(values []any) error {
		n, _ = values[0].(int64)
		return nil
	})
	return n, err
}

// run prepares, binds and executes one statement and hands its result to use. A cancelled context interrupts it. A broken
// instance is not asked any more.
func (c *conn) run(ctx context.Context, sql string, args []any, use func(*capi.Result) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c == nil {
		return errNotOpen
	}
	if err := c.db.broken(); err != nil {
		return err
	}
	var stmt capi.PreparedStatement
	defer capi.DestroyPrepare(&stmt)
	if capi.Prepare(c.ptr, sql, &stmt) != capi.StateSuccess {
		return c.refused(capi.PrepareError(stmt))
	}
	for i, arg := range args {
		if !bind(stmt, capi.IdxT(i+1), arg) {
			return fmt.Errorf("bind parameter %d (%T)", i+1, arg)
		}
	}
	defer c.interruptible(ctx)()
	var result capi.Result
	defer capi.DestroyResult(&result)
	if capi.ExecutePrepared(stmt, &result) != capi.StateSuccess {
		err := c.refused(capi.ResultError(&result))
		if sql == "COMMIT" {
			c.db.breakDown(err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	return use(&result)
}

// interruptible interrupts what the connection does if the context is cancelled before the returned function is called.
func (c *conn) interruptible(ctx context.Context) (done func()) {
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		capi.Interrupt(c.ptr)
	})
	return func() {
		if !stop() { // it has begun, and must not meet a connection that is closed meanwhile
			<-interrupted
		}
	}
}

// statementError is DuckDB's refusal of a statement.
type statementError struct{ message string }

// Error is the first line, without the piece of SQL, or the cause of an earlier error, that follows it.
func (e *statementError) Error() string {
	line, _, _ := strings.Cut(e.message, "\n")
	return line
}

// refused makes an error of DuckDB's message. A fatal one breaks the instance.
func (c *conn) refused(message string) *statementError {
	err := &statementError{strings.TrimSpace(message)}
	if strings.HasPrefix(err.message, "FATAL Error") {
		c.db.breakDown(err)
	}
	return err
}

// quote makes an SQL identifier of a name.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal makes an SQL string of a text, where parameters can't stand.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
