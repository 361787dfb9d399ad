// node exceljs_stream.js URL FILE: the records from PostgreSQL with ExcelJS's streaming writer, as its manual shows it.
import ExcelJS from 'exceljs';
import pg from 'pg';
import QueryStream from 'pg-query-stream';

const [url, filename] = process.argv.slice(2);
// Whole numbers as numbers: the sheet is to hold the same values as the others'.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const client = new pg.Client(url);
await client.connect();
const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({ filename, useStyles: true, useSharedStrings: false });
const sheet = workbook.addWorksheet('records', { views: [{ state: 'frozen', ySplit: 1 }] });
const rows = client.query(new QueryStream('SELECT * FROM records ORDER BY id', [], { batchSize: 1000 }));
let columns;
for await (const row of rows) {
  if (!columns) {
    columns = Object.keys(row);
    sheet.columns = columns.map((name) => ({
      header: name,
      key: name,
      style: name.endsWith('_at') ? { numFmt: 'yyyy-mm-dd hh:mm:ss' } : name.endsWith('_date') ? { numFmt: 'yyyy-mm-dd' } : {},
    }));
    sheet.getRow(1).font = { bold: true };
    sheet.getRow(1).commit();
  }
  sheet.addRow(row).commit();
}
await workbook.commit();
await client.end();
