//! The text notation: `status = "paid" and (price > 100 or item contains "x")`.

use super::{Condition, Filter, FilterError, Literal, Operator};

pub(super) fn read(text: &str) -> Result<Filter, FilterError> {
    let tokens = tokenize(text)?;
    let mut parser = Parser { tokens: &tokens, next: 0, end: text.chars().count(), values: 0 };
    let filter = parser.any(0)?;
    match parser.peek() {
        None => Ok(filter),
        Some(_) => Err(parser.wrong("expected `and`, `or` or the end")),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum TokenKind {
    /// A bare word or number.
    Word(String),
    /// Text in quotes.
    Quoted(String),
    /// One of `= != < <= > >= ( ) ,`.
    Sign(&'static str),
}

#[derive(Debug, Clone)]
struct Token {
    kind: TokenKind,
    position: usize,
}

fn tokenize(text: &str) -> Result<Vec<Token>, FilterError> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let start = at;
        let character = characters[at];
        if character.is_whitespace() {
            at += 1;
            continue;
        }
        let kind = if character == '"' || character == '\'' {
            let (content, end) = quoted(&characters, at)?;
            at = end;
            TokenKind::Quoted(content)
        } else if let Some(sign) = sign(&characters[at..]) {
            at += sign.len();
            TokenKind::Sign(sign)
        } else {
            while at < characters.len() && is_word(characters[at]) {
                at += 1;
            }
            if at == start {
                return Err(FilterError::Text {
                    position: start,
                    message: format!("unexpected `{character}`"),
                });
            }
            TokenKind::Word(characters[start..at].iter().collect())
        };
        tokens.push(Token { kind, position: start });
    }
    Ok(tokens)
}

/// A quote inside is written twice.
fn quoted(characters: &[char], start: usize) -> Result<(String, usize), FilterError> {
    let quote = characters[start];
    let mut content = String::new();
    let mut at = start + 1;
    loop {
        match characters.get(at) {
            None => {
                return Err(FilterError::Text {
                    position: start,
                    message: "this quote is never closed".to_owned(),
                });
            }
            Some(&c) if c == quote && characters.get(at + 1) == Some(&quote) => {
                content.push(quote);
                at += 2;
            }
            Some(&c) if c == quote => return Ok((content, at + 1)),
            Some(&c) => {
                content.push(c);
                at += 1;
            }
        }
    }
}

fn sign(rest: &[char]) -> Option<&'static str> {
    const SIGNS: [&str; 9] = ["!=", "<=", ">=", "=", "<", ">", "(", ")", ","];
    SIGNS.into_iter().find(|sign| sign.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c)))
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '+' | ':' | '@' | '$')
}

/// A bare word that is a number in plain or exponent notation.
pub(super) fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.contains(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'))
        && word.parse::<f64>().is_ok_and(f64::is_finite)
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    end: usize,
    values: usize,
}

impl Parser<'_> {
    fn any(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut parts = vec![self.all(depth)?];
        while self.keyword("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Or(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut parts = vec![self.one(depth)?];
        while self.keyword("and") {
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::And(parts) })
    }

    fn one(&mut self, depth: usize) -> Result<Filter, FilterError> {
        if depth > Filter::MAX_DEPTH {
            return Err(self.wrong(&format!("groups nest deeper than {}", Filter::MAX_DEPTH)));
        }
        if self.keyword("not") {
            return Ok(Filter::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.sign("(") {
            let inner = self.any(depth + 1)?;
            if !self.sign(")") {
                return Err(self.wrong("expected `)`"));
            }
            return Ok(inner);
        }
        self.condition().map(Filter::Condition)
    }

    fn condition(&mut self) -> Result<Condition, FilterError> {
        let column = match self.peek() {
            Some(TokenKind::Word(word)) => word.clone(),
            Some(TokenKind::Quoted(text)) => text.clone(),
            _ => return Err(self.wrong("expected a column")),
        };
        self.next += 1;
        let operator = self.operator()?;
        let values = match (operator, operator.values()) {
            (Operator::InLast | Operator::InNext, _) => vec![self.span()?],
            (_, '0') => Vec::new(),
            (_, '1') => vec![self.value()?],
            (_, '2') => {
                let low = self.value()?;
                if !self.keyword("and") {
                    return Err(self.wrong("expected `and` and the upper end of `between`"));
                }
                vec![low, self.value()?]
            }
            _ => self.list()?,
        };
        Ok(Condition { column, operator, values })
    }

    fn operator(&mut self) -> Result<Operator, FilterError> {
        // Longest first, so that `is not null` is not taken for `is`.
        let mut operators: Vec<Operator> = Operator::ALL.to_vec();
        operators.sort_by_key(|operator| std::cmp::Reverse(operator.text().len()));
        for operator in operators {
            let before = self.next;
            if operator.text().split(' ').all(|word| self.keyword(word) || self.operator_sign(word)) {
                return Ok(operator);
            }
            self.next = before;
        }
        Err(self.wrong("expected an operator such as `=`, `>`, `in`, `contains`, `between` or `is empty`"))
    }

    fn operator_sign(&mut self, sign: &str) -> bool {
        !matches!(sign, "(" | ")" | ",") && self.sign(sign)
    }

    fn list(&mut self) -> Result<Vec<Literal>, FilterError> {
        if !self.sign("(") {
            return Err(self.wrong("expected a list in parentheses"));
        }
        let mut values = Vec::new();
        if self.sign(")") {
            return Ok(values);
        }
        loop {
            values.push(self.value()?);
            if self.sign(")") {
                return Ok(values);
            }
            if !self.sign(",") {
                return Err(self.wrong("expected `,` or `)`"));
            }
        }
    }

    fn value(&mut self) -> Result<Literal, FilterError> {
        self.values += 1;
        if self.values > Filter::MAX_VALUES {
            return Err(self.wrong(&format!("more than {} values", Filter::MAX_VALUES)));
        }
        let literal = match self.peek() {
            Some(TokenKind::Quoted(text)) => Literal::Text(text.clone()),
            Some(TokenKind::Word(word)) if word == "true" => Literal::Boolean(true),
            Some(TokenKind::Word(word)) if word == "false" => Literal::Boolean(false),
            Some(TokenKind::Word(word)) if is_number(word) => Literal::Number(word.clone()),
            Some(TokenKind::Word(word)) => Literal::Text(word.clone()),
            _ => return Err(self.wrong("expected a value")),
        };
        self.next += 1;
        Ok(literal)
    }

    /// `7 days`, bare or in quotes.
    fn span(&mut self) -> Result<Literal, FilterError> {
        let text = match self.peek() {
            Some(TokenKind::Quoted(text)) => text.clone(),
            Some(TokenKind::Word(count)) => {
                let count = count.clone();
                self.next += 1;
                match self.peek() {
                    Some(TokenKind::Word(unit)) => format!("{count} {unit}"),
                    _ => {
                        return Err(
                            self.wrong("expected a unit: minutes, hours, days, weeks, months or years")
                        );
                    }
                }
            }
            _ => return Err(self.wrong("expected a span such as `7 days`")),
        };
        self.next += 1;
        Ok(Literal::Text(text))
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.peek(), Some(TokenKind::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.next += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(TokenKind::Sign(found)) if *found == sign);
        self.next += usize::from(found);
        found
    }

    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn wrong(&self, message: &str) -> FilterError {
        let position = self.tokens.get(self.next).map_or(self.end, |token| token.position);
        FilterError::Text { position, message: message.to_owned() }
    }
}
