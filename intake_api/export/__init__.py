"""Leads export the assessments, page by page.

- `routes`: the export's route
- `assessments`: selects a page of assessments with their items, and writes it as NDJSON or CSV
- `examples`: an example
"""
