"""Prints the rows of a Parquet file as JSON lines, times in microseconds since 1970, and at the end the columns' types."""

import datetime
import json
import sys

import pyarrow.parquet

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def plain(value):
    if isinstance(value, datetime.datetime):
        return (value - EPOCH) // datetime.timedelta(microseconds=1)
    return value


table = pyarrow.parquet.read_table(sys.argv[1], partitioning=None)
for row in table.to_pylist():
    print(json.dumps({name: plain(value) for name, value in row.items()}))
print(json.dumps({field.name: str(field.type) for field in table.schema}))
