"""Reports are merged into items after their hand-in was answered.

- `merging`: merges reports into items
- `making`: makes one item for each distinct address
- `reopening`: puts an assessed item back into the queue, or marks it as changed
- `words`: counts what reports say of an item, and finds the words that it did not have
- `totals`: sums up an item's reports
- `urgency`: says when an item is due
- `queue_places`: holds the order of the waiting items
"""
