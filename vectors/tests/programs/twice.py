from common import hello, requests, right, say

hello("dust")
for request in requests():
    say(right(request))
    if request["id"] == 10:
        say(right(request))
