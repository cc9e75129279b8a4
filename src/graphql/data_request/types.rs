//! A request.

use super::{
    clock::RequestClock,
    enums::{DataRequestStatus, DataRequestType, RejectionGround, RestrictionGround},
};
use crate::{
    connector::email::case_number,
    domain::data_request::{self, Request, Timing},
    graphql::{
        catalog::{DataCategory, categories},
        connection::{Arguments, connection, page_of},
        context::{access, catalog, loaders},
        customer::{Customer, CustomerProfile},
        disposal::DisposalPlan,
        enums::{Channel, Locale},
        error::{OrError, missing},
        loaders::{ExportFor, PausesOf, PlanOf, ReplyTo},
        node::{self, id_or_nobody},
        scalars::{DateTime, Json},
        task::{Task, TaskConnection, TaskFilter},
    },
    policy::{Action, ProfileField},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use entity::{data_request_pause, enums::DataRequestType as Kind};
use std::sync::Arc;

#[derive(Clone)]
pub struct DataRequest(pub Request);

connection!(DataRequestConnection, DataRequestEdge, DataRequest);

/// A customer uses a right of Art. 12-22.
#[Object]
impl DataRequest {
    pub async fn id(&self) -> ID {
        node::id(self.0.row.id)
    }

    async fn customer(&self, ctx: &Context<'_>) -> Result<Customer> {
        let found = loaders(ctx).batch.load_one(self.0.row.customer_id).await.or_error()?;
        found.map(Customer).ok_or_else(missing)
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> DataRequestType {
        self.0.row.kind.into()
    }

    /// Follows from the tasks alone.
    async fn status(&self) -> DataRequestStatus {
        self.0.status.into()
    }

    async fn channel(&self) -> Channel {
        self.0.row.channel.into()
    }

    async fn received_at(&self) -> DateTime {
        DateTime(self.0.row.received_at)
    }

    /// By then the customer must have an answer (Art. 12(3)): the end of the last day. While the clock stands still: if it
    /// went on now.
    async fn due_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        Ok(DateTime(self.timing(ctx).await?.0.due_at))
    }

    /// Whether that is past, and the customer has neither an answer nor taken the request back.
    async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.timing(ctx).await?.0.overdue)
    }

    async fn clock(&self, ctx: &Context<'_>) -> Result<RequestClock> {
        let (timing, pauses) = self.timing(ctx).await?;
        Ok(RequestClock { row: self.0.row.clone(), pauses, timing })
    }

    /// What it is limited to, each with everything below it; empty: all.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<DataCategory>> {
        let keys = loaders(ctx).batch.load_one(self.0.row.id).await.or_error()?.unwrap_or_default();
        categories(ctx, &keys)
    }

    /// The corrections asked for, in a RECTIFICATION; until thirty days after the customer was given the reply.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<CustomerProfile>> {
        if self.0.row.kind != Kind::Rectification {
            return Ok(None);
        }
        let wanted = ctx.look_ahead();
        let fields =
            ProfileField::ALL.into_iter().filter(|field| wanted.field(field.word()).exists()).collect();
        let (customer, request) = (self.0.row.customer_id, self.0.row.id);
        let reveal = data_request::RevealCorrections { customer, request, fields };
        Ok(access(ctx).read(reveal).await.or_hidden()?.flatten().map(CustomerProfile))
    }

    /// The ground of Art. 18(1), in a RESTRICTION.
    async fn restriction_ground(&self) -> Option<RestrictionGround> {
        self.0.row.restriction_ground.map(Into::into)
    }

    async fn note(&self) -> Option<&str> {
        self.0.row.note.as_deref()
    }

    /// The actor's name.
    async fn submitted_by(&self) -> &str {
        &self.0.row.submitted_by
    }

    async fn identity_check(&self) -> Option<IdentityCheck> {
        let row = &self.0.row;
        Some(IdentityCheck {
            method: row.verified_method.clone()?,
            reference: row.verified_reference.clone(),
            verified_by: row.verified_by.clone()?,
            verified_at: DateTime(row.verified_at?),
        })
    }

    /// What disposal was decided, location by location; null until it is certain who asks.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Option<DisposalPlan>> {
        Ok(loaders(ctx).batch.load_one(PlanOf(self.0.row.id)).await.or_error()?.map(DisposalPlan))
    }

    /// What is to be done for it at systems and third parties, and what was; newest first.
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<TaskFilter>,
    ) -> Result<TaskConnection> {
        const LIST: &str = "requestTasks";
        let page = Arguments { first, after, last, before }.request(ctx, LIST)?;
        let filter = filter.unwrap_or_default().into_domain(ctx)?;
        let key = data_request::TasksOfRequest(self.0.row.id, filter);
        let all = loaders(ctx).batch.load_one(key).await.or_error()?.unwrap_or_default();
        let page = page_of(&page, all, |task| vec![task.id.to_string()])?;
        Ok(TaskConnection::new(LIST, page.map(Task)))
    }

    async fn rejection(&self) -> Option<Rejection> {
        let row = &self.0.row;
        Some(Rejection {
            ground: row.rejection_ground?.into(),
            explanation: row.rejection_explanation.clone()?,
            rejected_by: row.rejected_by.clone()?,
            rejected_at: DateTime(row.rejected_at?),
        })
    }

    /// What it is known by in the reply.
    async fn case_number(&self) -> String {
        case_number(self.0.row.id.0)
    }

    /// What the customer is to be told now: what was done where, and what is kept and why. In their own language unless
    /// told. Null until there is something to tell.
    async fn reply(&self, ctx: &Context<'_>, locale: Option<Locale>) -> Result<Option<String>> {
        if !self.0.has_something_to_tell() {
            return Ok(None);
        }
        let found = loaders(ctx).batch.load_one(ReplyTo(self.0.row.id)).await.or_error()?;
        Ok(found.and_then(|reply| {
            let locale = locale.map_or(reply.locale, Into::into);
            reply.text(&catalog(ctx), locale)
        }))
    }

    /// All that the tasks of an ACCESS or PORTABILITY request brought together, by system and category; null until there is
    /// some, and thirty days after the customer was given the reply. It is there for a purpose for which a profile is shown in
    /// full.
    ///
    /// Requires: AGENT, COMPLIANCE; CUSTOMER (their own).
    async fn export(&self, ctx: &Context<'_>) -> Result<Option<Json>> {
        Ok(self.gathered(ctx).await?.map(|export| Json(export.json(&catalog(ctx)))))
    }

    /// The same as a page to read and to print, with the reply. In the customer's own language unless told.
    ///
    /// Requires: AGENT, COMPLIANCE; CUSTOMER (their own).
    async fn export_page(&self, ctx: &Context<'_>, locale: Option<Locale>) -> Result<Option<String>> {
        let export = self.gathered(ctx).await?;
        Ok(export.map(|export| {
            let locale = locale.map_or(export.locale(), Into::into);
            export.html(&catalog(ctx), locale)
        }))
    }

    /// The reply as the customer was last given it.
    async fn delivered_reply(&self) -> Option<&str> {
        self.0.row.reply_text.as_deref()
    }

    /// When the customer was last told what was done about it.
    async fn reply_delivered_at(&self) -> Option<DateTime> {
        self.0.row.reply_delivered_at.map(DateTime)
    }

    /// How the customer was told.
    async fn reply_channel(&self) -> Option<Channel> {
        self.0.row.reply_channel.map(Into::into)
    }

    /// When it was refused, taken back, or the last of its tasks ended.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime)
    }
}

impl DataRequest {
    async fn gathered(&self, ctx: &Context<'_>) -> Result<Option<Arc<data_request::Export>>> {
        access(ctx).permit(Action::SeeExports).await.or_error()?;
        loaders(ctx).batch.load_one(ExportFor(self.0.row.id)).await.or_error()
    }

    /// What the clock says, and the pauses that it counts.
    async fn timing(&self, ctx: &Context<'_>) -> Result<(Timing, Vec<data_request_pause::Model>)> {
        let pauses = loaders(ctx).batch.load_one(PausesOf(self.0.row.id)).await.or_error()?;
        let pauses = pauses.unwrap_or_default();
        let timing = self.0.timing(&pauses, &catalog(ctx).zone(), access(ctx).now());
        Ok((timing, pauses))
    }
}

/// How it was made sure who is asking.
#[derive(SimpleObject)]
pub struct IdentityCheck {
    method: String,
    reference: Option<String>,
    /// The actor's name.
    verified_by: String,
    verified_at: DateTime,
}

/// A refusal of a request, with its ground.
#[derive(SimpleObject)]
pub struct Rejection {
    ground: RejectionGround,
    explanation: String,
    /// The actor's name.
    rejected_by: String,
    rejected_at: DateTime,
}

/// Those with the same are ordered by id. One whose clock stands still has its place by when it was due when that stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "data_request::RequestOrder")]
pub enum DataRequestOrder {
    DueAtAsc,
    DueAtDesc,
    ReceivedAtAsc,
    ReceivedAtDesc,
}

#[derive(Debug, Default, InputObject)]
pub struct DataRequestFilter {
    types: Option<Vec<DataRequestType>>,
    statuses: Option<Vec<DataRequestStatus>>,
    customer_id: Option<ID>,
    /// Past its date, and the customer still waits; or not.
    overdue: Option<bool>,
    /// One whose clock stands still counts by when it was due when that stopped.
    due_before: Option<DateTime>,
    received_from: Option<DateTime>,
    /// Not itself.
    received_to: Option<DateTime>,
}

impl From<DataRequestFilter> for data_request::RequestFilter {
    fn from(filter: DataRequestFilter) -> Self {
        Self {
            types: filter.types.map(|any| any.into_iter().map(Into::into).collect()),
            statuses: filter.statuses.map(|any| any.into_iter().map(Into::into).collect()),
            customer: filter.customer_id.map(|id| id_or_nobody(&id)),
            overdue: filter.overdue,
            due_before: filter.due_before.map(|moment| moment.0),
            received_from: filter.received_from.map(|moment| moment.0),
            received_to: filter.received_to.map(|moment| moment.0),
        }
    }
}
