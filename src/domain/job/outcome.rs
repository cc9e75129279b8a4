//! Whom bulk work could not be done with, and what is said of that.

use super::{
    chunk::{Chunk, Portion, refuse},
    lease::{Leased, in_hand},
};
use crate::{
    access::{Code, Command, Stop, Writer},
    policy::{Action, Target},
};
use entity::{
    enums::{JobCustomerState, JobStep},
    job,
};

/// Leaves the next one out, with whom the program itself has failed: nobody else waits for them.
#[derive(Clone, Copy, Debug)]
pub struct FailNext {
    pub leased: Leased,
    pub step: JobStep,
}

impl Command for FailNext {
    const ACTION: Action = Action::RunJob;
    /// Whether there was one.
    type Output = bool;

    fn target(&self) -> Target {
        Target::thing(self.leased.id)
    }

    async fn run(self, w: &mut Writer) -> Result<bool, Stop> {
        let Some(row) = in_hand(w, self.leased).await? else { return Ok(false) };
        let state = match self.step {
            JobStep::CarryOut => JobCustomerState::Planned,
            JobStep::Plan | JobStep::Select => JobCustomerState::Selected,
        };
        let Some(Chunk { customers, mut refused }) = Chunk::next(w, &row, state, Portion::one(0)).await?
        else {
            return Ok(false);
        };
        refused.extend(customers.iter().map(|customer| (customer.id, Code::ProgramFailed)));
        let row = job::Model { failed: row.failed + refuse(w, &row, &refused).await?, ..row };
        w.update::<job::Entity>(row).await?;
        Ok(true)
    }
}

/// What this says to a person, and what they can do.
#[must_use]
pub fn told(code: &str) -> &'static str {
    match code {
        "NOT_FOUND" => "There is no such customer.",
        "CUSTOMER_GONE" => "The customer was anonymized or erased before.",
        "CUSTOMER_RESTRICTED" => {
            "Processing is restricted on the customer's request (Art. 18): lift the restriction, and ask for them again."
        }
        "PLAN_CHANGED" => {
            "What was planned and what is there now differ: ask for a new plan of this customer."
        }
        _ => "The program failed here: its log says why. Nothing was changed; ask for this customer again.",
    }
}
