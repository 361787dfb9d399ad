"""Lists rows with the client that openapi-python-client made of the document: of every dataset, page by page."""

import sys

from rowport_client import AuthenticatedClient
from rowport_client.api.datasets import list_sources
from rowport_client.api.rows import get_rows
from rowport_client.models import Page

url, key = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=key, raise_on_unexpected_status=True)
datasets = rows = 0
for source in list_sources.sync(client=client).sources:
    for dataset in source.datasets:
        page, pages = get_rows.sync(source.name, dataset.name, client=client, limit=2), 1
        assert isinstance(page, Page), (source.name, dataset.name, page)
        while page.cursor and pages < 5:
            rows += len(page.rows)
            page, pages = get_rows.sync(source.name, dataset.name, client=client, limit=2, cursor=page.cursor), pages + 1
            assert isinstance(page, Page), (source.name, dataset.name, page)
        assert all(len(row) == len(page.columns) for row in page.rows)
        assert all(len(pair) == 2 for pair in page.truncated)
        rows += len(page.rows)
        datasets += 1
assert datasets > 10 and rows > 50, (datasets, rows)
print(f"client: {rows} rows of {datasets} datasets were listed")
