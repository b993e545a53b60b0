"""Python runs this first where its folder is on PYTHONPATH: engines are then found here too."""

from pathlib import Path

from workloads.bench import engines

engines.__path__.append(str(Path(__file__).parent))
