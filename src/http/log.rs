//! What anybody may have of the audit log: what was signed about it, and the hashes of its tree (C2SP tlog-tiles). No event
//! is told by them.

use crate::{
    access::Door,
    domain::audit::{NewestCheckpoint, TileAt},
    http::refusal::Refusal,
    transparency::tree::{Place, WIDTH},
};
use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use std::{sync::Arc, time::Duration};

/// When somebody may ask again after the database did not answer.
const AGAIN: Duration = Duration::from_secs(2);

/// The routes of the log.
pub fn routes(door: Arc<Door>) -> Router {
    Router::new()
        .route("/audit/checkpoint", get(checkpoint))
        .route("/audit/tile/{level}/{*place}", get(tile))
        .with_state(door)
}

async fn checkpoint(State(door): State<Arc<Door>>) -> Response {
    match door.program("log", "checkpoint").read(NewestCheckpoint).await {
        Ok(Some(newest)) => {
            let headers =
                [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
            (headers, newest.note).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => Refusal::unavailable("The log cannot be read now.", AGAIN).into_response(),
    }
}

async fn tile(State(door): State<Arc<Door>>, Path((level, place)): Path<(String, String)>) -> Response {
    let Some((place, width)) = parse(&level, &place) else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(hashes) = door.program("log", "tile").read(TileAt(place)).await else {
        return Refusal::unavailable("The log cannot be read now.", AGAIN).into_response();
    };
    let bytes = usize::from(width) * 32;
    match hashes.and_then(|hashes| hashes.get(..bytes).map(<[u8]>::to_vec)) {
        // Of one log, as many hashes as these are never others.
        Some(hashes) => {
            let headers = [
                (header::CONTENT_TYPE, "application/octet-stream"),
                (header::CACHE_CONTROL, "public, max-age=300"),
            ];
            (headers, hashes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Which tile a path means, and how many of its hashes: `0/x001/x234/067`, or `0/067.p/12` for one that is not full.
fn parse(level: &str, rest: &str) -> Option<(Place, u16)> {
    let level = number(level, 1)?;
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, number(width, 3).filter(|width| (1..WIDTH).contains(width))?),
        None => (rest, WIDTH),
    };
    let groups = index.split('/').collect::<Vec<_>>();
    let (last, before) = groups.split_last()?;
    let mut index = 0_u64;
    for group in before.iter().map(|group| group.strip_prefix('x')).chain([Some(*last)]) {
        let digits = |group: &&str| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
        let group = group.filter(digits)?;
        index = index.checked_mul(1_000)?.checked_add(group.parse::<u16>().ok()?.into())?;
    }
    // There is one way to write it.
    let canonical = groups.len() == 1 || groups.first() != Some(&"x000");
    // No log ever has as many.
    if index >= 1 << 48 {
        return None;
    }
    let place = Place { level: u8::try_from(level).ok().filter(|level| *level < 8)?, index };
    canonical.then_some((place, u16::try_from(width).ok()?))
}

/// A number of so many digits at most, without a zero before it.
fn number(text: &str, digits: usize) -> Option<u64> {
    let plain = text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = plain && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_tile_has_one_path() {
        let of = |level: &str, rest: &str| {
            parse(level, rest).map(|(place, width)| (place.level, place.index, width))
        };
        assert_eq!(of("0", "000"), Some((0, 0, 256)));
        assert_eq!(of("1", "x001/x234/067"), Some((1, 1_234_067, 256)));
        assert_eq!(of("0", "067.p/12"), Some((0, 67, 12)));
        for wrong in
            ["67", "0067", "x067", "x000/067", "067.p/0", "067.p/256", "067.p/012", "067/", "+67", "06a", ""]
        {
            assert_eq!(of("0", wrong), None, "{wrong}");
        }
        assert_eq!(of("0", "x009/x999/x999/x999/x999/x999/999"), None);
        assert_eq!(of("8", "000"), None);
        assert_eq!(of("00", "000"), None);
    }
}
