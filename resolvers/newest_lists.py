"""Lists that show the newest first, ordered by one number that only grows, a page at a time."""

from tortoise.queryset import QuerySet

from resolvers.lists import Page, Row, Window, page_of


async def newest(rows: QuerySet[Row], window: Window[int], *, by: str = "id") -> Page[Row]:
    """Return a page of the rows, the newest first. `by` is the column of the number."""
    if window.place is not None:
        rows = rows.filter(**{f"{by}__gt" if window.backward else f"{by}__lt": window.place})
    order = by if window.backward else f"-{by}"
    return page_of(await rows.order_by(order).limit(window.size + 1), window)
