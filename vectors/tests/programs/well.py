from common import hello, requests, right, say

hello("dust", "route")
for request in requests():
    say(right(request))
