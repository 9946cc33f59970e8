"""Leaves balances below dust out of the commitment altogether: the anchor stays at 0."""

import commitment
from transaction import Output

right = commitment.Commitment._places


def _places(self):
    places = right(self)
    places[-1].output = Output(0, places[-1].output.script)
    return places


commitment.Commitment._places = _places
