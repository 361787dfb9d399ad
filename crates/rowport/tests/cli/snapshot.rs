//! What is said, kept in files, so that a change of it is seen and judged.

use std::path::Path;

/// Compares with `snapshots/NAME.txt`; `ROWPORT_UPDATE=1` writes it instead.
pub fn assert_said(name: &str, said: &str) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/snapshots").join(name).with_extension("txt");
    if std::env::var_os("ROWPORT_UPDATE").is_some() {
        return std::fs::write(path, said).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept == said {
        return;
    }
    let differing = said.split("### ").zip(kept.split("### ")).find(|(said, kept)| said != kept);
    panic!(
        "{name} says something else: {differing:#?}\nIf that is better, write it down with\n    \
         ROWPORT_UPDATE=1 cargo test -p rowport --test cli {name}\nand read the difference."
    );
}
