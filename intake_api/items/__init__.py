"""Reports are merged into items in ticks, which no hand-in wakes.

- `merger`: merges what waits, every second
- `merging`: merges one report into the items of its addresses
- `making`: makes one item for each distinct address
- `reopening`: puts an assessed item back into the queue, or marks it as changed
- `words`: counts what reports say of an item, and finds the words that it did not have
- `totals`: sums up an item's reports
- `urgency`: says when an item is due
- `circumstances`: writes what reporters tapped as bits
- `queue_places`: holds the two orders of the waiting items
"""
