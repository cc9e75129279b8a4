//! Whether a mask suits its column.

use super::schema::{Class, Column};
use entity::{connector::Mask, enums::MaskMethod};
use uuid::Uuid;

/// What a mask is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Erase,
    Anonymize,
}

/// What `GENERALIZE` keeps of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// So many first characters of a text.
    Characters(u64),
    /// A number, rounded down to a multiple of this.
    Multiple(u64),
}

/// More first characters of a text than these say too much.
const MOST_CHARACTERS: u64 = 3;

/// A number that is rounded to less than this is nearly what it was.
const LEAST_STEP: u64 = 10;

/// What a parameter of `GENERALIZE` says; `None` where too much would be kept, of texts and of numbers. All that is said of it
/// anywhere goes by this.
#[must_use]
pub fn kept(parameter: Option<&str>) -> Option<Kept> {
    match u64::from(parameter?.parse::<u32>().ok()?) {
        number @ 1..=MOST_CHARACTERS => Some(Kept::Characters(number)),
        number @ LEAST_STEP.. => Some(Kept::Multiple(number)),
        _ => None,
    }
}

/// Why the mask cannot be used at all.
pub(super) fn unfit(column: &Column, mask: &Mask, aim: Aim) -> Option<String> {
    let name = &column.name;
    let parameter = mask.parameter.as_deref();
    let fits = |classes: &[Class]| classes.contains(&column.class);
    match (mask.method, aim) {
        (MaskMethod::Hash, Aim::Anonymize) => Some(format!(
            "`{name}`: HASH makes a pseudonym, which is personal data still. It does not anonymize."
        )),
        (MaskMethod::Hash, Aim::Erase) => Some(format!(
            "`{name}`: HASH leaves a pseudonym that can be told until its key is destroyed. It does not erase."
        )),
        (MaskMethod::Delete, Aim::Anonymize) => {
            Some(format!("`{name}`: DELETE erases. To anonymize, choose what the value becomes."))
        }
        (MaskMethod::Null, _) if !column.nullable => Some(format!("`{name}` may not be NULL.")),
        (MaskMethod::Constant, _) => unfit_constant(column, parameter),
        (MaskMethod::Random, _) if !fits(&[Class::Text, Class::Integer, Class::Uuid]) => {
            Some(format!("`{name}`: RANDOM suits text, whole numbers and UUIDs."))
        }
        (MaskMethod::TruncateDate, _) if !fits(&[Class::Text, Class::Date]) => {
            Some(format!("`{name}`: TRUNCATE_DATE suits dates, and text that begins with one."))
        }
        (MaskMethod::TruncateDate, _) if !matches!(parameter, Some("YEAR" | "MONTH")) => {
            Some(format!("`{name}`: TRUNCATE_DATE needs YEAR or MONTH as its parameter."))
        }
        (MaskMethod::EmailDomainOnly, _) if !fits(&[Class::Text]) => {
            Some(format!("`{name}`: EMAIL_DOMAIN_ONLY suits text."))
        }
        (MaskMethod::Generalize, _) if !fits(&[Class::Text, Class::Integer, Class::Number]) => {
            Some(format!("`{name}`: GENERALIZE suits text and numbers."))
        }
        (MaskMethod::Generalize, _) => unfit_part(column, parameter),
        _ => None,
    }
}

fn unfit_part(column: &Column, parameter: Option<&str>) -> Option<String> {
    let name = &column.name;
    match (column.class, kept(parameter)) {
        (Class::Text, Some(Kept::Characters(_)))
        | (Class::Integer | Class::Number, Some(Kept::Multiple(_))) => None,
        (Class::Text, _) => Some(format!(
            "`{name}`: GENERALIZE of a text needs 1 to {MOST_CHARACTERS} as its parameter, the first characters that it keeps."
        )),
        _ => Some(format!(
            "`{name}`: GENERALIZE of a number needs {LEAST_STEP} or more as its parameter: less leaves it nearly as it is."
        )),
    }
}

fn unfit_constant(column: &Column, parameter: Option<&str>) -> Option<String> {
    match parameter {
        None => Some(format!("`{}`: CONSTANT needs the constant as its parameter.", column.name)),
        Some(constant) => {
            (!holds(column, constant)).then(|| format!("`{}` cannot hold the constant.", column.name))
        }
    }
}

/// Whether a column of this class can hold what `text` says. SQLite would hold anything.
pub(super) fn holds(column: &Column, text: &str) -> bool {
    let date = |text: &str| text.get(..10).is_some_and(|day| day.parse::<chrono::NaiveDate>().is_ok());
    match column.class {
        Class::Integer => text.parse::<i64>().is_ok(),
        Class::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
        Class::Uuid => Uuid::parse_str(text).is_ok(),
        Class::Date => date(text),
        Class::Document => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        Class::Text | Class::Other => !text.contains('\0'),
        Class::Binary => false,
    }
}

/// Why the mask may fail once there are two rows: it makes alike what must differ.
pub(super) fn alike(column: &Column, mask: &Mask) -> Option<String> {
    let makes_alike = matches!(
        mask.method,
        MaskMethod::Constant
            | MaskMethod::TruncateDate
            | MaskMethod::EmailDomainOnly
            | MaskMethod::Generalize
    );
    (column.unique && makes_alike).then(|| {
        format!("No two rows may hold the same in `{}`, and the mask makes them alike.", column.name)
    })
}

#[cfg(test)]
mod tests {
    use super::{super::statement::Declared, *};

    fn refused(class: Class, method: MaskMethod, parameter: Option<&str>, aim: Aim) -> bool {
        let declared = Declared::by_catalogue(String::new());
        let column = Column {
            name: "c".into(),
            declared,
            class,
            nullable: false,
            unique: true,
            tells: true,
            is_bare: false,
        };
        unfit(&column, &Mask { method, parameter: parameter.map(str::to_owned) }, aim).is_some()
    }

    #[test]
    fn masks_suit_their_columns_or_are_refused() {
        use MaskMethod::{Constant, Delete, EmailDomainOnly, Generalize, Hash, Null, Random, TruncateDate};
        for (class, method, parameter, fine) in [
            (Class::Text, Null, None, false),
            (Class::Text, Delete, None, false),
            (Class::Text, Hash, None, false),
            (Class::Text, Constant, None, false),
            (Class::Text, Constant, Some(""), true),
            (Class::Integer, Constant, Some("x"), false),
            (Class::Integer, Constant, Some("0"), true),
            (Class::Date, Constant, Some("1900-01-01"), true),
            (Class::Date, Random, None, false),
            (Class::Date, TruncateDate, Some("DAY"), false),
            (Class::Date, TruncateDate, Some("MONTH"), true),
            (Class::Integer, EmailDomainOnly, None, false),
            (Class::Text, Generalize, Some("0"), false),
            (Class::Text, Generalize, Some("3"), true),
            (Class::Text, Generalize, Some("03"), true),
            (Class::Text, Generalize, Some("4"), false),
            (Class::Text, Generalize, Some("200"), false),
            (Class::Text, Generalize, Some("4294967295"), false),
            (Class::Integer, Generalize, Some("1"), false),
            (Class::Integer, Generalize, Some("01"), false),
            (Class::Integer, Generalize, Some("+1"), false),
            (Class::Integer, Generalize, Some("9"), false),
            (Class::Number, Generalize, Some("1"), false),
            (Class::Number, Generalize, Some("10"), true),
            (Class::Integer, Generalize, Some("10"), true),
        ] {
            assert_eq!(
                refused(class, method, parameter, Aim::Anonymize),
                !fine,
                "{class:?} {method:?} {parameter:?}"
            );
        }
        assert!(!refused(Class::Text, Delete, None, Aim::Erase));
        assert!(refused(Class::Text, Hash, None, Aim::Erase));
    }
}
