import os
import signal

from common import hello, requests, right, say

hello("dust")
for request in requests():
    if request["id"] == 2:
        os.kill(os.getpid(), signal.SIGSEGV)
    say(right(request))
