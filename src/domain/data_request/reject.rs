//! A request is refused on a ground that the law gives.

use super::{
    open::{PATH, find_open},
    request::Request,
};
use crate::{
    access::{Code, Command, Refusal, Stop, Writer},
    domain::{
        catalog::{self, Catalog},
        checks::{BLOCK, Checks},
        restriction::is_restricted_for,
    },
    policy::{Action, Target},
};
use entity::{
    data_request,
    enums::{DataRequestType, RejectionGround},
    ids::DataRequestId,
};
use std::sync::Arc;

/// Refuses a request.
#[derive(Clone, Debug)]
pub struct RejectDataRequest {
    pub catalog: Arc<Catalog>,
    pub request: DataRequestId,
    pub ground: RejectionGround,
    /// For the customer.
    pub explanation: String,
}

impl Command for RejectDataRequest {
    const ACTION: Action = Action::RejectDataRequest;
    type Output = Request;

    fn target(&self) -> Target {
        // Whose it is, the request says.
        Target::none()
    }

    async fn run(self, w: &mut Writer) -> Result<Request, Stop> {
        let mut checks = Checks::new();
        let explanation = checks.block("explanation", &self.explanation, BLOCK);
        checks.finish()?;
        let catalog = catalog::held(w, &self.catalog).await?;
        let mut open = find_open(w, self.request).await?;
        let row = open.request.row.clone();
        if self.ground == RejectionGround::IdentityNotProven && row.verified_at.is_some() {
            let message = "It is on record who asks: name another ground.";
            return Err(Refusal::new(Code::GroundNotApplicable, message).at("ground").into());
        }
        if !fits(self.ground, row.kind) {
            let message = "This ground is not one on which a request of this type can be refused.";
            return Err(Refusal::new(Code::GroundNotApplicable, message).at("ground").into());
        }
        if is_restricted_for(w, &row).await? {
            let message = "Processing is restricted on this request. That ends with liftRestriction, once the customer has been \
                           told (Art. 18(3)), and not with a refusal.";
            return Err(Refusal::new(Code::CustomerRestricted, message).at(PATH).into());
        }
        open.resume(w).await?;
        let row = data_request::Model {
            rejection_ground: Some(self.ground),
            rejection_explanation: Some(explanation),
            rejected_by: Some(w.actor_name()),
            rejected_at: Some(w.now()),
            ..row
        };
        open.store(w, &catalog, row).await?;
        open.give_back(w, &catalog).await
    }
}

/// Whether a request of this type can be refused on this ground, by the article that gives it.
const fn fits(ground: RejectionGround, kind: DataRequestType) -> bool {
    use DataRequestType::{Access, Erasure, Objection, Portability};
    match ground {
        RejectionGround::IdentityNotProven
        | RejectionGround::ManifestlyUnfounded
        | RejectionGround::Excessive
        | RejectionGround::RightDoesNotApply => true,
        RejectionGround::RightsOfOthers => matches!(kind, Access | Portability),
        RejectionGround::FreedomOfExpression
        | RejectionGround::LegalObligation
        | RejectionGround::PublicHealth
        | RejectionGround::ArchivingAndResearch => matches!(kind, Erasure),
        RejectionGround::LegalClaims => matches!(kind, Erasure | Objection),
        RejectionGround::CompellingGrounds => matches!(kind, Objection),
    }
}
