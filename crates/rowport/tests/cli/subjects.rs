//! `rowport subject-export`: a whole archive or none.

use std::io::Read;

use rowport_testkit::{Database, chinook};
use serde_json::Value;

use crate::binary::{Answer, finished, left_in, rowport, sha256};

/// What a store knows of its customers.
const CONFIG: &str = "[subjects.customer]\nlabel = \"Customer\"\n\
    [sources.shop.datasets.Customer]\nsubjects.customer = [\"CustomerId\"]\n\
    [sources.shop.datasets.Invoice]\nsubjects.customer = [\"CustomerId\"]\n\
    [sources.shop.datasets.InvoiceLine]\nsubjects.customer = [\"InvoiceId.CustomerId\"]\n";

struct Shop {
    folder: tempfile::TempDir,
    database: Database,
}

impl Shop {
    fn open() -> Self {
        let shop = Self { folder: tempfile::tempdir().unwrap(), database: chinook::sqlite() };
        shop.configure(CONFIG);
        shop
    }

    fn configure(&self, config: &str) {
        let config = format!("[sources.shop]\nurl = \"{}\"\n{config}", self.database.url());
        std::fs::write(self.folder.path().join("rowport.toml"), config).unwrap();
    }

    fn export(&self, more: &[&str]) -> Answer {
        let mut command = rowport();
        command.args(["subject-export", "--subject", "customer", "-o", "archive.zip"]).args(more);
        finished(command.current_dir(self.folder.path()).output().unwrap())
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let file = std::fs::File::open(self.folder.path().join("archive.zip")).unwrap();
        let mut archive = zip::ZipArchive::new(file).unwrap();
        (0..archive.len())
            .map(|index| {
                let mut file = archive.by_index(index).unwrap();
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).unwrap();
                (file.name().unwrap().into_owned(), bytes)
            })
            .collect()
    }
}

#[test]
fn the_archive_has_all_that_the_store_knows_of_a_customer() {
    let shop = Shop::open();
    let answer = shop.export(&["--value", "7", "--format", "csv"]);
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""), "{answer:?}");
    assert_eq!(left_in(shop.folder.path()), ["archive.zip", "rowport.toml"]);
    let files = shop.files();
    let manifest: Value = serde_json::from_slice(&files.last().unwrap().1).unwrap();
    let said = manifest["files"].as_array().unwrap();
    assert_eq!(files.len(), said.len() + 1);
    for ((name, bytes), said) in files.iter().zip(said) {
        assert_eq!(
            (said["file"].as_str(), said["sha256"].as_str()),
            (Some(name.as_str()), Some(sha256(bytes).as_str()))
        );
        assert_eq!(
            bytes.iter().filter(|byte| **byte == b'\n').count() as u64,
            said["rows"].as_u64().unwrap() + 1
        );
    }
    let rows: Vec<_> = said.iter().map(|file| (file["dataset"].as_str().unwrap(), &file["rows"])).collect();
    let count = |query: &str| Value::from(shop.database.text(query).parse::<u64>().unwrap());
    let lines = count("SELECT count(*) FROM InvoiceLine JOIN Invoice USING (InvoiceId) WHERE CustomerId = 7");
    let invoices = count("SELECT count(*) FROM Invoice WHERE CustomerId = 7");
    assert_eq!(rows, [("Customer", &Value::from(1)), ("Invoice", &invoices), ("InvoiceLine", &lines)]);
    assert!(lines.as_u64() > Some(30), "{lines}");
}

#[test]
fn what_does_not_fit_leaves_nothing() {
    let shop = Shop::open();
    for (arguments, code, said) in [
        (vec!["--value", "Luís"], 4, "`Luís` is not a number"),
        (vec!["--value", "7", "--config", "nowhere.toml"], 6, "cannot be read"),
        (vec!["--value", "7", "--subject", "costumer"], 2, "cannot be used multiple times"),
    ] {
        let answer = shop.export(&arguments);
        assert_eq!(answer.code, Some(code), "{answer:?}");
        assert!(answer.stderr.contains(said), "{answer:?}");
        assert_eq!(left_in(shop.folder.path()), ["rowport.toml"]);
    }
    // A column that the table does not have: the check says where, and there is no archive without it.
    shop.configure(&CONFIG.replace(
        "[\"CustomerId\"]\n[sources.shop.datasets.InvoiceLine]\nsubjects.customer = [\"InvoiceId.CustomerId\"]",
        "[\"CustomrId\"]\n[sources.shop.datasets.InvoiceLine]\nsubjects.customer = [\"InvoiceId.CustomrId\"]",
    ));
    let answer = shop.export(&["--value", "7"]);
    assert_eq!(answer.code, Some(4));
    assert!(answer.stderr.contains("there is no column `CustomrId` in `Invoice`"), "{answer:?}");
    assert_eq!(left_in(shop.folder.path()), ["rowport.toml"]);
    let checked = rowport().args(["config", "check"]).current_dir(shop.folder.path()).output();
    let checked = finished(checked.unwrap());
    let told = format!("{}{}", checked.stderr, String::from_utf8_lossy(&checked.stdout));
    assert_eq!(checked.code, Some(6), "{told}");
    for said in [
        "`Invoice` has no column `CustomrId`",
        "rowport.toml:8:22",
        "did you mean `CustomerId`?",
        "`InvoiceId.CustomrId` leads nowhere",
        "rowport.toml:10:22",
    ] {
        assert!(told.contains(said), "{told}");
    }
}
