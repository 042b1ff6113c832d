//! The label of a stream: the time it was switched on at, as `2024-01-31T23:59:59.999`.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// The label of this time, which is taken for the beginning of 1970 if it is before.
pub(crate) fn label_at(at: SystemTime) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (day, second) = (since.as_secs() / DAY_SECONDS, since.as_secs() % DAY_SECONDS);
    let (year, month, day) = date(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}", since.subsec_millis())
}

/// The date of a day since the beginning of 1970.
///
/// Counts in years that begin in March, so that the leap day is a year's last, and in eras of 400 years, which
/// all have the same number of days.
fn date(day: u64) -> (u64, u64, u64) {
    const ERA_DAYS: u64 = 146_097;
    const DAYS_TO_1970: u64 = 719_468;
    let day = day + DAYS_TO_1970;
    let (era, day) = (day / ERA_DAYS, day % ERA_DAYS);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check(millis: u64, expected: &str) {
        assert_eq!(label_at(UNIX_EPOCH + Duration::from_millis(millis)), expected);
    }

    #[test]
    fn labels_are_times() {
        check(0, "1970-01-01T00:00:00.000");
        check(951_782_400_000, "2000-02-29T00:00:00.000");
        check(951_868_800_000, "2000-03-01T00:00:00.000");
        check(1_709_164_799_999, "2024-02-28T23:59:59.999");
        check(1_735_689_599_001, "2024-12-31T23:59:59.001");
        check(4_107_542_400_000, "2100-03-01T00:00:00.000");
    }
}
