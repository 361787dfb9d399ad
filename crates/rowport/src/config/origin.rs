//! The text that a configuration came from, and where everything stands in it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::problem::{ConfigError, Excerpt, Problem};

/// Something wrong, by its place in the text.
#[derive(Debug, Clone)]
pub(super) struct Mistake {
    pub(super) span: Option<Range<usize>>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What stands there is wrong.
    Content,
    /// Something is missing.
    Absence,
    /// The text is not TOML. What follows may have been read as something else than was meant.
    Syntax,
}

impl Mistake {
    pub(super) fn new(span: Option<Range<usize>>, message: impl Into<String>, hint: Option<String>) -> Self {
        Self { span, message: message.into(), hint, kind: Kind::Content }
    }
}

/// A file's name and text, and where its keys stand. The default is that of no file.
#[derive(Default)]
pub(super) struct Origin {
    file: String,
    text: String,
    keys: BTreeMap<Vec<String>, Range<usize>>,
    /// What is never shown, in order.
    hidden: Vec<Range<usize>>,
}

impl std::fmt::Debug for Origin {
    /// Without the text: it may hold passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Origin").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Origin {
    pub(super) fn new(file: &str, text: &str) -> Self {
        Self { file: file.to_owned(), text: text.to_owned(), ..Self::default() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn remember(&mut self, path: &[String], span: Range<usize>) {
        self.keys.insert(path.to_vec(), span);
    }

    pub(super) fn knows(&self, path: &[String]) -> bool {
        self.keys.contains_key(path)
    }

    /// Whether the key stands in some table of these: `["sources", "datasets"]` are all datasets of all sources.
    pub(super) fn mentions(&self, tables: &[&str], key: &str) -> bool {
        self.keys.keys().any(|path| {
            // Between two tables stands a name that somebody chose.
            let named = path.iter().step_by(2).map(String::as_str);
            path.len() == 2 * tables.len()
                && named.eq(tables.iter().copied())
                && path.ends_with(&[key.to_owned()])
        })
    }

    pub(super) fn hide(&mut self, span: Range<usize>) {
        self.hidden.push(span);
        self.hidden.sort_by_key(|span| span.start);
    }

    /// Where a path stands, or the closest key around it. A source that is not in the file has no place in it.
    pub(super) fn find(&self, path: &[String]) -> Option<Range<usize>> {
        let least = if path.first().is_some_and(|first| first == "sources") { 2 } else { 1 };
        (least..=path.len()).rev().find_map(|length| self.keys.get(&path[..length])).cloned()
    }

    /// Line and column, from 1; columns count characters.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }

    /// The line around a place, without its end.
    pub(super) fn line(&self, offset: usize) -> Range<usize> {
        let offset = offset.min(self.text.len());
        let start = self.text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[start..].find('\n').map_or(self.text.len(), |length| start + length);
        start..end
    }

    /// What the parser says, in the words of this program where they help more.
    pub(super) fn syntax(&self, error: &toml::de::Error) -> Mistake {
        let span = error.span();
        let message = error.message().trim_end_matches(", expected nothing");
        let written = span.clone().and_then(|span| self.text.get(span)).unwrap_or_default();
        let (message, hint, kind) = if message.contains("duplicate key") {
            let name = written.trim_matches(['"', '\'']).escape_debug();
            let hint = "each key and each `[table]` stands once; remove one of them";
            // The first one counts, and everything else was read as it is.
            (format!("`{name}` is there twice"), hint, Kind::Content)
        } else if message.contains("must be quoted") && written.trim().is_empty() {
            (
                "there is no value".to_owned(),
                "text in quotes, a number, `true`, `false` or a list",
                Kind::Syntax,
            )
        } else if message.contains("must be quoted") {
            ("text needs quotes".to_owned(), "such as `label = \"Orders\"`", Kind::Syntax)
        } else if message.contains("invalid basic string") || message.contains("invalid literal string") {
            ("this text is not closed".to_owned(), "it ends with the quote that it begins with", Kind::Syntax)
        } else if message.contains("escape") {
            (message.to_owned(), "in single quotes a backslash is only a backslash", Kind::Syntax)
        } else if message.starts_with("invalid ") {
            (message.to_owned(), "text needs quotes", Kind::Syntax)
        } else {
            (message.to_owned(), "", Kind::Syntax)
        };
        Mistake { span, message, hint: Some(hint.to_owned()).filter(|hint| !hint.is_empty()), kind }
    }

    /// The mistakes as they are shown, in the order of the text.
    ///
    /// From the first line that is not TOML on, only what the parser says is believed: the rest may have been read
    /// as something else, and what is missing may stand where nothing was read.
    pub(super) fn report(&self, mut mistakes: Vec<Mistake>) -> ConfigError {
        let start = |mistake: &Mistake| mistake.span.as_ref().map(|span| span.start);
        let broken = mistakes.iter().filter(|mistake| mistake.kind == Kind::Syntax).filter_map(start).min();
        if let Some(broken) = broken {
            let line = self.line(broken).start;
            mistakes.retain(|mistake| match mistake.kind {
                Kind::Syntax => true,
                Kind::Content => start(mistake).is_some_and(|start| start < line),
                Kind::Absence => false,
            });
        }
        mistakes.sort_by_key(start);
        // Of the syntax errors of one line the first is the cause of the others.
        let line = |mistake: &Mistake| start(mistake).map(|start| self.line(start).start);
        mistakes.dedup_by(|later, earlier| {
            later.kind == Kind::Syntax && earlier.kind == Kind::Syntax && line(later) == line(earlier)
        });
        ConfigError { problems: mistakes.into_iter().map(|mistake| self.problem(mistake)).collect() }
    }

    fn problem(&self, mistake: Mistake) -> Problem {
        let Mistake { span, message, hint, kind: _ } = mistake;
        let place = span.as_ref().map(|span| self.position(span.start));
        Problem {
            file: (!self.file.is_empty()).then(|| self.file.clone()),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            message,
            hint,
            excerpt: span.map(|span| self.excerpt(&span)),
        }
    }

    /// The line of a place with what is hidden cut out.
    fn excerpt(&self, span: &Range<usize>) -> Excerpt {
        let line = self.line(span.start);
        let (mut text, mut width) = (String::new(), 0);
        let (mut from, mut to) = (None, None);
        let mut cut: Option<&Range<usize>> = None;
        for (index, character) in self.text[line.clone()].char_indices() {
            let offset = line.start + index;
            if offset >= span.start && from.is_none() {
                from = Some(width);
            }
            if offset >= span.end && to.is_none() {
                to = Some(width);
            }
            match self.hidden.iter().find(|hidden| hidden.contains(&offset)) {
                // One sign for all of it: even its length is nobody's business.
                Some(hidden) if cut == Some(hidden) => continue,
                Some(hidden) => {
                    cut = Some(hidden);
                    text.push('…');
                }
                None if character == '\r' => continue,
                None if character == '\t' => text.push(' '),
                // What a terminal would obey.
                None if character.is_control() => text.push('�'),
                None => text.push(character),
            }
            width += 1;
        }
        let from = from.unwrap_or(width);
        Excerpt { text, from, length: to.unwrap_or(width).saturating_sub(from).max(1) }.narrowed()
    }
}
