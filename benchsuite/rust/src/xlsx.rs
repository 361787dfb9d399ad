use std::error::Error;

use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, NoTls};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

const COLUMNS: [&str; 13] = [
    "id", "order_id", "sale_date", "item", "quantity", "price_cents", "cost_cents", "shipping_cents", "fee_cents",
    "status", "note", "brand_id", "updated_at",
];

/// What a careful person would write with the library: types, formats, a frozen bold header, an auto-filter.
pub fn write(url: &str, path: &str) -> Result<(), Box<dyn Error>> {
    let mut client = Client::connect(url, NoTls)?;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    let bold = Format::new().set_bold().set_background_color("#DDDDDD");
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    sheet.set_freeze_panes(1, 0)?;
    for (column, name) in (0_u16..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, name, &bold)?;
    }
    // Dates as numbers of seconds, which costs this side the least.
    let query = "SELECT id::int8, order_id, extract(epoch FROM sale_date)::int8, item, quantity::int8,
        price_cents::int8, cost_cents::int8, shipping_cents::int8, fee_cents::int8, status, note, brand_id::int8,
        extract(epoch FROM updated_at)::int8 FROM records ORDER BY id";
    let mut rows = client.query_raw(query, std::iter::empty::<i32>())?;
    let mut line = 0;
    while let Some(row) = rows.next()? {
        line += 1;
        for column in 0..COLUMNS.len() {
            let at = column as u16;
            match column {
                1 | 3 | 9 | 10 => {
                    if let Some(text) = row.try_get::<_, Option<&str>>(column)? {
                        sheet.write_string(line, at, text)?;
                    }
                }
                2 => {
                    let moment = ExcelDateTime::from_timestamp(row.try_get(column)?)?;
                    sheet.write_datetime_with_format(line, at, &moment, &date)?;
                }
                12 => {
                    let seconds = ExcelDateTime::from_timestamp(row.try_get(column)?)?;
                    sheet.write_datetime_with_format(line, at, &seconds, &moment)?;
                }
                _ => {
                    if let Some(number) = row.try_get::<_, Option<i64>>(column)? {
                        sheet.write_number(line, at, number as f64)?;
                    }
                }
            }
        }
    }
    sheet.autofilter(0, 0, line, COLUMNS.len() as u16 - 1)?;
    workbook.save(path)?;
    Ok(())
}
