"""A payment over several channels (§8.1, §8.5): the expiry and the amount of each hop's HTLC."""


def hops(nodes, tip_height, delta, final_delta, amount, fees):
    """(from, to, expiry height, amount) per hop.

    The last hop has `final_delta` blocks, each one before it `delta` more: whoever learns R from the next hop
    has that much time to claim from the one before. A node in between keeps its fee, which may be negative."""
    count = len(nodes) - 1
    if len(fees) != count - 1:
        raise ValueError("one fee for each node in between")
    for i in range(count):
        expiry = tip_height + final_delta + delta * (count - 1 - i)
        yield nodes[i], nodes[i + 1], expiry, amount + sum(fees[i:])


def show(trace, inputs):
    path = list(
        hops(
            inputs["nodes"], inputs["tip_height"], inputs["delta_blocks"], inputs["final_delta_blocks"],
            inputs["amount_sat"], inputs["fees_sat"],
        )
    )  # fmt: skip
    for i, (sender, receiver, _, _) in enumerate(path):
        trace.text(f"hop.{i}.from", sender)
        trace.text(f"hop.{i}.to", receiver)
    for i, (_, _, expiry, amount) in enumerate(path):
        trace.int(f"hop.{i}.expiry_height", expiry, result=True)
        trace.int(f"hop.{i}.amount_sat", amount, result=True)
