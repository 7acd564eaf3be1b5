"""Words about Spark: the session, its workers, and what can't be sent to them."""

from __future__ import annotations

from .entry import Both, Entry, Fix
from .results import ELSEWHERE

PIP = Fix(
    code=Both('"{python_path}" -m pip install "pyspark>=4,<5" pyarrow',
              'system2("{python_path}", c("-m", "pip", "install", shQuote("pyspark>=4,<5"), "pyarrow"))'),
)  # fmt: skip
JAVA = (
    Fix("on Debian or Ubuntu", code=Both("sudo apt-get install default-jre-headless",
                                         'system("sudo apt-get install default-jre-headless")')),
    Fix("or where there is one, before Spark starts",
        code=Both('os.environ["JAVA_HOME"] = "FOLDER_OF_JAVA_17"', 'Sys.setenv(JAVA_HOME = "FOLDER_OF_JAVA_17")')),
)  # fmt: skip

SPARK: dict[str, Entry] = {
    "environment_spark_missing": Entry(
        "environment",
        "Can't work with Spark: this Python has no PySpark.",
        ("It is {python_path}.",),
        (PIP,),
    ),
    "environment_spark_old": Entry(
        "environment",
        "PySpark must be version 4, not {pyspark}.",
        ("It belongs to {python_path}.",),
        (PIP,),
    ),
    "environment_java_missing": Entry(
        "environment",
        "Can't start Spark: it needs Java 17 or later, and none is found.",
        ("Looked for on the path and in JAVA_HOME.",),
        JAVA,
    ),
    "environment_java_old": Entry(
        "environment",
        "Can't start Spark: it needs Java 17 or later, not {java}.",
        ("It is {java_path}.",),
        JAVA,
    ),
    "environment_spark_start": Entry(
        "environment",
        "Can't start Spark on this machine.",
        ("It said: {sentence}",),
        (Fix("all that it says, in a terminal", code=Both('"{python_path}" -c "from pyspark.sql import SparkSession; SparkSession.builder.getOrCreate()"',
              'system2("{python_path}", c("-c", shQuote("from pyspark.sql import SparkSession; SparkSession.builder.getOrCreate()")))')),),
    ),
    "environment_spark_worker": Entry(
        "environment",
        "Spark's workers must have what the model needs; {package} is missing.",
        ("On {host}, where the workers' Python is {python_path}: {sentence}.",),
        (Fix("on every machine of the cluster",
             code='"{python_path}" -m pip install "kerasguard[tensorflow,files]"'),),
    ),
    "environment_spark_core": Entry(
        "environment",
        "Spark's workers must have kerasguard {core}, not {core_loaded}.",
        ("On {host} Python had loaded it before this version came: {python_path}.",),
        (Fix("on every machine of the cluster",
             code='"{python_path}" -m pip install "kerasguard=={core}"'),),
    ),
    "spark_code": Entry(
        "model",
        "Can't send model \"{model_name}\" to Spark: it needs code of its own.",
        ("{what_code}: workers get the model without code.",),
        (Fix("with what it computes, which needs no code",
             code=Both('{model}.export("FOLDER")\n{model} = safe_load_model("FOLDER")\n{call}',
                       '{model}$export("FOLDER")\n{model} <- safe_load_model("FOLDER")\n{call}')),),
    ),
    "spark_frame": Entry(
        "structure",
        Both("`{arg}` must be a DataFrame of Spark, not {cls}.", "`{arg}` must be a data frame of Spark, not {cls}."),
        (),
        (Fix("of pandas on Spark", when="is_pandas", data=Both("{arg}.to_spark()", "{arg}$to_spark()")),
         Fix("a table in memory", when="is_table", code="safe_predict({model}, {arg})"),
         Fix(unless="is_known", code="{function}({model}, FRAME)")),
    ),
    "spark_twice": Entry(
        "column",
        "`{arg}` must have each column once; {columns:names} stands twice.",
        ("As after a join of frames that share it.",),
        (Fix("before it is scored", data=Both("{arg}.select(COLUMNS)", "{arg}$select(COLUMNS)")),),
    ),
    "spark_vector": Entry(
        "dtype",
        "`{arg}` must have columns that Arrow knows; {columns:names} {is} Spark vectors.",
        (),
        (Fix("as a column of lists",
             code=Both("from pyspark.ml.functions import vector_to_array\n"
                       '{arg} = {arg}.withColumn({first:quoted}, vector_to_array({first:quoted}))\n{call}',
                       'to_array <- reticulate::import("pyspark.ml.functions")$vector_to_array\n'
                       '{arg} <- {arg}$withColumn({first:quoted}, to_array({first:quoted}))\n{call}')),),
    ),
    "spark_types": Entry(
        "dtype",
        "Spark must have the types of all columns; {columns:names} {is} {dtypes}.",
        ("Results keep the original columns.",),
        (Fix("with other columns, or none", args=Both("keep=COLUMNS", "keep = COLUMNS")),),
    ),
    "spark_connect": Entry(
        "environment",
        "Can't score files through Spark Connect: a session of classic Spark can.",
        ("Its server does not tell what workers refuse, and may not see these files.",),
        (Fix("a frame of its own", code=Both('score_frame({model}, FRAME).write.parquet("OUT_FOLDER")',
                                              'score_frame({model}, FRAME)$write$parquet("OUT_FOLDER")')),
         Fix("on this machine alone", args=Both('engine="local"', 'engine = "local"'))),
    ),
    "spark_folder": Entry(
        "structure",
        "`{arg}` must be a folder that Spark's workers share with this machine.",
        ("Of {rows:rows} in {output:quoted} there are {found} here: workers wrote to disks of their own.",),
        (ELSEWHERE,),
    ),
    "spark_failed": Entry(
        "model",
        "Spark failed. No results were written.",
        ("It says: {sentence}",),
        (Fix("on this machine alone", args=Both('engine="local"', 'engine = "local"')),),
    ),
}  # fmt: skip
