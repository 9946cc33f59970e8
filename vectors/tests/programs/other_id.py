from common import hello, requests, right, say

hello("dust")
for request in requests():
    answer = right(request)
    if request["id"] == 5:
        answer["id"] = 4
    say(answer)
