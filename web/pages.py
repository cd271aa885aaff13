"""Whole pages of server HTML. Text that comes from people goes through `html.escape` first."""

from html import escape

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
{links}
</head>
<body>
{body}
</body>
</html>
"""


def page(title: str, body: str, *, stylesheets: tuple[str, ...] = ()) -> str:
    """Return a page. `title` is text; `body` is HTML, in which every value is escaped already."""
    links = "\n".join(f'<link rel="stylesheet" href="{escape(address)}">' for address in stylesheets)
    return PAGE.format(title=escape(title), links=links, body=body)
