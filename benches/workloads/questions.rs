//! What is asked, and whether the answers are right.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    Result, data,
    http::{Client, Connection, Questions},
    random::Random,
    store::Store,
};

const MAP: &str = include_str!("w4.graphql");
const PAGE: &str = include_str!("w2.graphql");
const WALK: &str = "query($after: String) { customers(first: 200, after: $after) \
                    { pageInfo { endCursor hasNextPage } nodes { id reference } } }";

/// What the walk goes by.
const STRIDE: usize = 200;
/// What a page has.
const SIZE: usize = 50;

/// One customer's map, any customer's.
pub struct Maps(Arc<List>);

/// A page of customers, from any of many places in the list.
pub struct Pages(Arc<List>);

/// All customers in the order of the list, as the server gives them out.
pub struct List {
    /// Id and reference.
    customers: Vec<(String, String)>,
    /// The cursor of every 200th.
    cursors: Vec<String>,
}

fn body(query: &str, variables: &Value) -> String {
    json!({ "query": query, "variables": variables }).to_string()
}

impl Connection {
    /// The answer to one question.
    pub async fn told(&mut self, query: &str, variables: Value) -> Result<Value> {
        answer(self, query, variables).await
    }
}

async fn answer(connection: &mut Connection, query: &str, variables: Value) -> Result<Value> {
    let mut answer: Value = serde_json::from_slice(connection.ask(&body(query, &variables)).await?)?;
    if answer.get("errors").is_some() {
        return Err(answer.to_string().into());
    }
    Ok(answer["data"].take())
}

impl List {
    /// Walks the list from end to end.
    pub async fn walk(client: &Client) -> Result<Arc<Self>> {
        let mut connection = client.connect().await?;
        let mut list = Self { customers: Vec::new(), cursors: Vec::new() };
        let mut after = Value::Null;
        loop {
            let data = answer(&mut connection, WALK, json!({ "after": after })).await?;
            let page = &data["customers"];
            for node in page["nodes"].as_array().into_iter().flatten() {
                list.customers.push((text(&node["id"])?, text(&node["reference"])?));
            }
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] != true {
                break;
            }
            list.cursors.push(text(&after)?);
        }
        // So that a page begins after each.
        list.cursors.truncate((list.customers.len().saturating_sub(SIZE)) / STRIDE);
        if list.cursors.is_empty() { Err("there are too few customers".into()) } else { Ok(Arc::new(list)) }
    }

    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Without the first so many customers, who go.
    pub fn staying(&self, leavers: u64) -> Arc<Self> {
        let stays = |(_, reference): &&(String, String)| {
            data::number(reference).is_some_and(|number| number > leavers)
        };
        let customers = self.customers.iter().filter(stays).cloned().collect();
        Arc::new(Self { customers, cursors: Vec::new() })
    }

    pub fn maps(self: &Arc<Self>) -> Arc<dyn Questions> {
        Arc::new(Maps(self.clone()))
    }

    pub fn pages(self: &Arc<Self>) -> Arc<dyn Questions> {
        Arc::new(Pages(self.clone()))
    }

    /// Compares answers with the database and with what was sealed: 20 maps and 5 pages.
    pub async fn check(&self, client: &Client, store: &Store, seed: u64) -> Result<()> {
        let mut connection = client.connect().await?;
        let mut random = Random::new(seed);
        for _ in 0..20 {
            let (id, reference) = &self.customers[pick(&mut random, self.customers.len())];
            let data = answer(&mut connection, MAP, json!({ "id": id })).await?;
            let customer = &data["customer"];
            if customer["reference"] != reference.as_str() {
                return Err(format!("asked for {reference}, got {customer}").into());
            }
            check_customer(customer, reference, store, true).await?;
        }
        for _ in 0..5 {
            let place = pick(&mut random, self.cursors.len());
            let data = answer(&mut connection, PAGE, json!({ "after": self.cursors[place] })).await?;
            let nodes = data["customers"]["nodes"].as_array().ok_or("no page")?;
            let from = (place + 1) * STRIDE;
            let there = store.page(from).await?;
            if nodes.len() != SIZE || there.len() != SIZE {
                return Err(
                    format!("a page has {} customers, and {} in SQL", nodes.len(), there.len()).into()
                );
            }
            for (at, (node, reference)) in nodes.iter().zip(&there).enumerate() {
                let (id, known) = &self.customers[from + at];
                if node["id"] != id.as_str() || known != reference {
                    return Err(
                        format!("place {} is {reference}'s, and {known} in the walk", from + at).into()
                    );
                }
                check_customer(node, reference, store, false).await?;
            }
        }
        Ok(())
    }
}

async fn check_customer(answer: &Value, reference: &str, store: &Store, whole: bool) -> Result<()> {
    let profile = data::profile(data::number(reference).ok_or("not a reference of ours")?);
    let shown = &answer["profile"];
    let same = |field: &str, value: &Option<String>| shown[field].as_str() == value.as_deref();
    let mut right = same("name", &profile.name) && same("email", &profile.email);
    right &= !whole || same("phone", &profile.phone);
    let lines = store.map(reference).await?;
    let nodes = answer["dataLocations"]["nodes"].as_array().ok_or("no map")?;
    right &= nodes.len() == lines.len() && !lines.is_empty();
    for (node, (external, category, sensitivity, system, third_party)) in nodes.iter().zip(&lines) {
        right &= node["externalReference"].as_str() == external.as_deref()
            && node["category"]["key"] == category.as_str()
            && node["system"]["name"] == system.as_str();
        if whole {
            right &= node["category"]["sensitivity"] == sensitivity.as_str()
                && node["system"]["thirdParty"]["name"].as_str() == third_party.as_deref();
        }
    }
    if right { Ok(()) } else { Err(format!("{reference} is {answer}, and in SQL {lines:?}").into()) }
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().ok_or("no text")?.to_owned())
}

fn pick(random: &mut Random, from: usize) -> usize {
    usize::try_from(random.below(from as u64)).unwrap_or_default()
}

impl Questions for Maps {
    fn question(&self, random: &mut Random) -> (String, String) {
        let (id, reference) = &self.0.customers[pick(random, self.0.customers.len())];
        let expected = format!(r#"{{"data":{{"customer":{{"reference":"{reference}","profile":{{"name":""#);
        (body(MAP, &json!({ "id": id })), expected)
    }

    fn subjects(&self) -> u64 {
        1
    }
}

impl Questions for Pages {
    fn question(&self, random: &mut Random) -> (String, String) {
        let place = pick(random, self.0.cursors.len());
        let (first, _) = &self.0.customers[(place + 1) * STRIDE];
        let expected = format!(r#"{{"data":{{"customers":{{"nodes":[{{"id":"{first}","profile":{{"name":""#);
        (body(PAGE, &json!({ "after": self.0.cursors[place] })), expected)
    }

    fn subjects(&self) -> u64 {
        SIZE as u64
    }
}
