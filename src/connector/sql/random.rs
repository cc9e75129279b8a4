//! Random values of the same form: a letter for a letter, a digit for a digit, and everything else where it was. Nothing
//! but the form depends on the value before.

use super::schema::Class;

/// Lengths at which a whole number may be too large for its column, unless it begins with a 1.
const AT_THE_EDGE: [usize; 3] = [5, 10, 19];

/// A random value in the form of `value`, which a column of this class can hold.
pub(super) fn like(value: &str, class: Class) -> Result<String, getrandom::Error> {
    match class {
        Class::Integer => number(value),
        Class::Uuid => value.chars().map(hexadecimal).collect(),
        _ => value.chars().map(character).collect(),
    }
}

fn number(value: &str) -> Result<String, getrandom::Error> {
    let (sign, digits) = value.strip_prefix('-').map_or(("", value), |digits| ("-", digits));
    let mut random = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        random.push(match at {
            0 if digits.len() == 1 => character(digit)?,
            // A leading zero would be lost, and with it the form.
            0 if AT_THE_EDGE.contains(&digits.len()) => '1',
            0 => one_of(b"123456789")?,
            _ => character(digit)?,
        });
    }
    // There is no negative zero.
    Ok(if random == "-0" { "-1".to_owned() } else { random })
}

fn hexadecimal(old: char) -> Result<char, getrandom::Error> {
    if old.is_ascii_hexdigit() { one_of(b"0123456789abcdef") } else { Ok(old) }
}

fn character(old: char) -> Result<char, getrandom::Error> {
    if old.is_numeric() {
        one_of(b"0123456789")
    } else if old.is_uppercase() {
        one_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    } else if old.is_alphabetic() {
        one_of(b"abcdefghijklmnopqrstuvwxyz")
    } else {
        Ok(old)
    }
}

/// Any of them, each as likely as the others.
fn one_of(these: &[u8]) -> Result<char, getrandom::Error> {
    let fair = 256 - 256 % these.len();
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte)?;
        let drawn = usize::from(byte[0]);
        if drawn < fair {
            return Ok(char::from(these[drawn % these.len()]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_stays_and_nothing_else() {
        let masked = like("Åsa Öberg-42, 070", Class::Text).unwrap();
        let form = |text: &str| {
            let sort = |c: char| match c {
                c if c.is_uppercase() => 'A',
                c if c.is_alphabetic() => 'a',
                c if c.is_numeric() => '0',
                c => c,
            };
            text.chars().map(sort).collect::<String>()
        };
        assert_eq!(form(&masked), form("Åsa Öberg-42, 070"));
        assert!(masked.is_ascii());
    }

    #[test]
    fn whole_numbers_fit_where_they_were() {
        for _ in 0..200 {
            assert!(like("32767", Class::Integer).unwrap().parse::<i16>().is_ok());
            assert!(like("-2147483648", Class::Integer).unwrap().parse::<i32>().is_ok());
            assert!(like("9223372036854775807", Class::Integer).unwrap().parse::<i64>().is_ok());
            assert_eq!(like("10", Class::Integer).unwrap().parse::<i64>().unwrap().to_string().len(), 2);
            assert_ne!(like("-5", Class::Integer).unwrap(), "-0");
        }
    }

    #[test]
    fn a_uuid_stays_one() {
        let masked = like("0e984725-c51c-4bf4-9960-e1c80e27aba0", Class::Uuid).unwrap();
        assert!(uuid::Uuid::parse_str(&masked).is_ok());
    }
}
