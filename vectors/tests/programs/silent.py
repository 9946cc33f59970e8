# Says hello, reads its first question, and goes.
from common import hello, requests

hello("dust")
for _ in requests():
    break
