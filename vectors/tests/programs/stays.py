# Answers, and does not go when it is told to; and has a child that would outlive it.
import subprocess
import time

from common import hello, requests, right, say

child = subprocess.Popen(["sleep", "29871"])
with open("/dev/stderr", "w") as errors:
    errors.write(f"child {child.pid}\n")
hello("dust")
for request in requests():
    say(right(request))
time.sleep(29871)
