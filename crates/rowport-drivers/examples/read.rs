//! Reads a whole table and says how long it took: `read SOURCE DATASET [TIMES]`. For measuring a driver by itself,
//! without an encoder behind it.
#![allow(clippy::print_stdout)]

use std::sync::Arc;
use std::time::Instant;

use rowport_drivers::{Limits, ReadOptions, SourceUrl, connect};
use rowport_model::{Catalog, Clock, DatasetPolicy, SystemClock, View};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("a source URL is missing")?;
    let name = arguments.next().ok_or("a dataset is missing")?;
    let times: u32 = arguments.next().map_or(Ok(1), |times| times.parse())?;
    let driver = connect(&SourceUrl::parse(&url)?, Limits::default())?;
    let datasets = driver.introspect().await?;
    let catalog =
        Catalog::new(datasets.into_iter().map(|dataset| (Arc::new(dataset), DatasetPolicy::default())));
    let dataset = catalog.dataset(&name).ok_or("there is no such dataset")?;
    for _ in 0..times {
        let mut query = dataset.query(&View::default(), SystemClock.now())?;
        query.order.clear();
        let started = Instant::now();
        let mut stream = driver.read(query, ReadOptions::EXPORT).await?;
        let first = started.elapsed();
        let mut rows = 0;
        while let Some(batch) = stream.next().await {
            rows += batch?.num_rows();
        }
        println!("{rows} rows in {:?}, the first after {first:?}", started.elapsed());
    }
    Ok(())
}
