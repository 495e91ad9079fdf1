"""What was decided leaves for leads, a page at a time.

- `routes`: the export's route
- `assessments`: assessments in order, with their items
- `examples`: an example
"""
