"""Arrow's types as Spark has them."""

from __future__ import annotations

from inspect import signature
from typing import Any

from ..report import Diagnosis, Refused, Report
from .batch import Scorer
from .footers import is_list


def storable(type_: Any) -> Any:
    """The Arrow type with the same values that Spark knows; `type_` itself where there is none."""
    import pyarrow as pa
    from pyarrow import types

    same = {
        pa.uint8(): pa.int16(), pa.uint16(): pa.int32(), pa.uint32(): pa.int64(), pa.uint64(): pa.decimal128(20, 0),
        pa.float16(): pa.float32(), pa.null(): pa.string(), pa.large_string(): pa.string(),
        pa.large_binary(): pa.binary(), pa.string_view(): pa.string(), pa.binary_view(): pa.binary(),
        pa.date64(): pa.date32(),
    }  # fmt: skip
    if type_ in same:
        return same[type_]
    if types.is_dictionary(type_):
        return storable(type_.value_type)
    if is_list(type_):
        return pa.list_(storable(type_.value_type))
    if types.is_struct(type_):
        return pa.struct([field.with_type(storable(field.type)) for field in type_])
    if types.is_map(type_):
        return pa.map_(storable(type_.key_type), storable(type_.item_type))
    if types.is_fixed_size_binary(type_):
        return pa.binary()
    if types.is_timestamp(type_):
        return pa.timestamp("us", "UTC" if type_.tz else None)
    if types.is_duration(type_):
        return pa.duration("us")
    return type_


def storable_schema(schema: Any) -> Any:
    """All columns so."""
    import pyarrow as pa

    return pa.schema([pa.field(field.name, storable(field.type)) for field in schema])


def spark_schema(scorer: Scorer, schema: Any) -> Any:
    """Spark's schema of the same columns.

    Raises:
        Refused: If it does not have the type of a column.
    """
    from pyspark.errors import PySparkException
    from pyspark.sql.pandas.types import from_arrow_type
    from pyspark.sql.types import StructField, StructType

    fields, unknown = [], {}
    for field in storable_schema(schema):
        try:
            fields.append(StructField(field.name, from_arrow_type(field.type)))
        except PySparkException:
            unknown[field.name] = str(field.type)
    if unknown:
        facts = {"columns": tuple(unknown), "dtypes": ", ".join(dict.fromkeys(unknown.values()))}
        raise Refused(Report(scorer.call, (Diagnosis("spark_types", scorer.call.x, facts),)))
    return StructType(fields)


def fitted(batch: Any, schema: Any) -> Any:
    """The batch with exactly these columns: null where it has none, and of the types that Spark has."""
    import pyarrow as pa

    arrays = []
    for field in schema:
        if field.name not in batch.schema.names:
            arrays.append(pa.nulls(batch.num_rows, field.type))
        else:
            column = batch.column(field.name)
            arrays.append(column if column.type == field.type else column.cast(field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def arrow_schema(schema: Any) -> tuple[Any, dict[str, str]]:
    """Arrow's schema of a Spark frame, and the types that Arrow does not have, by column."""
    import pyarrow as pa
    from pyspark.errors import PySparkException
    from pyspark.sql.pandas.types import to_arrow_type

    # times are the same in any zone; before Spark 4.3 none is asked for
    zone = {"timezone": "UTC"} if "timezone" in signature(to_arrow_type).parameters else {}
    fields, unknown = [], {}
    for field in schema:
        try:
            type_ = to_arrow_type(field.dataType, **zone)
        except PySparkException:
            type_, unknown[field.name] = pa.null(), field.dataType.simpleString()
        fields.append(pa.field(field.name, type_))
    return pa.schema(fields), unknown
