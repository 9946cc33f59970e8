from common import hello

hello("dust", "taproot")
