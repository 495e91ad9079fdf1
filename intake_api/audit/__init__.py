"""The audit log: who read an address and who decided, and what was done to the intake itself.

- `log`: adds entries, each chained to the one before
- `head`: keeps the newest entry outside the database, so that a log whose end was cut is found
- `counts`: notes once an hour how many reports and assessments there are
- `bound_assessments`: compares assessments with the entries that bind them
"""
