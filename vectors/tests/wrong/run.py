"""The reference with one deliberate fault: `run.py FAULT`. Each is caught by the vector made for it."""

import importlib
import pathlib
import runpy
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
REFERENCE = HERE.parent.parent / "reference"
sys.path[:0] = [str(REFERENCE), str(HERE)]

importlib.import_module(sys.argv[1])
sys.argv = ["check"]
runpy.run_path(str(REFERENCE / "check"), run_name="__main__")
