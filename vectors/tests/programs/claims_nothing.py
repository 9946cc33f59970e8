from common import hello, requests

hello()
for _ in requests():
    pass
