use std::fmt;

use serde::Serialize;

/// A configuration that cannot be used: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigError {
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file; `None` for a setting that does not come from one.
    pub file: Option<String>,
    /// The line, from 1; `None` when it is about the whole file.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
    #[serde(skip)]
    pub(super) excerpt: Option<Excerpt>,
}

/// A line as it is shown, and the part of it that is meant, in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    pub(super) from: usize,
    pub(super) length: usize,
}

/// A longer line is shown only around the place that is meant.
const WIDEST: usize = 120;

impl Excerpt {
    pub(super) fn narrowed(self) -> Self {
        let characters: Vec<char> = self.text.chars().collect();
        if characters.len() <= WIDEST {
            return self;
        }
        let start = self.from.saturating_sub(WIDEST / 4).min(characters.len() - 1);
        let end = (start + WIDEST).min(characters.len());
        let before = if start > 0 { "…" } else { "" };
        let after = if end < characters.len() { "…" } else { "" };
        let shown: String = characters[start..end].iter().collect();
        let from = self.from - start + usize::from(start > 0);
        Self {
            text: format!("{before}{shown}{after}"),
            from,
            length: self.length.min(end.saturating_sub(self.from).max(1)),
        }
    }
}

impl ConfigError {
    pub(super) fn whole(file: &str, message: String) -> Self {
        let problem = Problem {
            file: Some(file.to_owned()),
            line: None,
            column: None,
            message,
            hint: None,
            excerpt: None,
        };
        Self { problems: vec![problem] }
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    /// How many problems there are, and each as [`Problem`] shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.problems.iter().find_map(|problem| problem.file.as_deref()).unwrap_or("the settings");
        match self.problems.len() {
            1 => write!(f, "1 mistake in {file}")?,
            count => write!(f, "{count} mistakes in {file}")?,
        }
        self.problems.iter().try_for_each(|problem| write!(f, "\n\n{problem}"))
    }
}

impl fmt::Display for Problem {
    /// ```text
    /// error: unknown key `labl`
    ///  --> rowport.toml:9:1
    ///   |
    /// 9 | labl = "Orders"
    ///   | ^^^^
    ///   = hint: did you mean `label`?
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        let number = self.line.map(|line| line.to_string()).unwrap_or_default();
        let margin = " ".repeat(number.len().max(1));
        match (&self.file, self.line, self.column) {
            (Some(file), Some(line), Some(column)) => write!(f, "\n{margin}--> {file}:{line}:{column}")?,
            (Some(file), ..) => write!(f, "\n{margin}--> {file}")?,
            _ => {}
        }
        if let Some(Excerpt { text, from, length }) = &self.excerpt {
            let (text, marks) = (text.trim_end(), "^".repeat(*length));
            write!(f, "\n{margin} |\n{number} | {text}\n{margin} | {}{marks}", " ".repeat(*from))?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n{margin} = hint: {hint}")?;
        }
        Ok(())
    }
}
