"""Pages and measures for operators and translators; nothing here serves a reporter.

- `measure`: what a talk costs a reporter
- `before_serving`: what is to be called, opened and asked before a portal serves reporters
- `preview`: a page on which a native speaker reads the whole talk
- `portal_links`: links, QR codes and snippets for a portal's web page
- `templates`: fills in the HTML templates of this folder
"""
