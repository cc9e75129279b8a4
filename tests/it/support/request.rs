//! What customers ask for by their rights.

use super::{Answer, TestApp};
use serde_json::{Value, json};

macro_rules! request {
    () => {
        "id type status channel receivedAt dueAt overdue note submittedBy closedAt replyDeliveredAt replyChannel categories { key }
            clock { firstDueAt daysLeft extension { months reason explanation toldAt channel }
                pauses { reason pausedAt resumedAt question } }
            rejection { ground explanation rejectedBy rejectedAt } customer { reference }"
    };
}

macro_rules! mutation {
    ($input:literal, $field:literal, $shown:expr) => {
        concat!(
            "mutation ($input: ",
            $input,
            "!) { ",
            $field,
            "(input: $input) { dataRequest { ",
            $shown,
            " } userErrors { code message field } } }"
        )
    };
}

macro_rules! mutations {
    ($($name:ident $briefly:ident $input:literal $field:literal;)*) => {$(
        pub const $name: &str = mutation!($input, $field, request!());
        /// The same, and nothing is read for the answer.
        pub const $briefly: &str = mutation!($input, $field, "id status closedAt");
    )*};
}

mutations! {
    SUBMIT BRIEFLY_SUBMIT "SubmitDataRequestInput" "submitDataRequest";
    PAUSE BRIEFLY_PAUSE "PauseDataRequestInput" "pauseDataRequest";
    RESUME BRIEFLY_RESUME "ResumeDataRequestInput" "resumeDataRequest";
    EXTEND BRIEFLY_EXTEND "ExtendDataRequestInput" "extendDataRequest";
    REJECT BRIEFLY_REJECT "RejectDataRequestInput" "rejectDataRequest";
    DELIVER BRIEFLY_DELIVER "DeliverReplyInput" "deliverReply";
    WITHDRAW BRIEFLY_WITHDRAW "WithdrawDataRequestInput" "withdrawDataRequest";
}

/// The answer with the plan and the tasks.
pub const VERIFY: &str = concat!(
    "mutation ($input: VerifyIdentityInput!) { verifyIdentity(input: $input) { dataRequest { ",
    request!(),
    " identityCheck { method reference verifiedBy } tasks { totalCount } } tasks { id state cause action nextAttemptAt
        system { name } dataRequest { id } } plan { planHash locationCount keptCount executedAt
        items { nodes { decision keptUntil dataLocation { category { key } system { name } }
            reasons { kind explanation(locale: EN) } } } } userErrors { code message field } } }"
);

pub const BRIEFLY_VERIFY: &str = mutation!("VerifyIdentityInput", "verifyIdentity", "id status closedAt");

pub const REQUEST: &str = concat!("query ($id: ID!) { dataRequest(id: $id) { ", request!(), " } }");

pub const REQUESTS: &str = concat!(
    "query ($filter: DataRequestFilter, $order: DataRequestOrder! = DUE_AT_ASC, $first: Int, $after: String,
        $last: Int, $before: String) { dataRequests(filter: $filter, orderBy: $order, first: $first, after: $after,
        last: $last, before: $before) { totalCount pageInfo { hasNextPage endCursor startCursor } nodes { ",
    request!(),
    " } } }"
);

fn merge(mut input: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    input.as_object_mut().unwrap().extend(more);
    json!({ "input": input })
}

impl TestApp {
    /// A customer asks for erasure, by letter.
    pub async fn try_to_submit(&self, customer: &str, more: Value) -> Answer {
        let input = json!({ "customerId": customer, "type": "ERASURE", "channel": "LETTER" });
        self.agent().ask(SUBMIT, merge(input, more)).await
    }

    /// The same, which must succeed; the request's id.
    pub async fn submit(&self, customer: &str, more: Value) -> String {
        let answer = self.try_to_submit(customer, more).await;
        assert_eq!(answer.user_errors(), []);
        answer.data()["submitDataRequest"]["dataRequest"]["id"].as_str().unwrap().to_owned()
    }

    /// The customer is asked who they are.
    pub async fn pause(&self, request: &str) -> Answer {
        let input =
            json!({ "dataRequestId": request, "reason": "IDENTITY", "question": "How can we be sure?" });
        self.agent().ask(PAUSE, json!({ "input": input })).await
    }

    /// It is made sure who asks, or planned what follows.
    pub async fn verify(&self, request: &str, more: Value) -> Answer {
        let input = json!({ "dataRequestId": request, "method": "BankID", "reference": "T-77" });
        self.agent().ask(VERIFY, merge(input, more)).await
    }

    pub async fn resume(&self, request: &str) -> Answer {
        self.agent().ask(RESUME, json!({ "input": { "dataRequestId": request } })).await
    }

    pub async fn extend(&self, request: &str, more: Value) -> Answer {
        let input = json!({ "dataRequestId": request, "reason": "COMPLEXITY", "explanation": "Many systems.",
            "channel": "LETTER" });
        self.compliance().ask(EXTEND, merge(input, more)).await
    }

    pub async fn reject(&self, request: &str, ground: &str) -> Answer {
        let input =
            json!({ "dataRequestId": request, "ground": ground, "explanation": "As we wrote to you." });
        self.compliance().ask(REJECT, json!({ "input": input })).await
    }

    /// The customer is given an answer.
    pub async fn deliver(&self, request: &str) -> Answer {
        let input = json!({ "dataRequestId": request, "channel": "LETTER" });
        self.agent().ask(DELIVER, json!({ "input": input })).await
    }

    pub async fn take_back(&self, request: &str) -> Answer {
        let input = json!({ "dataRequestId": request, "channel": "PHONE" });
        self.agent().ask(WITHDRAW, json!({ "input": input })).await
    }

    pub async fn request(&self, id: &str) -> Value {
        let answer = self.agent().ask(REQUEST, json!({ "id": id })).await;
        answer.data()["dataRequest"].clone()
    }
}
