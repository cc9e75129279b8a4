//! What the command line asks for, as the API takes it.

use super::questions::{CUSTOMER, Id};
use crate::{
    cli::{
        args::{ReportArgs, ReportForm, ReportWhat},
        client::failure,
        failure::Failure,
    },
    client::Client,
};
use serde_json::{Value, json};

/// As what: as the file's name says, unless it is told.
pub(super) fn form(args: &ReportArgs) -> Result<ReportForm, Failure> {
    let by_name = || {
        let name = args.output.as_ref()?.extension()?.to_str()?.to_lowercase();
        match name.as_str() {
            "csv" => Some(ReportForm::Csv),
            "xlsx" => Some(ReportForm::Xlsx),
            "json" | "jsonld" => Some(ReportForm::Json),
            "html" | "htm" => Some(ReportForm::Html),
            _ => None,
        }
    };
    args.format.or_else(by_name).ok_or_else(|| {
        Failure::usage("as what is it to be made?")
            .hint("--format csv, xlsx, json or html; or a name that says so, such as -o ropa.html")
    })
}

/// Looks at what can be told without a server.
pub(super) fn check(args: &ReportArgs) -> Result<(), Failure> {
    use ReportWhat::{Audit, Customer, Findings, Incident, Inventory};
    let what = args.what;
    let needs_one = matches!(what, Customer | Incident);
    if needs_one && args.of.is_none() {
        let example =
            if what == Customer { "kartotek report customer K-1001" } else { "kartotek report incident ID" };
        return Err(Failure::usage("whom or what is it about?").hint(example));
    }
    if !needs_one && args.of.is_some() {
        return Err(Failure::usage("this report is not about one customer or incident: leave that out"));
    }
    let foreign = [
        ("--group-by", !args.group_by.is_empty() && what != Inventory, "inventory"),
        ("--as-of", args.as_of.is_some() && what != Inventory, "inventory"),
        ("--severity", !args.severity.is_empty() && what != Findings, "findings"),
        ("--kind", !args.kind.is_empty() && what != Findings, "findings"),
        ("--customer", args.customer.is_some() && !matches!(what, Findings | Audit), "findings and audit"),
        ("--from", args.from.is_some() && what != Audit, "audit"),
        ("--to", args.to.is_some() && what != Audit, "audit"),
        ("--table", args.table.is_some() && form(args)? != ReportForm::Csv, "CSV files"),
    ];
    match foreign.into_iter().find(|(_, is, _)| *is) {
        Some((option, _, of)) => Err(Failure::usage(format!("{option} is for {of}"))),
        None => Ok(()),
    }
}

/// The input of the mutation.
pub(super) async fn input(client: &Client, args: &ReportArgs) -> Result<Value, Failure> {
    let mut input = json!({ "kind": args.what.word(), "format": form(args)?.word() });
    let mut set = |field: &str, value: Value| input[field] = value;
    if let Some(locale) = args.locale {
        set("locale", format!("{locale:?}").to_uppercase().into());
    }
    if let Some(table) = &args.table {
        set("table", table.clone().into());
    }
    let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    match args.what {
        ReportWhat::Ropa => {}
        ReportWhat::Inventory => {
            set("inventory", json!({ "groupBy": some(&args.group_by), "asOf": args.as_of }));
        }
        ReportWhat::Customer => {
            let id = customer(client, args.of.as_deref().unwrap_or_default()).await?;
            set("customerId", id.into());
        }
        ReportWhat::Incident => set("incidentId", args.of.clone().into()),
        ReportWhat::Findings => {
            let whom = whom(client, args).await?;
            set(
                "findings",
                json!({ "severities": some(&args.severity), "kinds": some(&args.kind), "customerId": whom }),
            );
        }
        ReportWhat::Audit => {
            let whom = whom(client, args).await?;
            set("audit", json!({ "customerId": whom, "occurredFrom": args.from, "occurredTo": args.to }));
        }
    }
    Ok(input)
}

async fn whom(client: &Client, args: &ReportArgs) -> Result<Option<String>, Failure> {
    match &args.customer {
        Some(reference) => customer(client, reference).await.map(Some),
        None => Ok(None),
    }
}

async fn customer(client: &Client, reference: &str) -> Result<String, Failure> {
    let found: Option<Id> =
        client.ask(&CUSTOMER, json!({ "reference": reference })).await.map_err(failure)?;
    found.map(|one| one.id).ok_or_else(|| Failure::new("NOT_FOUND: no customer has this number"))
}
