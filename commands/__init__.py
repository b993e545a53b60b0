"""What people type: one module per task, joining the packages that do the work."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results"
