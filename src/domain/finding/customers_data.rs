//! Lines of the map that are not as they should be: without a reason, without a notice, without consent.

use super::{
    branch::{Asked, Branch, select_lines},
    kind::FindingKind,
};
use crate::{access::Sql, domain::justification::Facts};

/// Something that a live service of the customer's needs at the system `y`, where the line `l` lies. It names `y`, so that
/// it is looked for only where a third party's system was found. Conditions on the requirement `r` follow.
const NEEDED: &str = "SELECT 1 FROM subscription s \
    JOIN data_requirement r ON r.service_id = s.service_id AND r.retired_at IS NULL \
    JOIN purpose p ON p.key = r.purpose \
    WHERE s.customer_id = l.customer_id AND s.ended_at IS NULL AND r.category = l.category \
    AND r.system_id = y.id";

/// That the customer allows the third party of the system `y` what the requirement `r` needs.
const ALLOWED: &str = "EXISTS (SELECT 1 FROM consent x \
    JOIN consent_category g ON g.consent_id = x.id AND g.category = r.category \
    WHERE x.customer_id = l.customer_id AND x.third_party_id = y.third_party_id AND x.purpose = r.purpose \
    AND x.ended_at IS NULL)";

/// At a third party, and not on its way out.
const GIVEN: &str = "JOIN system y ON y.id = l.system_id AND y.third_party_id IS NOT NULL \
    WHERE l.held_to IS NULL AND l.state IN ('HELD', 'RESTRICTED')";

/// The parts that the filter lets through.
pub(super) fn branches<'a>(asked: &'a Asked<'a>) -> Vec<Branch<'a>> {
    let mut all = Vec::<Branch<'a>>::new();
    if asked.lets(FindingKind::UnjustifiedData) {
        let facts = Facts::new(asked.catalog, asked.now);
        all.push(Box::new(move |sql| unjustified(sql, asked, &facts)));
    }
    if asked.lets(FindingKind::NoticeNotDelivered) {
        all.push(Box::new(|sql| untold(sql, asked)));
    }
    if asked.lets(FindingKind::ConsentMissing) {
        all.push(Box::new(|sql| unallowed(sql, asked)));
    }
    all
}

/// Nothing justifies it, and no disposal is under way, as when its holder keeps it; nor is it kept because the customer wants it kept (Art. 18).
fn unjustified(sql: &mut Sql, asked: &Asked<'_>, facts: &Facts) {
    select_lines(sql, FindingKind::UnjustifiedData);
    sql.push(
        "WHERE (l.state <> 'DISPOSAL_PENDING' OR NOT EXISTS (SELECT 1 FROM task_location x \
         JOIN task t ON t.id = x.task_id WHERE x.data_location_id = l.id AND t.finished_at IS NULL \
         AND t.action IN ('ERASE', 'ANONYMIZE'))) AND NOT (l.state = 'RESTRICTED' AND EXISTS \
         (SELECT 1 FROM customer c WHERE c.id = l.customer_id AND c.status = 'RESTRICTED')) AND ",
    );
    facts.decide(sql, "l", false);
    asked.conditions(sql, "l");
}

/// No notice that names the third party and the category ever came, or none for any of the purposes that it may be there
/// for. Whether it still reads so is the gate's to ask, of what goes there next.
fn untold(sql: &mut Sql, asked: &Asked<'_>) {
    const TOLD: &str = "EXISTS (SELECT 1 FROM notice_line n WHERE n.customer_id = l.customer_id \
        AND n.third_party_id = y.third_party_id AND n.category = l.category";
    select_lines(sql, FindingKind::NoticeNotDelivered);
    sql.push(GIVEN).push(" AND (NOT ").push(TOLD).push(") OR (EXISTS (");
    permitted(sql);
    sql.push(") AND NOT EXISTS (");
    permitted(sql);
    sql.push(" AND ").push(TOLD).push(" AND n.purpose = r.purpose))))");
    asked.conditions(sql, "l");
}

/// Adds a query of what a live service needs there and may: no consent is needed for it, or one is in force.
fn permitted(sql: &mut Sql) {
    sql.push(NEEDED).push(" AND (NOT p.sharing_needs_consent OR ").push(ALLOWED).push(")");
}

/// A live service needs it there, and for none of the purposes that it does so for may it be there: each of them needs a
/// consent that is not in force. One purpose that may is enough, as it is for the gate.
fn unallowed(sql: &mut Sql, asked: &Asked<'_>) {
    select_lines(sql, FindingKind::ConsentMissing);
    // Most is allowed: what is not is looked at again.
    sql.push(GIVEN).push(" AND NOT EXISTS (");
    permitted(sql);
    sql.push(") AND EXISTS (").push(NEEDED).push(")");
    asked.conditions(sql, "l");
}
