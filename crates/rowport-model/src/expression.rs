use thiserror::Error;

/// A column computed from others: `profit = "price_cents * quantity - cost_cents"`.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputedColumn {
    /// The name that views use.
    pub name: String,
    /// How it is computed.
    pub expression: Expression,
}

/// Arithmetic over columns and numbers, or texts joined with `||`. NULL in arithmetic makes NULL; in a joined text
/// it is the empty text. `/` divides as floating point, and by zero gives NULL.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A column by name.
    Column(String),
    /// A number, as its digits.
    Number(String),
    /// A text.
    Text(String),
    /// `left operator right`, the operator being `+`, `-`, `*` or `/`.
    Binary(Box<Expression>, char, Box<Expression>),
    /// Texts one after another.
    Concat(Vec<Expression>),
}

/// An expression that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the expression cannot be read at character {}: {message}", position + 1)]
pub struct ExpressionError {
    /// Characters before the place, from 0.
    pub position: usize,
    /// What was expected.
    pub message: String,
}

impl Expression {
    /// Reads `a * 2 - (b + c)` or `first || ' ' || last`. A column whose name is not a plain word is written in
    /// double quotes, a text in single ones.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let characters: Vec<char> = text.chars().collect();
        let mut parser = Parser { characters: &characters, at: 0, depth: 0 };
        let expression = parser.concat()?;
        parser.spaces();
        match parser.at == characters.len() {
            true => Ok(expression),
            false => Err(parser.wrong("expected `+`, `-`, `*`, `/`, `||` or the end")),
        }
    }

    /// The names of all columns in it.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Column(name) => vec![name],
            Self::Number(_) | Self::Text(_) => Vec::new(),
            Self::Binary(left, _, right) => [left.columns(), right.columns()].concat(),
            Self::Concat(parts) => parts.iter().flat_map(Self::columns).collect(),
        }
    }
}

/// Deeper expressions are refused rather than risking the stack.
const MAX_DEPTH: usize = 32;

struct Parser<'a> {
    characters: &'a [char],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn concat(&mut self) -> Result<Expression, ExpressionError> {
        let mut parts = vec![self.sum()?];
        while self.sign("||") {
            parts.push(self.sum()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Concat(parts) })
    }

    fn sum(&mut self) -> Result<Expression, ExpressionError> {
        let mut left = self.product()?;
        while let Some(operator) = self.one_of(&['+', '-']) {
            left = Expression::Binary(Box::new(left), operator, Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expression, ExpressionError> {
        let mut left = self.atom()?;
        while let Some(operator) = self.one_of(&['*', '/']) {
            left = Expression::Binary(Box::new(left), operator, Box::new(self.atom()?));
        }
        Ok(left)
    }

    fn atom(&mut self) -> Result<Expression, ExpressionError> {
        self.spaces();
        match self.characters.get(self.at).copied() {
            Some('(') => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(self.wrong(&format!("parentheses nest deeper than {MAX_DEPTH}")));
                }
                self.at += 1;
                let inner = self.concat()?;
                self.depth -= 1;
                if self.sign(")") { Ok(inner) } else { Err(self.wrong("expected `)`")) }
            }
            Some('"') => self.quoted('"').map(Expression::Column),
            Some('\'') => self.quoted('\'').map(Expression::Text),
            Some(c) if c.is_ascii_digit() => {
                let digits = self.word(|c| c.is_ascii_digit() || c == '.');
                match digits.matches('.').count() <= 1 && !digits.ends_with('.') {
                    true => Ok(Expression::Number(digits)),
                    false => Err(self.wrong("expected a number such as `12` or `0.5`")),
                }
            }
            Some(c) if c.is_alphabetic() || c == '_' => {
                Ok(Expression::Column(self.word(|c| c.is_alphanumeric() || c == '_' || c == '.')))
            }
            _ => Err(self.wrong("expected a column, a number, a text or `(`")),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, ExpressionError> {
        let start = self.at;
        self.at += 1;
        let mut content = String::new();
        loop {
            match self.characters.get(self.at) {
                None => {
                    return Err(ExpressionError {
                        position: start,
                        message: "this quote is never closed".to_owned(),
                    });
                }
                Some(&c) if c == quote && self.characters.get(self.at + 1) == Some(&quote) => self.at += 1,
                Some(&c) if c == quote => break,
                Some(_) => {}
            }
            content.push(self.characters[self.at]);
            self.at += 1;
        }
        self.at += 1;
        Ok(content)
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.characters.get(self.at).is_some_and(|c| belongs(*c)) {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect()
    }

    fn one_of(&mut self, signs: &[char]) -> Option<char> {
        self.spaces();
        let found = self.characters.get(self.at).copied().filter(|c| signs.contains(c))?;
        self.at += 1;
        Some(found)
    }

    fn sign(&mut self, sign: &str) -> bool {
        self.spaces();
        let found = sign.chars().enumerate().all(|(i, c)| self.characters.get(self.at + i) == Some(&c));
        self.at += if found { sign.len() } else { 0 };
        found
    }

    fn spaces(&mut self) {
        while self.characters.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    fn wrong(&self, message: &str) -> ExpressionError {
        ExpressionError { position: self.at, message: message.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_bind_before_sums() {
        let expression = Expression::parse("price * 2 - \"unit cost\"").unwrap();
        assert_eq!(expression.columns(), ["price", "unit cost"]);
        assert!(matches!(expression, Expression::Binary(_, '-', _)));
        assert!(
            matches!(Expression::parse("a || ' ' || b").unwrap(), Expression::Concat(parts) if parts.len() == 3)
        );
    }

    #[test]
    fn errors_say_where() {
        for (text, position) in [("a +", 3), ("(a", 2), ("a b", 2), ("'x", 0), ("1.2.3", 5)] {
            assert_eq!(Expression::parse(text).unwrap_err().position, position, "{text}");
        }
        assert!(Expression::parse(&"(".repeat(10_000)).unwrap_err().message.contains("32"));
    }
}
