"""Pages and measures for operators and translators; nothing here serves a reporter.

- `measure`: what a talk costs a reporter
- `preview`: a page on which a native speaker reads the whole talk
- `portal_links`: links, QR codes and snippets for a portal's web page
- `templates`: fills in the HTML templates of this folder
"""
