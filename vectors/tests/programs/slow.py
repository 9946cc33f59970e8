import time

from common import hello, requests, right, say

hello("dust")
for request in requests():
    if request["id"] == 3:
        time.sleep(60)
    say(right(request))
