# The reference, but for nonces: it takes the next one, so every signature is another, and as valid.
import functools
import pathlib
import runpy
import sys

sys.dont_write_bytecode = True
REFERENCE = pathlib.Path(__file__).resolve().parent.parent.parent / "reference"
sys.path.insert(0, str(REFERENCE))

import curve  # noqa: E402
import subjects  # noqa: E402

plain = curve.nonce


@functools.lru_cache(maxsize=4096)
def nonce(digest, secret):
    return plain(digest, secret) + 1


curve.nonce = nonce
for name in set(subjects.SUBJECTS) - {"signatures", "transactions", "settlement", "fees"}:
    del subjects.SUBJECTS[name]
sys.argv = ["check"]
runpy.run_path(str(REFERENCE / "check"), run_name="__main__")
