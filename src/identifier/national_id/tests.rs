//! Numbers of people here are the Tax Agency's own examples, or of the serials that it keeps for tests.

use super::*;
use proptest::prelude::*;

const TODAY: Date = Date::constant(2026, 9, 1);

fn parse(text: &str) -> Result<String, NationalIdError> {
    NationalId::parse(text, TODAY).map(|id| id.normalized)
}

fn with_check_digit(front: &str) -> String {
    let ten = |digit| format!("{}{digit}", &front[front.len() - 9..]);
    let digit = (0..10).find(|digit| has_check_digit(&ten(*digit))).unwrap();
    format!("{front}{digit}")
}

#[test]
fn the_three_kinds_are_told_apart_and_shown() {
    for (text, kind, normalized, masked, full) in [
        ("900101-9802", NationalIdKind::Personnummer, "199001019802", "19900101-****", "19900101-9802"),
        ("701063-2391", NationalIdKind::Samordningsnummer, "197010632391", "19701063-****", "19701063-2391"),
        ("556036-0793", NationalIdKind::Organisationsnummer, "165560360793", "556036-0793", "556036-0793"),
    ] {
        let id = NationalId::parse(text, TODAY).unwrap();
        assert_eq!((id.kind(), id.normalized()), (kind, normalized));
        assert_eq!((id.masked().as_str(), id.full().as_str()), (masked, full));
        assert_eq!(NationalId::from_normalized(normalized), Ok(id.clone()));
        assert_eq!(format!("{id:?}"), format!("NationalId({kind:?}, hidden)"));
    }
}

#[test]
fn the_century_follows_from_today_and_the_sign() {
    assert_eq!(parse("170101-2393").unwrap(), "201701012393");
    assert_eq!(parse("121212-1212").unwrap(), "201212121212");
    assert_eq!(parse("121212+1212").unwrap(), "191212121212");
    assert_eq!(parse("19121212+1212").unwrap(), "191212121212");
    assert_eq!(parse("20121212+1212"), Err(NationalIdError::Date));
    // Turns a hundred this year: `+` all year (§18), and nobody else it could be before the day.
    let born_1926 = with_check_digit("19261231238");
    for sign in ["", "-", "+"] {
        let short = format!("{}{sign}{}", &born_1926[2..8], &born_1926[8..]);
        assert_eq!(parse(&short).unwrap(), born_1926);
    }
    let today = with_check_digit("20260901238");
    assert_eq!(parse(&today[2..]).unwrap(), today);
    assert_eq!(parse(&with_check_digit("20260902238")), Err(NationalIdError::Date));
}

#[test]
fn refuses_what_is_none() {
    use NationalIdError::{CheckDigit, Date, LegalForm, Malformed, Serial};
    for (text, error) in [
        ("", Malformed),
        ("9001019802x", Malformed),
        ("90010-19802", Malformed),
        ("900101--9802", Malformed),
        ("SE556036079301", Malformed),
        ("556036+0793", Malformed),
        ("169001019802", Malformed),
        ("1990010198022", Malformed),
        ("٩٠٠١٠١٩٨٠٢", Malformed),
        ("900101-9803", CheckDigit),
        ("900001-2384", Date),
        ("900230-2384", Date),
        ("900192-2384", Date),
        ("900160-2384", Date),
        ("171212121212", Date),
        ("195560360793", Date),
        ("000000-0000", Date),
        ("900101-0009", Serial),
        ("456036-0794", LegalForm),
        ("056036-0798", LegalForm),
    ] {
        assert_eq!(parse(text), Err(error), "{text}");
    }
    assert_eq!(NationalId::from_normalized("900101-9802"), Err(Malformed));
    assert_eq!(NationalId::from_normalized("åäöåäö"), Err(Malformed));
}

/// Twelve digits of any kind.
fn numbers() -> impl Strategy<Value = String> {
    let person = (0_i32..46_000, prop_oneof![238..=239, 980..=999], prop_oneof![Just(0), Just(60)]);
    let person = person.prop_map(|(days, serial, more)| {
        let born = Date::constant(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let day = born.day() + more;
        with_check_digit(&format!("{:04}{:02}{day:02}{serial}", born.year(), born.month()))
    });
    prop_oneof![person, "16[1235-9][0-9][2-9][0-9]{6}".prop_map(|front| with_check_digit(&front))]
}

proptest! {
    #[test]
    fn every_spelling_comes_to_one_form(twelve in numbers()) {
        let (front, back) = twelve.split_at(8);
        let is_person = !twelve.starts_with(ORGANISATION);
        let is_old = is_person && twelve[..4].parse::<i16>().unwrap() <= TODAY.year() - 100;
        let sign = if is_old { '+' } else { '-' };
        let mut spellings = vec![
            twelve.clone(), format!("{front}-{back}"), format!(" {front} {back}\u{a0}"),
            format!("{front} {sign} {back}"), format!("{}{sign}{back}", &front[2..]),
        ];
        if !is_old {
            spellings.extend([twelve[2..].to_owned(), format!("{}\u{2013}{back}", &front[2..])]);
        }
        for spelling in spellings {
            prop_assert_eq!(parse(&spelling), Ok(twelve.clone()));
        }
    }

    /// Of the ten digits that the check digit is for; a century has none.
    #[test]
    fn every_wrong_digit_is_refused(twelve in numbers(), at in 2_usize..12, by in 1_u8..10) {
        let mut digits = twelve.into_bytes();
        digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
        let wrong = String::from_utf8(digits).unwrap();
        prop_assert!(parse(&wrong).is_err() && parse(&wrong[2..]).is_err());
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in any::<String>(), near in "[0-9]{6,8}[-+ ]?[0-9]{3,4}") {
        let _ = (parse(&text), NationalId::from_normalized(&text));
        if let Ok(normalized) = parse(&near) {
            prop_assert_eq!(parse(&normalized), Ok(normalized));
        }
    }
}
