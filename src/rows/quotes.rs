//! Whether quotes are closed, and nothing follows where they are. The parser takes whatever follows for a part of the value, so a quote
//! that is never closed would swallow whole rows up to the next quote.

/// Follows a file's bytes by the parser's own rules.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quotes {
    delimiter: u8,
    place: Place,
    line: u64,
    /// The line that the row begins on.
    row: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Row,
    Field,
    /// Within a value without quotes, where one is a part of it.
    Bare,
    Quoted,
    /// After a quote within quotes: it ends them, or stands for one.
    Quote,
    /// After that, a carriage return.
    Return,
}

impl Quotes {
    pub(super) const fn new(delimiter: u8) -> Self {
        Self { delimiter, place: Place::Row, line: 1, row: 1 }
    }

    /// Goes on. The line that the first row begins on in which something is wrong.
    pub(super) fn go_on(&mut self, bytes: &[u8]) -> Option<u64> {
        for byte in bytes {
            if self.place == Place::Row {
                self.row = self.line;
            }
            self.line += u64::from(*byte == b'\n');
            self.place = match (self.place, *byte) {
                (Place::Quoted, b'"') => Place::Quote,
                (Place::Quoted, _) | (Place::Quote | Place::Row | Place::Field, b'"') => Place::Quoted,
                (_, b'\n') => Place::Row,
                (Place::Quote, b'\r') => Place::Return,
                (Place::Return, _) => return Some(self.row),
                (_, byte) if byte == self.delimiter => Place::Field,
                (Place::Quote, _) => return Some(self.row),
                _ => Place::Bare,
            };
        }
        None
    }

    /// At the end of the file, the line that a row begins on whose quote is not closed.
    pub(super) fn end(&self) -> Option<u64> {
        (self.place == Place::Quoted).then_some(self.row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_end_of_a_quote_is_found() {
        let wrong = |text: &str| {
            // However it is cut into pieces.
            let mut quotes = Quotes::new(b',');
            let piece_by_piece = text.as_bytes().iter().find_map(|byte| quotes.go_on(&[*byte]));
            let mut quotes = Quotes::new(b',');
            let at_once = quotes.go_on(text.as_bytes());
            assert_eq!(piece_by_piece, at_once);
            at_once.or(quotes.end())
        };
        for right in ["a,\"b\"\r\n\"c\",d\n", "\"a\"\"\",\"\"\n\n\"b\nc\"", "a 5\" b,c\"d\n", "a,\"b\"\r"] {
            assert_eq!(wrong(right), None, "{right:?}");
        }
        for (text, line) in [
            ("a\n\nb,\"c\nd,e\nf,\"g\n", 3),
            ("a\n\"b\" ,c\n", 2),
            ("a\n\"b\"\rc\n", 2),
            ("\"a\n\"b\n", 1),
            ("a\n\"b\nc\n", 2),
        ] {
            assert_eq!(wrong(text), Some(line), "{text:?}");
        }
    }
}
