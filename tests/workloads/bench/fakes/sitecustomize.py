"""Python runs this first where its folder is on PYTHONPATH: engines are then found here too."""

from pathlib import Path

from workloads.bench import engines, families
from workloads.bench.engines import text

HERE = Path(__file__).parent
engines.__path__.append(str(HERE))
text.__path__.append(str(HERE / "text"))
families.__path__.append(str(HERE / "families"))
