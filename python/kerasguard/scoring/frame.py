"""Predictions beside the columns of a Spark DataFrame, computed when Spark is asked for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..engine import ModelState, state_of
from ..guarding import live
from ..options import Options, check_options
from ..report import Call, Diagnosis, Part, Refused, Report
from ..spark_worker import Order, as_function
from .batch import Scorer
from .dataset import Request, as_names, asked_for, check_columns, named_columns, right_of
from .preflight import check_model, check_names, refuse
from .session import check_pyspark, quiet
from .spark import answer_of, empty, make_work
from .spark_types import arrow_schema, spark_schema


def score_frame(
    model: Any,
    frame: Any,
    *,
    columns: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    keep: Sequence[str] | None = None,
    missing: str = "refuse",
    type: str = "raw",
    threshold: float = 0.5,
    order: str | None = None,
    novel_levels: str = "refuse",
    repairs: str = "tell",
) -> Any:
    """Add predictions to a DataFrame of Spark, which computes them when it is asked for rows.

    Args:
        model: A built Keras model, or a guard of one. Workers get it whole, and need TensorFlow and Keras.
        frame: A `pyspark.sql.DataFrame` of Spark 4, of Spark Connect too. Its types are checked here, all values by
            the workers.
        columns: As in `score_dataset`.
        keep: As in `score_dataset`.
        missing: As in `safe_predict`; rows that `"na_rows"` leaves out have a null prediction.
        type: As in `safe_predict`.
        threshold: As in `safe_predict`.
        order: As in `safe_predict`.
        novel_levels: As in `safe_predict`.
        repairs: As in `safe_predict`.

    Returns:
        A DataFrame of the rows of `frame` with the original columns, then those of `score_dataset`. Rows that can't be
        predicted end the action that asks for them, with PySpark's own error around the message.

    Raises:
        InputStructureError: If `frame` is none of Spark's.
        KerasGuardError: As `score_dataset`, of what the types tell.
    """
    from ..api import tell

    options = Options(order, repairs, missing=missing, type=type, threshold=threshold, novel_levels=novel_levels)
    call = Call("score_frame", x="frame")
    scored, report, state = frame_with_report(call, model, frame, options, columns, keep)
    tell(report, options, state)
    return scored


def frame_with_report(
    call: Call, model: Any, frame: Any, options: Options, columns: Any = None, keep: Any = None
) -> tuple[Any, Report, ModelState | None]:
    """What `score_frame` does, without raising."""
    problems = tuple(check_columns(columns, keep))
    call.given = right_of(asked_for(Request("", "", columns, keep), options), problems)
    if problems:
        return None, Report(call, problems), None
    scorer = Scorer(model, call, options, named_columns(columns), as_names(keep))
    state = None
    try:
        refuse(scorer, _check_frame(frame))
        check_pyspark(call)
        opened, found = live(model, call)
        refuse(scorer, [*check_options(options), *found])
        scorer.findings += found
        refuse(scorer, check_model(scorer))
        state = state_of(opened)
        with quiet():
            scored = _scored(scorer, frame)
    except Refused as refused:
        return None, refused.report, state
    return scored, Report(call, tuple(scorer.findings)), state


def _check_frame(frame: Any) -> list[Diagnosis]:
    cls = type(frame)
    if cls.__name__ == "DataFrame" and cls.__module__.startswith("pyspark.sql."):
        return []
    is_pandas = cls.__module__.startswith("pyspark.pandas")
    is_table = not is_pandas and hasattr(frame, "shape")
    name = "pyspark.pandas.DataFrame" if is_pandas else f"{cls.__module__}.{cls.__name__}".removeprefix("builtins.")
    return [Diagnosis("spark_frame", "frame", {"cls": name, "is_pandas": is_pandas, "is_table": is_table})]


def _scored(scorer: Scorer, frame: Any) -> Any:
    schema, unknown = arrow_schema(frame.schema)
    refuse(scorer, check_names(scorer, schema))
    refuse(scorer, _check_types(scorer, frame, schema, unknown))
    needed = scorer.needed(schema)
    answer = answer_of(scorer, empty(scorer, schema), Part(), schema)
    work = make_work(frame.sparkSession, Order(scorer, answer, names=needed))
    selected = frame.select(*map(_in_backticks, needed))
    numbered = selected.toDF(*(f"c{i}" for i in range(len(needed))))  # mapInArrow loses its way in names with dots
    return numbered.mapInArrow(as_function(work), _as_it_was(spark_schema(scorer, answer), selected.schema))


def _in_backticks(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _as_it_was(schema: Any, original: Any) -> Any:
    """Columns that are kept with all that Spark knows of them."""
    from pyspark.sql.types import StructType

    known = {field.name: field for field in original}
    return StructType([known.get(field.name, field) for field in schema])


def _check_types(scorer: Scorer, frame: Any, schema: Any, unknown: Mapping[str, str]) -> list[Diagnosis]:
    """Refuse columns that can't reach Python, two of one name, and Spark's vectors where the model takes them."""
    names = frame.columns
    twice = tuple(sorted({name for name in names if names.count(name) > 1}))
    if twice:
        return [Diagnosis("spark_twice", "frame", {"columns": twice})]
    vectors = [name for name in scorer.taken(schema) if type(frame.schema[name].dataType).__name__ == "VectorUDT"]
    if vectors:
        return [Diagnosis("spark_vector", "frame", {"columns": tuple(vectors), "first": vectors[0]})]
    lost = {name: unknown[name] for name in scorer.needed(schema) if name in unknown}
    if lost:
        facts = {"columns": tuple(lost), "dtypes": ", ".join(dict.fromkeys(lost.values()))}
        return [Diagnosis("spark_types", "frame", facts)]
    return []
