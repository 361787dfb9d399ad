//! A bucket for the benchmarks: says its address on a line, and stays until its standard input ends.
//!
//!     cargo run --release -p rowport-testkit --features s3 --example s3

use std::io::{Read, Write};

use rowport_testkit::S3;

fn main() -> std::io::Result<()> {
    let s3 = S3::start();
    let secret = S3::SECRET_KEY.replace(' ', "%20");
    writeln!(std::io::stdout(), "{} {} {} {secret}", s3.endpoint(), S3::BUCKET, S3::ACCESS_KEY)?;
    std::io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
