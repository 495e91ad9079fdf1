"""Reports become items, after the answer.

- `merging`: reports that nobody has merged yet become items
- `making`: one item for each distinct address
- `reopening`: when a report brings an assessed item back
- `totals`: what an item's reports add up to
- `urgency`: when an item is due
- `queue_places`: where waiting items stand in the queues
"""
