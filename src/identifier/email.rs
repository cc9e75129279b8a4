//! E-mail addresses.

use std::fmt;

use email_address::{EmailAddress, Options};

use super::text::deceives;

/// In bytes: a path of 256 (RFC 5321 §4.5.3.1.3) less its angle brackets.
const MAX_BYTES: usize = 254;

/// Why an address is refused. Never shows the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Longer than 254 bytes.
    #[error("The e-mail address is longer than 254 bytes.")]
    TooLong,
    /// Not an address, or more than one, or one with a name beside it.
    #[error("This is not an e-mail address.")]
    Malformed,
}

/// A valid address (RFC 5321, RFC 6531), in the form given, to write to, and in one to be found by.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    as_given: String,
    normalized: String,
}

impl Email {
    /// Reads an address, white space around it aside: a mailbox at a domain of at least two labels,
    /// without a display name.
    ///
    /// Letters outside ASCII are kept as they come: the same address composed otherwise (Unicode NFC
    /// against NFD) is another address here.
    ///
    /// # Errors
    /// Any [`EmailError`].
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        // The parser lets everything beyond ASCII pass, white space among it.
        if text.chars().any(|c| deceives(c) || (c.is_whitespace() && !c.is_ascii())) {
            return Err(EmailError::Malformed);
        }
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        EmailAddress::parse_with_options(text, options).map_err(|_| EmailError::Malformed)?;
        let normalized = text.to_lowercase();
        Ok(Self { as_given: text.to_owned(), normalized })
    }

    /// As the customer wrote it: the form to write to, since a mail server may tell case apart before
    /// the `@` (RFC 5321 §2.4).
    pub fn as_given(&self) -> &str {
        &self.as_given
    }

    /// The form to look up by: all in lower case, since in practice no server does.
    pub fn normalized(&self) -> &str {
        &self.normalized
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_what_was_given_and_finds_in_lower_case() {
        let email = Email::parse(" Anna.Öberg+brev@Example.SE\n").unwrap();
        assert_eq!(email.as_given(), "Anna.Öberg+brev@Example.SE");
        assert_eq!(email.normalized(), "anna.öberg+brev@example.se");
        assert_eq!(format!("{email:?}"), "Email(hidden)");
    }

    #[test]
    fn refuses_what_is_not_one_address() {
        for text in [
            "",
            "anna",
            "@example.se",
            "anna@",
            "anna@example",
            "anna@@example.se",
            "a b@example.se",
            "Anna <anna@example.se>",
            "<anna@example.se>",
            "anna@example.se, bo@example.se",
            "anna@example.se\r\nBcc: bo@example.se",
            "anna@[127.0.0.1]",
            "anna@example..se",
            "an\u{202e}na@example.se",
            "an\u{a0}na@example.se",
            "anna\0@example.se",
            "anna@-example.se",
        ] {
            assert_eq!(Email::parse(text), Err(EmailError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn refuses_what_no_server_takes_for_length() {
        let of = |length: usize| format!("{}@{}se", "a".repeat(length - 195), "abc.".repeat(48));
        assert!(Email::parse(&of(254)).is_ok());
        assert_eq!(Email::parse(&of(255)), Err(EmailError::TooLong));
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in any::<String>()) {
            let _ = Email::parse(&text);
        }

        #[test]
        fn case_and_surrounding_space_do_not_matter_to_the_look_up(text in "[a-zA-Z0-9]{1,12}@[a-zA-Z]{1,12}\\.se") {
            let email = Email::parse(&text).unwrap();
            let upper = Email::parse(&format!(" {}\t", text.to_uppercase())).unwrap();
            prop_assert_eq!(email.normalized(), upper.normalized());
            let again = Email::parse(email.normalized()).unwrap();
            prop_assert_eq!(again.normalized(), email.normalized());
        }
    }
}
