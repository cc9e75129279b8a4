//! Text that people write and others read: no characters that hide, reorder or break a line.

/// Checks on human text. The length is counted in characters (Unicode scalar values), not bytes.
#[derive(Clone, Copy, Debug)]
pub struct Text;

/// Why a text is refused. Never shows the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextProblem {
    /// Nothing but white space.
    #[error("The text is empty.")]
    Empty,
    /// Longer than the field allows.
    #[error("The text is longer than {max} characters.")]
    TooLong {
        /// How many characters the field allows.
        max: usize,
    },
    /// A control character, a line separator, or a mark that turns the direction of writing.
    #[error("The text has a character that cannot be shown.")]
    Control,
    /// Of a key: a character that is not seen, or one that can be written in another way as well.
    #[error(
        "The text has a character that is not seen, or that is put together of several: write it in the form NFC of Unicode."
    )]
    Ambiguous,
}

impl Text {
    /// One line: the text without white space around it.
    ///
    /// # Errors
    /// Any [`TextProblem`]; line breaks and tabs inside the text are [`TextProblem::Control`].
    pub fn line(text: &str, max_chars: usize) -> Result<String, TextProblem> {
        check(text.trim(), max_chars, deceives)?;
        Ok(text.trim().to_owned())
    }

    /// One line that is compared with others, as a customer's number is: two that look the same are the same, as far as that can be
    /// told by their characters.
    ///
    /// # Errors
    /// Any [`TextProblem`].
    pub fn key(text: &str, max_chars: usize) -> Result<String, TextProblem> {
        let key = Self::line(text, max_chars)?;
        if key.chars().any(is_unseen) || !unicode_normalization::is_nfc(&key) {
            return Err(TextProblem::Ambiguous);
        }
        Ok(key)
    }

    /// Several lines: as [`Text::line`], with newlines and tabs allowed. The line ends of forms
    /// (`\r\n`) become newlines.
    ///
    /// # Errors
    /// Any [`TextProblem`].
    pub fn block(text: &str, max_chars: usize) -> Result<String, TextProblem> {
        let text = text.trim().replace("\r\n", "\n");
        check(&text, max_chars, |c| deceives(c) && !matches!(c, '\n' | '\t'))?;
        Ok(text)
    }
}

fn check(text: &str, max: usize, refused: impl Fn(char) -> bool) -> Result<(), TextProblem> {
    if text.is_empty() {
        return Err(TextProblem::Empty);
    }
    // One more than allowed tells it: a text of any length costs no more than that.
    if text.chars().nth(max).is_some() {
        return Err(TextProblem::TooLong { max });
    }
    if text.chars().any(refused) {
        return Err(TextProblem::Control);
    }
    Ok(())
}

/// Control characters, line and paragraph separators, and the embeddings, overrides and isolates of
/// the bidirectional algorithm (Unicode UAX #9 §2), which can make a text read otherwise than it is.
pub(super) fn deceives(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// What is not seen by itself: the property `Default_Ignorable_Code_Point` of the Unicode Character Database.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_trimmed_and_counted_in_characters() {
        assert_eq!(Text::line("  Åsa Öberg\u{a0}\n", 9).unwrap(), "Åsa Öberg");
        assert_eq!(Text::line("Åsa Öberg", 8), Err(TextProblem::TooLong { max: 8 }));
        assert_eq!(Text::line(" \t\n", 8), Err(TextProblem::Empty));
    }

    #[test]
    fn characters_that_hide_or_turn_are_refused() {
        for c in ['\0', '\u{7}', '\u{7f}', '\u{85}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{2067}', '\r'] {
            let text = format!("a{c}b");
            assert_eq!(Text::line(&text, 9), Err(TextProblem::Control), "{c:?}");
            assert_eq!(Text::block(&text, 9), Err(TextProblem::Control), "{c:?}");
        }
    }

    #[test]
    fn keys_that_look_the_same_are_the_same() {
        assert_eq!(Text::key(" K-Åsa-1 ", 9).unwrap(), "K-Åsa-1");
        for text in ["K-A\u{30a}sa", "K-1\u{200b}", "K\u{ad}-1", "\u{feff}K-1", "K-1\u{fe0f}", "\u{212b}-1"] {
            assert_eq!(Text::key(text, 9), Err(TextProblem::Ambiguous), "{text:?}");
        }
    }

    #[test]
    fn only_blocks_have_lines() {
        assert_eq!(Text::block("one\r\n\ttwo\n", 8).unwrap(), "one\n\ttwo");
        assert_eq!(Text::line("one\ntwo", 8), Err(TextProblem::Control));
        assert_eq!(Text::line("one\ttwo", 8), Err(TextProblem::Control));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_accepted_again_unchanged(text in any::<String>(), max in 0_usize..40) {
            if let Ok(line) = Text::line(&text, max) {
                prop_assert!(line.chars().count() <= max && !line.chars().any(deceives));
                prop_assert_eq!(Text::line(&line, max), Ok(line));
            }
            if let Ok(block) = Text::block(&text, max) {
                prop_assert_eq!(Text::block(&block, max), Ok(block));
            }
        }
    }
}
