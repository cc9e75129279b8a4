//! Telling customers.

use super::types::Notice;
use crate::{
    domain::notice::DeliverNotice,
    graphql::{
        context::{access, catalog},
        enums::{Channel, Locale},
        node::id_or_nobody,
        user_error::{UserError, outcome},
    },
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

#[derive(Default)]
pub struct NoticeMutation;

#[derive(Debug, InputObject)]
pub struct DeliverNoticeInput {
    customer_id: ID,
    service_id: ID,
    channel: Channel,
    /// The customer's own unless told.
    locale: Option<Locale>,
    /// `DisclosureCheck.noticeSha256` of the text that was shown; refused if it would read differently now.
    notice_sha256: Option<String>,
}

#[derive(SimpleObject)]
pub struct DeliverNoticePayload {
    notice: Option<Notice>,
    user_errors: Vec<UserError>,
}

#[Object]
impl NoticeMutation {
    /// Records that the customer was told which data goes where, and what for.
    ///
    /// userErrors: CUSTOMER_GONE, CUSTOMER_RESTRICTED, RETIRED, NOTICE_CHANGED.
    ///
    /// Requires: AGENT, COMPLIANCE.
    async fn deliver_notice(
        &self,
        ctx: &Context<'_>,
        input: DeliverNoticeInput,
    ) -> Result<DeliverNoticePayload> {
        let command = DeliverNotice {
            catalog: catalog(ctx),
            customer: id_or_nobody(&input.customer_id),
            service: id_or_nobody(&input.service_id),
            channel: input.channel.into(),
            locale: input.locale.map(Into::into),
            sha256: input.notice_sha256,
        };
        let (made, user_errors) = outcome(access(ctx).write(command).await)?;
        Ok(DeliverNoticePayload { notice: made.map(Notice), user_errors })
    }
}
