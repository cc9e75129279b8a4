//! When a task that failed is tried again.

use chrono::TimeDelta;
use entity::ids::TaskId;

/// The wait after the first failure.
const FIRST: TimeDelta = TimeDelta::seconds(30);

/// The longest wait.
pub(super) const LONGEST: TimeDelta = TimeDelta::days(1);

/// How long to wait after so many failures: each time twice as long, up to a day, less up to half of it, which differs from
/// task to task, so that not all come back at one moment. Never less than they asked to wait.
pub(super) fn wait(task: TaskId, failures: i32, asked: Option<TimeDelta>) -> TimeDelta {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(0).min(20);
    let full = (FIRST * (1 << doublings)).min(LONGEST);
    // The last bits of an id are random.
    let spread = task.0.as_u128().rotate_right(7 * (doublings % 8)) % 1_000;
    let less = full / 2 * i32::try_from(spread).unwrap_or(0) / 1_000;
    (full - less).max(asked.unwrap_or_default()).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn task(number: u128) -> TaskId {
        TaskId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn it_doubles_up_to_a_day() {
        let waits = (1..=13).map(|failures| wait(task(0), failures, None).num_seconds()).collect::<Vec<_>>();
        assert_eq!((waits[..4].to_vec(), waits[11], waits[12]), (vec![30, 60, 120, 240], 61_440, 86_400));
        assert_eq!(wait(task(0), i32::MAX, None), LONGEST);
        assert_eq!(wait(task(0), 0, None), FIRST);
    }

    proptest! {
        #[test]
        fn it_is_never_less_than_half_nor_than_was_asked_nor_more_than_a_day(
            number in any::<u128>(), failures in 1..100, asked in 0..200_000i64,
        ) {
            let (full, asked) = (wait(task(0), failures, None), TimeDelta::seconds(asked));
            let spread = wait(task(number), failures, None);
            prop_assert!(spread <= full && spread >= full / 2);
            let waited = wait(task(number), failures, Some(asked));
            prop_assert!(waited >= asked.min(LONGEST) && waited <= LONGEST);
        }
    }
}
