//! What a column seems to hold: by what it is called, in Swedish or in English, and by what of its values are in a form that
//! is known. Only their numbers are seen here.

use crate::{connector::sql::DescribedColumn, policy::ProfileField};
use entity::{enums::SubjectKeyKind, ids::CategoryKey};

/// Why a category is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The column's name.
    Name,
    /// Its values.
    Content,
}

/// A category that a column seems to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub category: CategoryKey,
    pub grounds: Vec<Ground>,
    /// Of the values that were looked at, those in the category's form; none where it has none.
    pub valid: Option<u32>,
}

/// The forms that values are tried for, in the order of what they are told by.
pub(super) const FORMS: [(ProfileField, SubjectKeyKind); 3] = [
    (ProfileField::Email, SubjectKeyKind::Email),
    (ProfileField::NationalId, SubjectKeyKind::NationalId),
    (ProfileField::Phone, SubjectKeyKind::Phone),
];

const NAME: &str = "user.name";
const ADDRESS: &str = "user.contact.address";
const BORN: &str = "user.demographic.date_of_birth";

/// Words as they stand in names of columns, without their marks, and what they mean. `true`: only where nothing else is said.
const WORDS: &[(&str, &str, bool)] = &[
    ("email", "user.contact.email", false),
    ("epost", "user.contact.email", false),
    ("mail", "user.contact.email", false),
    ("mejl", "user.contact.email", false),
    ("phone", "user.contact.phone_number", false),
    ("telephone", "user.contact.phone_number", false),
    ("phonenumber", "user.contact.phone_number", false),
    ("mobile", "user.contact.phone_number", false),
    ("cell", "user.contact.phone_number", true),
    ("tel", "user.contact.phone_number", false),
    ("telefon", "user.contact.phone_number", false),
    ("telefonnr", "user.contact.phone_number", false),
    ("telefonnummer", "user.contact.phone_number", false),
    ("mobil", "user.contact.phone_number", false),
    ("mobilnr", "user.contact.phone_number", false),
    ("mobilnummer", "user.contact.phone_number", false),
    ("mobiltelefon", "user.contact.phone_number", false),
    ("personnr", "user.government_id.national_identification_number", false),
    ("personnummer", "user.government_id.national_identification_number", false),
    ("pnr", "user.government_id.national_identification_number", true),
    ("samordningsnummer", "user.government_id.national_identification_number", false),
    ("orgnr", "user.government_id.national_identification_number", false),
    ("organisationsnummer", "user.government_id.national_identification_number", false),
    ("nationalid", "user.government_id.national_identification_number", false),
    ("ssn", "user.government_id.national_identification_number", false),
    ("name", NAME, true),
    ("namn", NAME, true),
    ("kundnamn", NAME, false),
    ("customername", NAME, false),
    ("kontaktnamn", NAME, false),
    ("contactname", NAME, false),
    ("fullname", NAME, false),
    ("firstname", NAME, false),
    ("lastname", NAME, false),
    ("givenname", NAME, false),
    ("familyname", NAME, false),
    ("surname", NAME, false),
    ("fornamn", NAME, false),
    ("efternamn", NAME, false),
    ("address", ADDRESS, false),
    ("adress", ADDRESS, false),
    ("postadress", ADDRESS, false),
    ("gatuadress", ADDRESS, false),
    ("gata", ADDRESS, false),
    ("street", ADDRESS, false),
    ("postnr", ADDRESS, false),
    ("postnummer", ADDRESS, false),
    ("postcode", ADDRESS, false),
    ("postalcode", ADDRESS, false),
    ("zip", ADDRESS, false),
    ("zipcode", ADDRESS, false),
    ("ort", ADDRESS, true),
    ("postort", ADDRESS, false),
    ("city", ADDRESS, false),
    ("born", BORN, true),
    ("birthdate", BORN, false),
    ("birthday", BORN, false),
    ("dateofbirth", BORN, false),
    ("fodelsedatum", BORN, false),
    ("fodd", BORN, true),
];

/// What a system of the company's own calls the customer's number, and what it calls its own record.
const OURS: &[&str] = &[
    "kundnr",
    "kundnummer",
    "customernumber",
    "customerno",
    "customernr",
    "customerreference",
    "reference",
    "referens",
];
const THEIRS: &[&str] = &["kundid", "customerid", "userid", "personid", "externalid"];

/// The words of a name: `customerEmail`, `customer_e-mail` and `KUND_EPOST` are of two each.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_small = false;
    for c in name.chars() {
        let breaks = !c.is_alphanumeric() || (c.is_uppercase() && before_is_small);
        if breaks && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        before_is_small = c.is_lowercase();
        let plain = c.to_lowercase().filter(|c| c.is_alphanumeric()).map(|c| match c {
            'å' | 'ä' => 'a',
            'ö' => 'o',
            'é' => 'e',
            c => c,
        });
        if let Some(word) = words.last_mut() {
            word.extend(plain);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a run of the words is this one. `e_mail` is `email`.
fn says(words: &[String], word: &str, alone: bool) -> bool {
    if alone {
        return words.concat() == word;
    }
    let runs = (0..words.len()).flat_map(|from| (from + 1..=words.len()).map(move |to| (from, to)));
    runs.into_iter().any(|(from, to)| words[from..to].concat() == word)
}

fn by_name(name: &str) -> Option<&'static str> {
    let words = words(name);
    // The longest says most.
    let said = WORDS.iter().filter(|(word, _, alone)| says(&words, word, *alone));
    said.max_by_key(|(word, ..)| word.len()).map(|(_, category, _)| *category)
}

/// Which form the values are in, if most of them are in one.
fn by_content(column: &DescribedColumn) -> Option<usize> {
    let looked_at = column.looked_at.filter(|looked_at| *looked_at > 0)?;
    // A number of many digits may by chance be a phone number, so more of them have to be.
    let share = [2, 2, 5];
    let kept = |at: usize| column.valid[at] * share[at] >= looked_at * (share[at] - 1);
    (0..FORMS.len()).find(|at| kept(*at) && column.valid[*at] > 0)
}

/// What a column seems to hold, of the categories that there are.
pub(super) fn propose(column: &DescribedColumn, is_known: impl Fn(&CategoryKey) -> bool) -> Option<Proposal> {
    let (name, content) = (by_name(&column.name), by_content(column));
    let seen = content.map(|at| FORMS[at].0.category());
    let category = CategoryKey::from(seen.or(name)?);
    let mut grounds = Vec::new();
    if name == Some(category.as_str()) {
        grounds.push(Ground::Name);
    }
    if seen.is_some() {
        grounds.push(Ground::Content);
    }
    let form = FORMS.iter().position(|(field, _)| field.category() == category.as_str());
    let valid = form.filter(|_| column.looked_at.is_some()).map(|at| column.valid[at]);
    is_known(&category).then_some(Proposal { category, grounds, valid })
}

/// As what a column could say whose a row is.
pub(super) fn subject_key(column: &DescribedColumn, is_key: bool) -> Option<SubjectKeyKind> {
    let words = words(&column.name);
    let any = |all: &[&str]| all.iter().any(|word| says(&words, word, false));
    if any(OURS) {
        return Some(SubjectKeyKind::Reference);
    }
    if let Some(at) = by_content(column) {
        return Some(FORMS[at].1);
    }
    (any(THEIRS) || is_key).then_some(SubjectKeyKind::ExternalReference)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::sql::Holds;

    fn column(name: &str, looked_at: u32, valid: [u32; 3]) -> DescribedColumn {
        let name = name.to_owned();
        DescribedColumn {
            name,
            holds: Holds::Text,
            nullable: true,
            unique: false,
            looked_at: Some(looked_at),
            valid,
        }
    }

    #[test]
    fn names_are_understood_in_both_languages() {
        for (name, category) in [
            ("email", Some("user.contact.email")),
            ("E_MAIL", Some("user.contact.email")),
            ("kundEpost", Some("user.contact.email")),
            ("e-post", Some("user.contact.email")),
            ("mail_address", Some(ADDRESS)),
            ("mobiltelefon", Some("user.contact.phone_number")),
            ("Telefon_nr", Some("user.contact.phone_number")),
            ("personnr", Some("user.government_id.national_identification_number")),
            ("org_nr", Some("user.government_id.national_identification_number")),
            ("förnamn", Some(NAME)),
            ("last_name", Some(NAME)),
            ("name", Some(NAME)),
            ("file_name", None),
            ("gatuadress", Some(ADDRESS)),
            ("post_nr", Some(ADDRESS)),
            ("Ort", Some(ADDRESS)),
            ("import", None),
            ("date_of_birth", Some(BORN)),
            ("total", None),
        ] {
            assert_eq!(by_name(name), category, "{name}");
        }
    }

    #[test]
    fn content_goes_before_names_and_needs_most_of_the_values() {
        let all = |_: &CategoryKey| true;
        let proposed = |name: &str, valid| propose(&column(name, 10, valid), all);
        let both = proposed("email", [9, 0, 0]).unwrap();
        assert_eq!((both.grounds, both.valid), (vec![Ground::Name, Ground::Content], Some(9)));
        let name_only = proposed("email", [4, 0, 0]).unwrap();
        assert_eq!((name_only.grounds, name_only.valid), (vec![Ground::Name], Some(4)));
        let seen = proposed("notes", [0, 10, 0]).unwrap();
        assert_eq!((seen.category.as_str(), seen.grounds), (FORMS[1].0.category(), vec![Ground::Content]));
        assert_eq!(proposed("notes", [0, 0, 7]), None);
        assert_eq!(
            proposed("email", [9, 0, 0])
                .filter(|_| propose(&column("email", 10, [9, 0, 0]), |_| false).is_some()),
            None
        );
        assert_eq!(subject_key(&column("kund_nr", 0, [0; 3]), false), Some(SubjectKeyKind::Reference));
        assert_eq!(subject_key(&column("x", 3, [3, 0, 0]), true), Some(SubjectKeyKind::Email));
        assert_eq!(subject_key(&column("id", 0, [0; 3]), true), Some(SubjectKeyKind::ExternalReference));
        assert_eq!(subject_key(&column("notes", 0, [0; 3]), false), None);
    }
}
