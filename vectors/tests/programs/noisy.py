# Writes megabytes to stderr, which is its right.
import sys

from common import hello, requests, right, say

hello("dust")
for request in requests():
    sys.stderr.write("noise\n" * 100000)
    say(right(request))
