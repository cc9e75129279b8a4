//! Phone numbers.

use std::fmt;

use phonenumber::country;

/// In bytes: a number of 15 digits (ITU-T E.164) with room for how people space it.
const MAX_BYTES: usize = 40;

/// Why a number is refused. Never shows the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Not the code of a country that has phone numbers.
    #[error("The country is not an ISO 3166-1 alpha-2 code.")]
    Country,
    /// Not a number that the numbering plan of its country has.
    #[error("This is not a phone number.")]
    Malformed,
}

/// A number that exists in its country's numbering plan, in the form of E.164: `+46701740605`.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    e164: String,
}

impl Phone {
    /// Reads a number as dialled within `country` (ISO 3166-1 alpha-2), or with `+` and its own.
    /// Digits, spaces and `+ - . / ( )`: words, short numbers and extensions are refused.
    ///
    /// # Errors
    /// Any [`PhoneError`].
    pub fn parse(text: &str, country: &str) -> Result<Self, PhoneError> {
        let country = country.to_ascii_uppercase().parse::<country::Id>().map_err(|_| PhoneError::Country)?;
        // The parser looks for a number anywhere in a text; here the whole text has to be one.
        if text.len() > MAX_BYTES || !text.chars().all(is_usual) {
            return Err(PhoneError::Malformed);
        }
        let number = phonenumber::parse(Some(country), text.trim()).map_err(|_| PhoneError::Malformed)?;
        if number.extension().is_some() || !number.is_valid() {
            return Err(PhoneError::Malformed);
        }
        Ok(Self { e164: number.format().mode(phonenumber::Mode::E164).to_string() })
    }

    /// E.164, the one form to keep, look up and dial.
    pub fn e164(&self) -> &str {
        &self.e164
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(hidden)")
    }
}

fn is_usual(c: char) -> bool {
    c.is_ascii_digit() || c.is_whitespace() || "+-./()\u{2010}\u{2011}\u{2012}\u{2013}".contains(c)
}

/// Numbers that the Swedish Post and Telecom Authority keeps free for fiction.
#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn swedish_numbers_in_every_spelling() {
        for text in [
            "070-174 06 05",
            "+46701740605",
            "0701740605",
            "+46 70 174 06 05",
            "+46 (0)70-174 06 05",
            "0046701740605",
            " 070/174\u{a0}06 05 ",
            "070\u{2013}1740605",
        ] {
            assert_eq!(Phone::parse(text, "SE").unwrap().e164(), "+46701740605", "{text}");
        }
        assert_eq!(Phone::parse("08-465 004 00", "se").unwrap().e164(), "+46846500400");
    }

    #[test]
    fn a_foreign_number_keeps_its_country() {
        assert_eq!(Phone::parse("+44 20 7946 0958", "SE").unwrap().e164(), "+442079460958");
        assert_eq!(Phone::parse("020 7946 0958", "GB").unwrap().e164(), "+442079460958");
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in [
            "",
            "070",
            "112",
            "call 070-174 06 05",
            "070-174 06 05 ext 3",
            "+999 70 174 06 05",
            "+46",
            "070-174 06 05, 070-174 06 06",
            "00000000000",
            "07017406050701740605",
            "+",
            "()",
        ] {
            assert_eq!(Phone::parse(text, "SE"), Err(PhoneError::Malformed), "{text}");
        }
        for country in ["", "Sweden", "S", "ZZ"] {
            assert_eq!(Phone::parse("0701740605", country), Err(PhoneError::Country), "{country}");
        }
        assert_eq!(format!("{:?}", Phone::parse("0701740605", "SE")), "Ok(Phone(hidden))");
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in any::<String>(), near in "[0-9+() /.-]{0,24}") {
            let _ = Phone::parse(&text, "SE");
            if let Ok(phone) = Phone::parse(&near, "SE") {
                prop_assert_eq!(Phone::parse(phone.e164(), "NO"), Ok(phone));
            }
        }
    }
}
