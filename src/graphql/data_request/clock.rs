//! Why a request is due when it is.

use super::enums::{ExtensionReason, PauseReason};
use crate::{
    domain::data_request::Timing,
    graphql::{context::charge_beyond_few, enums::Channel, scalars::DateTime},
};
use async_graphql::{Context, Object, Result, SimpleObject};
use entity::{data_request, data_request_pause};

pub struct RequestClock {
    pub row: data_request::Model,
    pub pauses: Vec<data_request_pause::Model>,
    pub timing: Timing,
}

/// Why the request is due when it is (Art. 12(3), Regulation 1182/71).
#[Object]
impl RequestClock {
    /// One calendar month from receipt, moved past weekends and public holidays: the end of that day.
    async fn first_due_at(&self) -> DateTime {
        DateTime(self.timing.first_due_at)
    }

    async fn extension(&self) -> Option<ClockExtension> {
        let row = &self.row;
        Some(ClockExtension {
            months: row.extension_months?,
            reason: row.extension_reason?.into(),
            explanation: row.extension_explanation.clone()?,
            told_at: DateTime(row.extended_at?),
            channel: row.extension_channel?.into(),
        })
    }

    /// Oldest first.
    async fn pauses(&self, ctx: &Context<'_>) -> Result<Vec<ClockPause>> {
        charge_beyond_few(ctx, self.pauses.len())?;
        let pause = |row: &data_request_pause::Model| ClockPause {
            reason: row.reason.into(),
            paused_at: DateTime(row.paused_at),
            resumed_at: row.resumed_at.map(DateTime),
            question: row.question.clone(),
        };
        Ok(self.pauses.iter().map(pause).collect())
    }

    /// Whole days until the day of `dueAt`; below zero when overdue; null once the customer has an answer, or has taken
    /// the request back.
    async fn days_left(&self) -> Option<i32> {
        self.timing.days_left.and_then(|days| i32::try_from(days).ok())
    }
}

/// More time, with its reason.
#[derive(SimpleObject)]
pub struct ClockExtension {
    months: i32,
    reason: ExtensionReason,
    /// What the customer was told.
    explanation: String,
    /// When the customer was told.
    told_at: DateTime,
    /// How the customer was told.
    channel: Channel,
}

/// A time when the clock stood still.
#[derive(SimpleObject)]
pub struct ClockPause {
    reason: PauseReason,
    paused_at: DateTime,
    /// Null while it lasts.
    resumed_at: Option<DateTime>,
    /// What the customer was asked.
    question: String,
}
