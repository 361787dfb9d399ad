"""xlsxwriter_stream.py URL FILE: the records from PostgreSQL with XlsxWriter in constant memory, by a server-side cursor."""

import datetime
import sys

import psycopg
import xlsxwriter

url, filename = sys.argv[1:]
workbook = xlsxwriter.Workbook(filename, {"constant_memory": True})
sheet = workbook.add_worksheet("records")
bold = workbook.add_format({"bold": True, "bg_color": "#DDDDDD"})
date = workbook.add_format({"num_format": "yyyy-mm-dd"})
moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
sheet.freeze_panes(1, 0)
with psycopg.connect(url) as connection, connection.cursor(name="export") as cursor:
    cursor.itersize = 2000
    cursor.execute("SELECT * FROM records ORDER BY id")
    line = 0
    for row in cursor:
        if line == 0:
            for at, column in enumerate(cursor.description):
                sheet.write_string(0, at, column.name, bold)
        line += 1
        for at, value in enumerate(row):
            if value is None:
                continue
            # By type, because the general `write` would also guess links and formulas, and take longer.
            if isinstance(value, str):
                sheet.write_string(line, at, value)
            elif isinstance(value, datetime.datetime):
                sheet.write_datetime(line, at, value, moment)
            elif isinstance(value, datetime.date):
                sheet.write_datetime(line, at, value, date)
            else:
                sheet.write_number(line, at, value)
    sheet.autofilter(0, 0, line, len(row) - 1)
workbook.close()
