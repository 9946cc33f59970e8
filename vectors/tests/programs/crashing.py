import os
import sys

from common import hello, requests, right, say

hello("dust")
for request in requests():
    if request["id"] == 4:
        sys.stderr.write("it went wrong here\n")
        sys.stderr.flush()
        os._exit(7)
    say(right(request))
