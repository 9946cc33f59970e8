from common import hello, requests, say

hello("dust")
for request in requests():
    say({"id": request["id"], "skip": "not yet"})
