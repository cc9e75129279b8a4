//! What a row says, column by column, before anybody knows what it means.

use super::columns::Kind;

/// Why a row cannot be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The column, if one is to blame.
    pub column: Option<&'static str>,
    /// For a person to read. It never shows the value.
    pub reason: String,
}

impl Wrong {
    pub(super) fn row(reason: impl Into<String>) -> Self {
        Self { column: None, reason: reason.into() }
    }

    pub(super) fn at(column: &'static str, reason: impl Into<String>) -> Self {
        Self { column: Some(column), reason: reason.into() }
    }
}

/// One text for each column of the kind; `None` where the row says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cells {
    kind: Kind,
    texts: Vec<Option<String>>,
}

impl Cells {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, texts: vec![None; kind.columns().len()] }
    }

    /// Sets what a column says. Nothing but white space says nothing.
    pub(super) fn set(&mut self, at: usize, text: &str) -> Result<(), Wrong> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        // As files are written that spreadsheets may open: what they may take for a formula is preceded by an apostrophe. What is one
        // stays refused, so that a row that was left out for it is not brought in by feeding it back.
        let text = text.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(text).trim();
        let column = self.kind.columns()[at].name;
        if text.chars().any(|c| c < ' ' && !matches!(c, '\t' | '\n' | '\r')) {
            return Err(Wrong::at(
                column,
                "there is a character in it that no text has, such as a zero byte",
            ));
        }
        if is_formula(text) {
            let reason = "this is a formula of a spreadsheet, and no value: save the file with values";
            return Err(Wrong::at(column, reason));
        }
        self.texts[at] = Some(text.to_owned());
        Ok(())
    }

    /// What a column says.
    pub(super) fn get(&self, column: &str) -> Option<&str> {
        let at = self.kind.columns().iter().position(|it| it.name == column)?;
        self.texts[at].as_deref()
    }

    /// Takes what a column says.
    pub(super) fn take(&mut self, column: &'static str) -> Option<String> {
        let at = self.kind.columns().iter().position(|it| it.name == column)?;
        self.texts[at].take()
    }

    /// Takes what a column says that has to say something.
    pub(super) fn need(&mut self, column: &'static str, wrong: &mut Vec<Wrong>) -> String {
        self.take(column).unwrap_or_else(|| {
            wrong.push(Wrong::at(column, "this is empty, and needed"));
            String::new()
        })
    }
}

/// What spreadsheets take for the beginning of a formula.
pub(super) const FORMULA: [char; 11] = ['=', '＝', '+', '＋', '-', '－', '@', '＠', '\t', '\r', '\n'];

/// Whether a spreadsheet would calculate it, and nobody is called or reached like that.
fn is_formula(text: &str) -> bool {
    let mut rest = text.chars();
    match rest.next() {
        Some('=' | '＝') => true,
        // A company may be called like that.
        Some('@') => !rest.next().is_some_and(char::is_alphabetic) || text.contains('('),
        // A telephone number, another number, or a dash for nothing.
        Some('+') => !rest.all(is_of_a_number),
        Some('-') => rest.as_str().starts_with('-') || !rest.all(is_of_a_number),
        _ => false,
    }
}

fn is_of_a_number(c: char) -> bool {
    c.is_ascii_digit() || c.is_whitespace() || "()-./,".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::enums::ImportKind;

    #[test]
    fn formulas_are_no_values_made_safe_or_not_and_what_only_looks_like_one_is() {
        let mut cells = Cells::new(Kind::Rows(ImportKind::Customers));
        for formula in [
            "=1+1",
            "＝1+1",
            "@SUM(A1)",
            "@",
            "+cmd|' /C calc'!A0",
            "-1+cmd|' /C calc'!A0",
            "--x",
            "--1",
            "+1+1",
            " =HYPERLINK(\"x\")",
            "'=1+1",
        ] {
            assert_eq!(cells.set(1, formula).unwrap_err().column, Some("name"), "{formula}");
        }
        for (written, value) in [
            ("'+46701740605", "+46701740605"),
            ("+46 (0)70-174 06 05", "+46 (0)70-174 06 05"),
            ("-12,50", "-12,50"),
            ("'-", "-"),
            ("'t Hooft", "'t Hooft"),
            ("@Home AB", "@Home AB"),
            ("'@Home AB", "@Home AB"),
            ("-", "-"),
        ] {
            cells.set(1, written).unwrap();
            assert_eq!(cells.take("name").as_deref(), Some(value));
        }
        cells.set(1, " \u{a0}").unwrap();
        assert_eq!(cells.take("name"), None);
    }

    #[test]
    fn a_zero_byte_is_in_no_value() {
        let mut cells = Cells::new(Kind::Rows(ImportKind::Customers));
        for text in ["A\0B", "\u{1b}[2J"] {
            assert_eq!(cells.set(1, text).unwrap_err().column, Some("name"));
        }
        cells.set(1, "A\tB\r\nC").unwrap();
    }
}
