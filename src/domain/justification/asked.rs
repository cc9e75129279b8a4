//! What customers asked to have erased (Art. 17) or objected to (Art. 21), and were known to be who they said they are; and who
//! is gone altogether.

/// That the customer has not objected (Art. 21(1)) to the purpose of the requirement `r` of a service that they
/// subscribe to by `s`, one that rests on a public task or on
/// somebody's legitimate interests, for what is of its category. What is objected to is asked for once, not for each line.
pub(in crate::domain) const NOT_OBJECTED: &str = " AND (s.customer_id, r.purpose, r.category) NOT IN (SELECT q.customer_id, o.key, k.key \
    FROM data_request q JOIN purpose o ON o.legal_basis IN ('PUBLIC_TASK', 'LEGITIMATE_INTERESTS') \
    JOIN data_category k ON NOT EXISTS (SELECT 1 FROM data_request_category g WHERE g.data_request_id = q.id) \
    OR EXISTS (SELECT 1 FROM data_request_category g WHERE g.data_request_id = q.id AND (g.category = k.key \
    OR g.category || '.' = substr(k.key, 1, length(g.category) + 1))) \
    WHERE q.kind = 'OBJECTION' AND q.verified_at IS NOT NULL AND q.rejected_at IS NULL AND q.withdrawn_at IS NULL)";

/// That the customer asked for the erasure of the line `l`, which was there already, and for the end of what had begun by
/// `began`, a moment in SQL; `None`: whatever it was. A request stands until it is refused or taken back: what the law
/// keeps, and what a service needs, outlasts it, but nothing waits for a grace or in case of an order that was there
/// before it. Of somebody who was disposed of, all is to go.
pub(in crate::domain) fn erasure_asked(l: &str, began: Option<&str>) -> String {
    let began = began.map(|began| format!(" AND {began} <= q.verified_at")).unwrap_or_default();
    let asks_for = asks_for(l);
    format!(
        "(EXISTS (SELECT 1 FROM customer gone WHERE gone.id = {l}.customer_id AND gone.disposed_as IS NOT NULL) \
         OR EXISTS (SELECT 1 FROM data_request q WHERE q.customer_id = {l}.customer_id AND {asks_for}{began}))"
    )
}

/// That the request `q`, which is the customer's whose the line `l` is, stands and asks for the erasure of that line.
pub(in crate::domain) fn asks_for(l: &str) -> String {
    let in_scope = in_scope(l);
    format!(
        "q.kind = 'ERASURE' AND q.verified_at IS NOT NULL AND q.rejected_at IS NULL AND q.withdrawn_at IS NULL \
         AND {l}.held_from <= q.verified_at AND {in_scope}"
    )
}

/// That the request `q` is about something that the line `l` may hold: its category, or one above or below it.
pub(in crate::domain) fn meets(l: &str) -> String {
    let in_scope = in_scope(l);
    format!(
        "({in_scope} OR EXISTS (SELECT 1 FROM data_request_category g WHERE g.data_request_id = q.id \
         AND substr(g.category, 1, length({l}.category) + 1) = {l}.category || '.'))"
    )
}

/// That the request `q` is about the category of the line `l`.
pub(in crate::domain) fn in_scope(l: &str) -> String {
    format!(
        "(NOT EXISTS (SELECT 1 FROM data_request_category g WHERE g.data_request_id = q.id) \
         OR EXISTS (SELECT 1 FROM data_request_category g WHERE g.data_request_id = q.id AND (g.category = {l}.category \
         OR g.category || '.' = substr({l}.category, 1, length(g.category) + 1))))"
    )
}
