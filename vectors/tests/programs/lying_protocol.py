from common import say

say({"hello": "leyden-vectors", "protocol": 2, "subjects": ["dust"]})
