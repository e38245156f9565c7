"""pyarrow's dataset as a user would script it: the CSV files of a directory into one Parquet.

pyarrow_convert.py INPUT OUTPUT '{"threads": 2}'

The files' one schema is what pyarrow finds in the first of them. Batches are written as they come.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.dataset as pa_dataset
import pyarrow.parquet as pq


def main() -> None:
    source, target, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    pa.set_cpu_count(settings.get("threads", 2))
    parse = pa_csv.ParseOptions(newlines_in_values=True)
    csv = pa_dataset.CsvFileFormat(parse_options=parse)
    path = Path(source)
    files = sorted(path.parent.glob(path.name))
    rows = pa_dataset.dataset([str(each) for each in files], format=csv)
    with pq.ParquetWriter(target, rows.schema, compression="snappy") as writer:
        for batch in rows.to_batches():
            writer.write_batch(batch)


main()
