import sys

from common import hello, requests, right, say

hello("dust")
for request in requests():
    if request["id"] == 1:
        sys.stdout.write('{"id":1,"values":{"dust_sat":"1","dust_sat":"330"}}\n')
        sys.stdout.flush()
        continue
    say(right(request))
