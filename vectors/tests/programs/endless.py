# One line that never ends.
import sys

from common import hello, requests

hello("dust")
for _ in requests():
    while True:
        sys.stdout.write("x" * 65536)
