from common import hello, requests, right, say

hello("dust")
for request in requests():
    answer = right(request)
    answer["values"]["mine"] = "1"
    say(answer)
