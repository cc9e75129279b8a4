//! A schema with a field that fails at every kind of place.

use async_graphql::{EmptySubscription, Error, Interface, Object, Result, Schema, SimpleObject, Union};

pub(super) type Executor = Schema<Thing, Mutation, EmptySubscription>;

pub(super) fn executor() -> Executor {
    Schema::build(Thing, Mutation, EmptySubscription).finish()
}

fn failed<T>() -> Result<T> {
    Err(Error::new("failed"))
}

async fn wait(turns: usize) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

/// The root of queries, and what it holds in every way.
#[derive(Clone, Copy)]
pub(super) struct Thing;

#[Object]
impl Thing {
    async fn one(&self) -> i32 {
        1
    }

    async fn slow(&self) -> i32 {
        wait(3).await;
        2
    }

    async fn slower(&self) -> Option<i32> {
        wait(6).await;
        Some(3)
    }

    async fn none(&self) -> Option<Thing> {
        None
    }

    async fn bad(&self) -> Result<Option<i32>> {
        failed()
    }

    async fn slow_bad(&self) -> Result<Option<i32>> {
        wait(4).await;
        failed()
    }

    async fn bad_required(&self) -> Result<i32> {
        wait(1).await;
        failed()
    }

    async fn bad_thing(&self) -> Result<Option<Thing>> {
        failed()
    }

    async fn caught(&self) -> Option<Result<i32>> {
        Some(failed())
    }

    async fn thing(&self) -> Option<Thing> {
        Some(Thing)
    }

    async fn slow_thing(&self) -> Option<Thing> {
        wait(5).await;
        Some(Thing)
    }

    async fn thing_required(&self) -> Thing {
        Thing
    }

    /// `[Thing!]!`
    async fn things(&self) -> Vec<Thing> {
        vec![Thing, Thing]
    }

    /// `[Thing!]`
    async fn perhaps_things(&self) -> Option<Vec<Thing>> {
        Some(vec![Thing])
    }

    /// `[Thing]!`
    async fn some_things(&self) -> Vec<Option<Thing>> {
        vec![Some(Thing), None]
    }

    /// `[Int!]!`
    async fn numbers(&self) -> Vec<Result<i32>> {
        vec![Ok(1), failed()]
    }

    /// `[Int!]`
    async fn perhaps_numbers(&self) -> Option<Vec<Result<i32>>> {
        Some(vec![Ok(1), failed()])
    }

    /// `[Int]!`
    async fn some_numbers(&self) -> Vec<Option<Result<i32>>> {
        vec![Some(Ok(1)), Some(failed()), None]
    }

    /// `[[Int!]]!`
    async fn table(&self) -> Vec<Option<Vec<Result<i32>>>> {
        vec![Some(vec![Ok(1)]), Some(vec![Ok(2), failed()])]
    }

    async fn pet(&self, dog: bool) -> Option<Pet> {
        Some(if dog { Pet::Dog(Dog) } else { Pet::Cat(Cat) })
    }

    async fn pets(&self) -> Vec<Pet> {
        vec![Pet::Dog(Dog), Pet::Cat(Cat)]
    }

    async fn found(&self) -> Vec<Found> {
        vec![Found::Cat(Cat), Found::Plain(Plain { one: 1 })]
    }

    async fn fails(&self, fails: bool) -> Result<Option<i32>> {
        if fails { failed() } else { Ok(Some(4)) }
    }
}

#[derive(Interface)]
#[expect(clippy::duplicated_attributes, reason = "two fields are of one type")]
#[graphql(
    field(name = "name", ty = "String"),
    field(name = "nick", ty = "Result<Option<String>>"),
    field(name = "home", ty = "Result<Option<String>>")
)]
pub(super) enum Pet {
    Dog(Dog),
    Cat(Cat),
}

pub(super) struct Dog;

#[Object]
impl Dog {
    async fn name(&self) -> String {
        wait(2).await;
        "Rex".to_owned()
    }

    async fn nick(&self) -> Result<Option<String>> {
        failed()
    }

    async fn home(&self) -> Result<Option<String>> {
        failed()
    }

    async fn barks(&self) -> Result<Option<bool>> {
        failed()
    }

    async fn teeth(&self) -> Result<i32> {
        failed()
    }
}

pub(super) struct Cat;

#[Object]
impl Cat {
    async fn name(&self) -> String {
        "Mia".to_owned()
    }

    async fn nick(&self) -> Result<Option<String>> {
        Ok(Some("M".to_owned()))
    }

    /// Declared narrower than by the interface.
    async fn home(&self) -> Result<String> {
        failed()
    }

    async fn meows(&self) -> bool {
        wait(2).await;
        true
    }
}

#[derive(Union)]
pub(super) enum Found {
    Cat(Cat),
    Plain(Plain),
}

#[derive(SimpleObject)]
pub(super) struct Plain {
    one: i32,
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn first(&self) -> i32 {
        1
    }

    async fn second(&self) -> Result<Option<i32>> {
        wait(2).await;
        failed()
    }

    async fn second_required(&self) -> Result<i32> {
        failed()
    }

    async fn third(&self) -> Thing {
        Thing
    }
}
