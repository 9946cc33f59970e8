import sys

from common import hello, requests, right, say

hello("dust")
for request in requests():
    if request["id"] == 2:
        sys.stdout.write("debugging: here I am\n")
        sys.stdout.flush()
    say(right(request))
