//! The Swedish identity numbers of people and of legal persons, in one form.
//!
//! - *Personnummer* (folkbokföringslagen 1991:481 §18): date of birth, serial 001-999, check digit.
//! - *Samordningsnummer* (lagen 2022:1697 om samordningsnummer): the same with 60 added to the day,
//!   for people who are not in the population register.
//! - *Organisationsnummer* (lagen 1974:174): ten digits, the third at least 2, so that it never reads
//!   as a date. A sole trader has none and is known by the personnummer.

use std::fmt;

use jiff::civil::Date;

/// What the Swedish Tax Agency writes where a person's number has the century.
const ORGANISATION: &str = "16";

/// Which of the three a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NationalIdKind {
    /// A person in the population register.
    Personnummer,
    /// A person outside it.
    Samordningsnummer,
    /// A legal person.
    Organisationsnummer,
}

/// Why a number is refused. Never shows the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NationalIdError {
    /// Not ten or twelve digits with at most one sign, before the last four.
    #[error("This is not a national id: ten or twelve digits.")]
    Malformed,
    /// No such day, or one that has not come yet, or a `+` for somebody younger than it says.
    #[error("The national id has no date of birth that can be.")]
    Date,
    /// The serial 000, which is never given.
    #[error("The national id has a serial that is never given.")]
    Serial,
    /// An organisationsnummer whose first digit stands for no legal form.
    #[error("The national id begins with a digit that stands for no form of organization.")]
    LegalForm,
    /// Most often a slip of the finger.
    #[error("The national id has a wrong check digit.")]
    CheckDigit,
}

/// A valid number. It has no `Display`, lest it be shown in full by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct NationalId {
    normalized: String,
    kind: NationalIdKind,
}

impl NationalId {
    /// Reads a number in any usual way of writing: ten or twelve digits, spaces anywhere, `-` before
    /// the last four, or `+` there from the year in which the person turns a hundred.
    ///
    /// Without a century it is the latest one whose day has come by `today`.
    ///
    /// # Errors
    /// Any [`NationalIdError`].
    pub fn parse(text: &str, today: Date) -> Result<Self, NationalIdError> {
        let (digits, is_old) = read(text)?;
        let id = if digits.len() == 12 {
            Self::from_normalized(&digits)?
        } else {
            Self::from_normalized(&format!("{}{digits}", century(&digits, is_old, today)?))?
        };
        let newest_year = today.year() - if is_old { 100 } else { 0 };
        match id.born() {
            Some(born) if born > today || born.year() > newest_year => Err(NationalIdError::Date),
            None if is_old => Err(NationalIdError::Malformed),
            _ => Ok(id),
        }
    }

    /// Reads the form that [`NationalId::normalized`] gives. Does not mind dates to come.
    ///
    /// # Errors
    /// Any [`NationalIdError`].
    pub fn from_normalized(digits: &str) -> Result<Self, NationalIdError> {
        if digits.len() != 12 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NationalIdError::Malformed);
        }
        let (century, ten) = digits.split_at(2);
        let kind = match (century, is_organisation(ten)) {
            (ORGANISATION, true) => NationalIdKind::Organisationsnummer,
            (ORGANISATION, false) => return Err(NationalIdError::Malformed),
            _ if &digits[6..8] > "60" => NationalIdKind::Samordningsnummer,
            _ => NationalIdKind::Personnummer,
        };
        if kind == NationalIdKind::Organisationsnummer {
            // 1 estates, 2 state and municipalities, 3 foreign companies, 5 limited companies, 6 simple
            // partnerships, 7 economic associations, 8 associations and foundations, 9 partnerships.
            if ten.starts_with(['0', '4']) {
                return Err(NationalIdError::LegalForm);
            }
        } else {
            // The oldest century that the register has.
            if century < "18" || date(digits).is_none() {
                return Err(NationalIdError::Date);
            }
            if &digits[8..11] == "000" {
                return Err(NationalIdError::Serial);
            }
        }
        if !has_check_digit(ten) {
            return Err(NationalIdError::CheckDigit);
        }
        Ok(Self { normalized: digits.to_owned(), kind })
    }

    /// Which of the three it is.
    pub fn kind(&self) -> NationalIdKind {
        self.kind
    }

    /// Twelve digits, the one form to keep and look up: `199001019802`, or `16` and the ten of an
    /// organisationsnummer, as the Swedish Tax Agency does.
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// What anybody who may see the profile sees: `19900101-****`; a legal person's number is public
    /// and shown in full.
    pub fn masked(&self) -> String {
        match self.kind {
            NationalIdKind::Organisationsnummer => self.full(),
            _ => format!("{}-****", &self.normalized[..8]),
        }
    }

    /// All of it, as people read it: `19900101-9802`, `556036-0793`.
    pub fn full(&self) -> String {
        let (front, back) = self.normalized.split_at(8);
        match self.kind {
            NationalIdKind::Organisationsnummer => format!("{}-{back}", &front[2..]),
            _ => format!("{front}-{back}"),
        }
    }

    fn born(&self) -> Option<Date> {
        (self.kind != NationalIdKind::Organisationsnummer).then(|| date(&self.normalized))?
    }
}

impl fmt::Debug for NationalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NationalId({:?}, hidden)", self.kind)
    }
}

/// The ten or twelve digits, and whether the sign among them is a `+`.
fn read(text: &str) -> Result<(String, bool), NationalIdError> {
    let mut digits = String::with_capacity(12);
    let mut sign = None;
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '0'..='9' if digits.len() < 12 => digits.push(c),
            // The dashes are what word processors make of a hyphen.
            '+' | '-' | '\u{2010}'..='\u{2013}' if sign.is_none() => sign = Some((digits.len(), c == '+')),
            _ => return Err(NationalIdError::Malformed),
        }
    }
    let well_placed = sign.is_none_or(|(at, _)| at + 4 == digits.len());
    if !well_placed || !matches!(digits.len(), 10 | 12) {
        return Err(NationalIdError::Malformed);
    }
    Ok((digits, sign.is_some_and(|(_, is_old)| is_old)))
}

/// What goes before ten digits.
fn century(ten: &str, is_old: bool, today: Date) -> Result<String, NationalIdError> {
    if is_organisation(ten) {
        return Ok(ORGANISATION.to_owned());
    }
    let two: i16 = ten[..2].parse().map_err(|_| NationalIdError::Malformed)?;
    let newest = today.year() - if is_old { 100 } else { 0 };
    let century = newest.div_euclid(100) - i16::from(two > newest.rem_euclid(100));
    // A day later this year has not come: then it is a hundred years ago, whatever the sign.
    let is_ahead = date(&format!("{century}{ten}")).is_some_and(|born| born > today);
    Ok((century - i16::from(is_ahead)).to_string())
}

/// A month never begins with more than 1.
fn is_organisation(ten: &str) -> bool {
    ten.as_bytes().get(2).is_some_and(|digit| *digit >= b'2')
}

/// The date of birth that twelve digits begin with, if there was such a day.
fn date(twelve: &str) -> Option<Date> {
    let day: i8 = twelve.get(6..8)?.parse().ok()?;
    let day = if day > 60 { day - 60 } else { day };
    Date::new(twelve.get(..4)?.parse().ok()?, twelve.get(4..6)?.parse().ok()?, day).ok()
}

/// Luhn's: the digits' sum, every other doubled and its own digits added, ends in 0.
fn has_check_digit(ten: &str) -> bool {
    let sum: u32 = (0..)
        .zip(ten.bytes())
        .map(|(place, byte)| u32::from(byte - b'0') * (2 - place % 2))
        .map(|product| product / 10 + product % 10)
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests;
