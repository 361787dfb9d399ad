use std::path::{Path, PathBuf};

use rowport_model::{ChangeKind, ErrorCode};

/// Words that have other meanings as well: states, columns, types, what a database says.
const AMBIGUOUS: [&str; 5] = ["cancelled", "gone", "set", "suspended", "timeout"];

/// Every source file of the crates but those that define the names.
fn sources() -> Vec<(String, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(&crates).unwrap().map(|entry| entry.unwrap().path().join("src")).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|it| it == "rs") => {
                    let name = path.strip_prefix(&crates).unwrap().to_string_lossy().into_owned();
                    files.push((name, std::fs::read_to_string(path).unwrap()));
                }
                false => {}
            }
        }
    }
    files
}

/// Where a name stands as a text, in Rust or within SQL, though its enum should be named.
fn literals(names: &[&str], defined_in: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in sources().iter().filter(|(file, _)| file != defined_in) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| is_code(line)) {
            for name in names.iter().filter(|name| !AMBIGUOUS.contains(name)) {
                let quoted = [format!("\"{name}\""), format!("'{name}'")];
                if quoted.iter().any(|quoted| line.contains(quoted.as_str())) {
                    found.push(format!("{file}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    found
}

/// Neither a comment nor what the API's document says in attributes: examples, and names of links.
fn is_code(line: &str) -> bool {
    let line = line.trim_start();
    !["//", "#[", "(\""].iter().any(|begin| line.starts_with(begin))
}

#[test]
fn no_code_is_a_text_outside_its_enum() {
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    let found = literals(&codes, "rowport-model/src/error_code.rs");
    assert!(found.is_empty(), "say the variant instead:\n{}", found.join("\n"));
}

#[test]
fn no_kind_of_change_is_a_text_outside_its_enum() {
    let kinds: Vec<&str> = ChangeKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let found = literals(&kinds, "rowport-model/src/change_action.rs");
    assert!(found.is_empty(), "say the variant instead:\n{}", found.join("\n"));
}
