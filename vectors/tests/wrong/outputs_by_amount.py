"""Sorts the outputs of a commitment by amount (BIP 69) instead of HTLCs by number."""

import commitment

right = commitment.Commitment._places


def _places(self):
    places = right(self)
    return sorted(places[:-1], key=lambda place: place.output.amount) + places[-1:]


commitment.Commitment._places = _places
