"""What `make bench` measures, in the order of its page.

To add a pair: write a file here with a `PAIR` (see `benchmarks.measuring.Pair`), put what stands beside ours
into `benchmarks/peers/`, and list it below. The command, its page and the test take it from this list.
"""

from benchmarks.pairs import addresses, hand_in, start_up, turns

PAIRS = (turns.PAIR, hand_in.PAIR, addresses.PAIR, start_up.PAIR)
