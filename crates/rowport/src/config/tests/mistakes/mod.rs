//! Every mistake that a person can make, and exactly what is said about it: the tables are the text files here.

use std::fmt::Write;

use rowport_engine::settings::SettingProblem;

use super::read;

const TABLES: [(&str, &str); 6] = [
    ("structure.txt", include_str!("structure.txt")),
    ("sources.txt", include_str!("sources.txt")),
    ("storage.txt", include_str!("storage.txt")),
    ("notifications.txt", include_str!("notifications.txt")),
    ("values.txt", include_str!("values.txt")),
    ("syntax.txt", include_str!("syntax.txt")),
];

/// Cases begin with `### name`; the configuration follows, then `---` and what is said.
fn cases(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    table.split("### ").skip(1).map(|case| {
        let (name, rest) = case.split_once('\n').unwrap();
        let (config, expected) = rest.split_once("\n---\n").unwrap();
        (name, config, expected.trim_end())
    })
}

#[test]
fn mistakes_are_told_with_their_place_and_a_hint() {
    for (file, table) in TABLES {
        let (mut actual, mut wrong) = (String::new(), Vec::new());
        for (name, config, expected) in cases(table) {
            let said = read(config).map_or_else(|error| error.to_string(), |_| "no mistakes".to_owned());
            write!(actual, "### {name}\n{config}\n---\n{said}\n\n").unwrap();
            if said != expected {
                wrong.push(name);
            }
        }
        let actual = actual.trim_end().to_owned() + "\n";
        if std::env::var_os("ROWPORT_UPDATE").is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/tests/mistakes");
            std::fs::write(format!("{folder}/{file}"), actual).unwrap();
            continue;
        }
        assert!(
            wrong.is_empty(),
            "these are told differently in {file}: {wrong:?}\n{actual}\nIf that is better, write it down with\n    \
            ROWPORT_UPDATE=1 cargo test -p rowport config::\nand read the difference."
        );
    }
}

#[test]
fn no_message_has_a_secret_in_it() {
    for (name, _, expected) in TABLES.into_iter().flat_map(|(_, table)| cases(table)) {
        assert!(!expected.contains("hunter2"), "{name}");
    }
    // Whatever is cut off or put in, wherever the text stops being TOML.
    let text = "[sources.shop]\nurl = \"postgres://u:hunter2@h/x\"\npassword = 'hunter2'\nlabel = \"Shop\"\n\
        [sources.old]\nurl = \"\"\"\nmysql://u:hunter2@h/x\"\"\"\n[sources.crm]\nurl_env = \"postgres://u:hunter2@h/x\"\n\
        [storage]\nbucket = \"rowport\"\nsecret_key_env = \"hunter2\"\nendpoint = \"https://u:hunter2@h\"\n";
    for (cut, _) in text.char_indices() {
        for put in ["", "\"", "'", "=", "]", "\n", "x", "\\", "\"\"\"", "#", "{", "é"] {
            for rest in ["", &text[cut..]] {
                let broken = format!("{}{put}{rest}", &text[..cut]);
                let Err(error) = read(&broken) else { continue };
                assert!(!error.to_string().contains("hunter2"), "{broken}\n{error}");
            }
        }
    }
    let bad = read("[sources.shop]\nurl_env = \"BAD_DATABASE_URL\"").unwrap_err();
    assert!(!format!("{bad} {bad:?}").contains("hunter2"), "{bad}");
}

#[test]
fn no_text_makes_it_panic() {
    let text = include_str!("../../../demo/rowport.toml").replace("Essential", "Grundsätzlich 😀");
    for (cut, _) in text.char_indices() {
        let _ = read(&text[..cut]).map_err(|error| error.to_string());
        let _ = read(&format!("{}\u{0}\t\"", &text[..cut])).map_err(|error| error.to_string());
    }
    let _ = read(&"[".repeat(100_000)).map_err(|error| error.to_string());
    let _ = read(&format!("a = {}", "[".repeat(100_000))).map_err(|error| error.to_string());
}

#[test]
fn settings_that_do_not_fit_the_database_are_told_in_the_same_way() {
    let text = "[sources.shop]\nurl = \"sqlite:shop.db\"\n\n[sources.shop.datasets.orders.columns.totl]\n\
        label = \"Total\"\n[sources.shop.datasets.orders.presets]\nShort = [\"id\", \"totl\"]\n";
    let loaded = read(text).unwrap();
    let path = |keys: &str| keys.split('/').map(str::to_owned).collect::<Vec<_>>();
    for (keys, place) in [
        ("sources/shop/datasets/orders/columns/totl", Some((4, 39))),
        ("sources/shop/datasets/orders/columns/totl/label", Some((5, 1))),
        ("sources/shop/datasets/orders/presets/Short", Some((7, 1))),
        ("sources/shop/datasets/orders/presets/Short/totl", Some((7, 16))),
        // What is not there is found around it,
        ("sources/shop/datasets/orders/key", Some((4, 24))),
        ("sources/shop/url", Some((2, 1))),
        // unless it belongs to something else.
        ("sources/crm/datasets/orders", None),
        ("exports", None),
    ] {
        assert_eq!(loaded.locate(&path(keys)), place, "{keys}");
    }

    let problem = |keys, message: &str, hint: Option<&str>| SettingProblem {
        path: path(keys),
        message: message.to_owned(),
        hint: hint.map(str::to_owned),
    };
    let error = loaded.report(&[
        problem("sources/shop/datasets/orders/columns/totl", "there is no column `totl`", Some("total")),
        problem("sources/crm/datasets/people", "there is no dataset `people`", None),
    ]);
    assert_eq!(
        error.to_string(),
        "2 mistakes in rowport.toml

error: there is no dataset `people`
 --> rowport.toml

error: there is no column `totl`
 --> rowport.toml:4:39
  |
4 | [sources.shop.datasets.orders.columns.totl]
  |                                       ^^^^
  = hint: did you mean `total`?"
    );
}

#[test]
fn a_file_that_cannot_be_read_says_which() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rowport.toml");
    let missing = crate::config::load(&path).unwrap_err().to_string();
    assert!(missing.contains(&format!("--> {}", path.display())), "{missing}");
    assert!(missing.contains("the file cannot be read: No such file"), "{missing}");

    std::fs::write(&path, b"workspace = \"shop\"\nlisten = \"\xff\"\n").unwrap();
    let bytes = crate::config::load(&path).unwrap_err().to_string();
    assert!(bytes.contains("the file is not UTF-8 text: line 2 has other bytes"), "{bytes}");
}
