"""The export that one writes first: FastAPI's StreamingResponse, a server-side cursor, the csv module."""

import csv
import io
import os

import psycopg
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


def lines():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor(name="export") as cursor:
        cursor.itersize = 2000
        cursor.execute("SELECT * FROM records ORDER BY id")
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        header = False
        while rows := cursor.fetchmany(2000):
            if not header:
                writer.writerow([column.name for column in cursor.description])
                header = True
            writer.writerows(rows)
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()


@app.get("/export")
def export():
    return StreamingResponse(lines(), media_type="text/csv")
