//! What people have written about somebody in their own words goes with them. What is proof stays: triggers keep it, and
//! those who write it are told to put no personal values there (see `docs/adr/0017-…`).

use crate::access::{Sql, Stop, Writer};
use entity::ids::CustomerId;

/// Each begins a statement; the customers follow. Where a text has to be there, an empty one takes its place.
const TEXTS: [&str; 6] = [
    "UPDATE data_request SET note = NULL, verified_reference = NULL, \
     extension_explanation = CASE WHEN extension_explanation IS NOT NULL THEN '' END, \
     rejection_explanation = CASE WHEN rejection_explanation IS NOT NULL THEN '' END, \
     reply_text = CASE WHEN reply_text IS NOT NULL THEN '' END WHERE customer_id IN ",
    "UPDATE data_request_pause SET question = '' WHERE customer_id IN ",
    "UPDATE subscription SET end_reason = NULL WHERE end_reason IS NOT NULL AND customer_id IN ",
    // One in force says why something is kept, and is blanked as it is lifted.
    "UPDATE legal_hold SET reason = '', reference = NULL, lift_reason = '' \
     WHERE lifted_at IS NOT NULL AND customer_id IN ",
    "DELETE FROM finding_acknowledgement WHERE customer_id IN ",
    "UPDATE restriction SET reason = '', lift_reason = '' WHERE lifted_at IS NOT NULL AND customer_id IN ",
];

/// Takes out what was written about these customers, who are locked.
///
/// # Errors
/// When the database fails.
pub(super) async fn blank(w: &Writer, customers: &[CustomerId]) -> Result<(), Stop> {
    for text in TEXTS {
        let mut sql = Sql::new(text);
        sql.list(customers.iter().map(|id| id.0));
        w.execute(sql).await?;
    }
    Ok(())
}
