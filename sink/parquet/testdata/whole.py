"""Reads folders of a lake as programs in Python do first, and prints how many rows each has and of which months."""

import sys

import pyarrow
import pyarrow.parquet

try:
    import pandas
except ImportError:
    pandas = None

for folder in sys.argv[1:]:
    table = pyarrow.parquet.read_table(folder)
    key = table.column_names[0]
    for read in (
        table.combine_chunks(),
        table.sort_by(key),
        table.take(pyarrow.array(range(table.num_rows), pyarrow.int64())),
    ):
        assert read.num_rows == table.num_rows, folder
    if pandas:
        assert len(table.to_pandas()) == table.num_rows, folder
        assert len(pandas.read_parquet(folder)) == table.num_rows, folder
    months = table["created_month"].to_pylist() if "created_month" in table.column_names else []
    print(table.num_rows, *sorted(months))
