//! docs/reference/cli.md names every command, every option and every exit code.

use std::process::Command;

use crate::binary::program;

const PAGE: &str = include_str!("../../../../docs/reference/cli.md");

fn help(command: &[&str]) -> String {
    let output = Command::new(program()).args(command).arg("--help").output().unwrap();
    assert!(output.status.success(), "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The words at the beginning of the lines below `Commands:`.
fn subcommands(help: &str) -> Vec<&str> {
    let list = help.split("Commands:\n").nth(1).unwrap_or_default();
    let list = list.split("\n\n").next().unwrap_or_default();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

/// The part of the page about one command: from its heading to the next of the same kind.
fn section(command: &[&str]) -> &'static str {
    let heading = format!("\n## `rowport {}`\n", command.join(" "));
    let rest = PAGE.split(&heading).nth(1).unwrap_or_else(|| panic!("the page has no heading{heading}"));
    rest.split("\n## ").next().unwrap_or_default()
}

fn check(command: &[&str]) -> usize {
    let help = help(command);
    let below = subcommands(&help);
    if !below.is_empty() {
        return below.iter().map(|name| check(&[command, &[name]].concat())).sum();
    }
    let section = section(command);
    let words = help.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'));
    let mut options: Vec<&str> = words.filter(|word| word.starts_with("--") && word.len() > 2).collect();
    options.sort_unstable();
    options.dedup();
    for option in &options {
        let known = section.contains(&format!("`{option}`"))
            || section.contains(&format!("`{option} "))
            || *option == "--help";
        assert!(known, "`rowport {}` has {option}, which the page does not have", command.join(" "));
    }
    // And nothing that is not there.
    for option in section.split('`').skip(1).step_by(2).filter(|code| code.starts_with("--")) {
        let name = option.split(' ').next().unwrap_or_default();
        assert!(options.contains(&name), "`rowport {}` has no {name}", command.join(" "));
    }
    options.len()
}

#[test]
fn the_page_has_every_command_and_every_option() {
    let options = check(&[]);
    assert!(options > 40, "only {options} options were looked for");
}

#[test]
fn the_page_begins_with_every_command() {
    let list = PAGE.split("\n\n").nth(1).unwrap();
    let named: Vec<&str> =
        list.lines().filter_map(|line| line.trim().strip_prefix("rowport ")?.split(' ').next()).collect();
    let help = help(&[]);
    assert_eq!(named, subcommands(&help));
}

#[test]
fn the_page_has_the_exit_codes_that_the_help_has() {
    let help = help(&[]);
    let codes = help.split("Exit codes:\n").nth(1).unwrap();
    for line in codes.lines().filter(|line| !line.trim().is_empty()) {
        let (code, meaning) = line.trim().split_once(' ').unwrap();
        let row = format!("| {code} | {} |", meaning.trim());
        assert!(PAGE.contains(&row), "the page does not have {row}");
    }
}
