//! What each of several customers was told, newest first; some notices by id; and what each says, line by line.

use crate::{
    access::{Inquiry, Reader, Sql, Stop},
    domain::{
        each_customer::PagesOf,
        page::{Page, PageRequest},
    },
    policy::{Action, Target},
};
use entity::{
    ids::{CustomerId, NoticeId},
    notice, notice_line,
    touch::Recorded,
};
use std::collections::{BTreeMap, HashMap};

/// The page of a customer's notices.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoticesOf(pub PageRequest);

/// The same page of each customer's notices.
#[derive(Clone, Debug)]
pub struct NoticesOfCustomers {
    pub customers: Vec<CustomerId>,
    pub of: NoticesOf,
}

impl Inquiry for NoticesOfCustomers {
    const ACTION: Action = Action::SeeConsents;
    type Output = HashMap<CustomerId, Page<notice::Model>>;

    fn target(&self) -> Target {
        Target::customers(&self.customers)
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        PagesOf {
            table: "notice",
            beside: None,
            customers: &self.customers,
            page: &self.of.0,
            condition: &|_: &mut Sql| {},
            touch: notice::Entity::touch,
            customer: |row| row.customer_id,
            id: |row| row.id.to_string(),
        }
        .fetch(r)
        .await
    }
}

/// Those of these notices that there are.
#[derive(Clone, Debug)]
pub struct NoticesByIds(pub Vec<NoticeId>);

impl Inquiry for NoticesByIds {
    const ACTION: Action = Action::SeeConsents;
    type Output = Vec<notice::Model>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Vec<notice::Model>, Stop> {
        let mut sql = Sql::new("SELECT * FROM notice WHERE id IN ");
        sql.list(self.0.iter().map(|id| id.0));
        r.rows(sql, notice::Entity::touch).await
    }
}

/// The lines of each of these notices.
#[derive(Clone, Debug)]
pub struct LinesOfNotices(pub Vec<NoticeId>);

impl Inquiry for LinesOfNotices {
    const ACTION: Action = Action::SeeConsents;
    type Output = BTreeMap<NoticeId, Vec<notice_line::Model>>;

    fn target(&self) -> Target {
        Target::none()
    }

    async fn run(self, r: &Reader) -> Result<Self::Output, Stop> {
        let mut sql = Sql::new("SELECT * FROM notice_line WHERE notice_id IN ");
        sql.list(self.0.iter().map(|id| id.0))
            .push(" ORDER BY notice_id, third_party_id, system_id, purpose, category");
        let mut lines = BTreeMap::<NoticeId, Vec<notice_line::Model>>::new();
        for row in r.rows(sql, notice_line::Entity::touch).await? {
            lines.entry(row.notice_id).or_default().push(row);
        }
        Ok(lines)
    }
}
