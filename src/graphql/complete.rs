//! Puts an executed answer right. The executor answers fields in the order in which they were done, leaves out those
//! that failed and answers `null` for an object of which nothing is left; GraphQL wants the order of the selection
//! (specification of September 2025, 6.3), a `null` for what failed, and where that may not be null, a `null` for what
//! holds it (6.4.4).

mod failures;
mod plan;
#[cfg(test)]
mod tests;
mod there;

use std::collections::HashMap;

use async_graphql::{
    Name, ServerError, Value, Variables,
    indexmap::IndexMap,
    parser::{
        self,
        types::{
            BaseType, ExecutableDocument, OperationDefinition, OperationType, Type, TypeKind,
            TypeSystemDefinition,
        },
    },
};

use failures::{Failures, Unplaced};
pub use plan::base;
use plan::{Candidate, Plan, Planner, Slot};
pub use there::ask as ask_what_is_there;

type Map = IndexMap<Name, Value>;

/// What the schema says of types, read once from its SDL.
#[derive(Debug)]
pub struct Shapes {
    query: Name,
    mutation: Name,
    subscription: Name,
    /// Object types, and the types of their fields.
    objects: HashMap<Name, HashMap<Name, Type>>,
    /// Interfaces and unions, and the object types that they may be.
    possible: HashMap<Name, Vec<Name>>,
}

impl Shapes {
    /// Reads the schema.
    ///
    /// # Errors
    /// If `sdl` is not a schema.
    pub fn of_sdl(sdl: &str) -> Result<Self, parser::Error> {
        let mut shapes = Self {
            query: Name::new("Query"),
            mutation: Name::new("Mutation"),
            subscription: Name::new("Subscription"),
            objects: HashMap::new(),
            possible: HashMap::new(),
        };
        for definition in parser::parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let schema = schema.node;
                    let roots = [
                        (&mut shapes.query, schema.query),
                        (&mut shapes.mutation, schema.mutation),
                        (&mut shapes.subscription, schema.subscription),
                    ];
                    for (root, name) in roots {
                        if let Some(name) = name {
                            *root = name.node;
                        }
                    }
                }
                TypeSystemDefinition::Type(definition) => {
                    shapes.add(&definition.node.name.node, definition.node.kind);
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(shapes)
    }

    fn add(&mut self, name: &Name, kind: TypeKind) {
        match kind {
            TypeKind::Object(object) => {
                for interface in object.implements {
                    self.possible.entry(interface.node).or_default().push(name.clone());
                }
                let fields =
                    object.fields.into_iter().map(|field| (field.node.name.node, field.node.ty.node));
                self.objects.entry(name.clone()).or_default().extend(fields);
            }
            TypeKind::Union(union) => {
                let members = union.members.into_iter().map(|member| member.node);
                self.possible.entry(name.clone()).or_default().extend(members);
            }
            TypeKind::Interface(_) => {
                self.possible.entry(name.clone()).or_default();
            }
            TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_) => {}
        }
    }

    /// The declared type of a field, of an interface's as its first object has it. `None` for introspection.
    pub fn field(&self, of: &Name, field: &Name) -> Option<&Type> {
        let object = self.possible.get(of).and_then(|possible| possible.first()).unwrap_or(of);
        self.objects.get(object)?.get(field)
    }

    /// Every field of every object type.
    #[cfg(test)]
    pub fn fields(&self) -> impl Iterator<Item = (&Name, &Name, &Type)> {
        self.objects.iter().flat_map(|(of, fields)| fields.iter().map(move |(field, ty)| (of, field, ty)))
    }

    /// The type's name as it stands here, if there is such an object type, interface or union.
    pub fn known(&self, name: &Name) -> Option<&Name> {
        let object = self.objects.get_key_value(name).map(|(known, _)| known);
        object.or_else(|| self.possible.get_key_value(name).map(|(known, _)| known))
    }

    /// Whether it is an object type, and no interface or union.
    pub fn is_object(&self, name: &Name) -> bool {
        self.objects.contains_key(name)
    }

    /// The type of an operation's root.
    pub fn root(&self, ty: OperationType) -> &Name {
        match ty {
            OperationType::Query => &self.query,
            OperationType::Mutation => &self.mutation,
            OperationType::Subscription => &self.subscription,
        }
    }

    /// Whether a fragment on `condition` applies to an object of type `of`.
    pub fn applies(&self, condition: &Name, of: &Name) -> bool {
        condition == of || self.possible.get(condition).is_some_and(|possible| possible.contains(of))
    }

    /// Completes the `data` of an executed operation of `document`: its fields in the order of the selection, and
    /// `null` where `errors` say that something failed, as far up as types demand it. The executor must have been
    /// given the same `variables`, and the document after [`ask_what_is_there`].
    ///
    /// Values are moved, never cloned, and what is in order stays where it is.
    pub fn complete(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
        mut data: Value,
        errors: &[ServerError],
    ) -> Value {
        let planner = Planner { shapes: self, document, operation, variables };
        let completion = Completion { planner, unplaced: Unplaced::of(errors) };
        let failures = Failures::of(errors);
        let Some(plan) = planner.root() else { return data };
        let outcome = match &mut data {
            Value::Object(map) => completion.object(&plan, map, failures.as_ref(), Lost::Nothing),
            // Nothing is left of it: all fields failed, or none was selected.
            Value::Null if completion.failed_below(&plan, failures.as_ref()) || plan.0.is_empty() => {
                completion.rebuilt(&plan, failures.as_ref()).map(|object| data = object)
            }
            _ => Ok(()),
        };
        match outcome {
            Ok(()) => data,
            Err(Failed) => Value::Null,
        }
    }
}

/// The place must be null.
struct Failed;

/// What is missing from an object that the executor answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lost {
    /// Only what has an error.
    Nothing,
    /// It answered `null` instead, so that all is missing.
    All,
}

struct Completion<'a> {
    planner: Planner<'a>,
    unplaced: Unplaced,
}

impl<'a> Completion<'a> {
    /// Completes what is at a place of type `ty`: a field's value, or an item of a list.
    fn place(
        &self,
        ty: &Type,
        slot: &Slot<'a>,
        value: &mut Value,
        failures: Option<&Failures>,
    ) -> Result<(), Failed> {
        match self.fill(ty, slot, value, failures) {
            Err(Failed) if ty.nullable => {
                *value = Value::Null;
                Ok(())
            }
            outcome => outcome,
        }
    }

    fn fill(
        &self,
        ty: &Type,
        slot: &Slot<'a>,
        value: &mut Value,
        failures: Option<&Failures>,
    ) -> Result<(), Failed> {
        // Selected twice, it may have failed once and be there from the other time.
        if failures.is_some_and(|failures| failures.here) {
            return Err(Failed);
        }
        match (&ty.base, value) {
            (BaseType::Named(_), value @ Value::Null) if !slot.is_leaf() => {
                self.nothing_left(ty, slot, value, failures)
            }
            // An item failed that may not be null, so that the executor gave up the list.
            (_, Value::Null) if failures.is_some() => Err(Failed),
            (BaseType::List(of), Value::List(items)) if failures.is_some() || !slot.is_leaf() => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.place(of, slot, item, failures.and_then(|failures| failures.item(index)))?;
                }
                Ok(())
            }
            (BaseType::Named(_), Value::Object(map)) => {
                match runtime(self.planner.below(slot), map, failures) {
                    Some(plan) => self.object(plan, map, failures, Lost::Nothing),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// An object is null: because there is none, or because it has no field that did not fail.
    fn nothing_left(
        &self,
        ty: &Type,
        slot: &Slot<'a>,
        value: &mut Value,
        failures: Option<&Failures>,
    ) -> Result<(), Failed> {
        if ty.nullable && failures.is_none() && self.unplaced.is_empty() {
            return Ok(());
        }
        let candidates = self.planner.below(slot);
        if candidates.iter().any(|candidate| self.failed_below(&candidate.plan, failures)) {
            let Some(plan) = runtime(candidates, &Map::new(), failures) else { return Err(Failed) };
            *value = self.rebuilt(plan, failures)?;
        }
        Ok(())
    }

    fn failed_below(&self, plan: &Plan<'a>, failures: Option<&Failures>) -> bool {
        failures.is_some() || plan.0.values().any(|slot| self.is_unplaced(slot))
    }

    fn is_unplaced(&self, slot: &Slot<'a>) -> bool {
        slot.fields().any(|field| self.unplaced.may_be_of(field))
    }

    fn rebuilt(&self, plan: &Plan<'a>, failures: Option<&Failures>) -> Result<Value, Failed> {
        let mut map = Map::new();
        self.object(plan, &mut map, failures, Lost::All)?;
        Ok(Value::Object(map))
    }

    fn object(
        &self,
        plan: &Plan<'a>,
        map: &mut Map,
        failures: Option<&Failures>,
        lost: Lost,
    ) -> Result<(), Failed> {
        there::forget(map);
        // As long as all is in order, `next` is where the next field should be.
        let mut next = 0;
        let mut in_order = true;
        for slot in plan.0.values() {
            let below = failures.and_then(|failures| failures.field(slot.key));
            let in_place = map.get_index(next).is_some_and(|(key, _)| key == slot.key);
            let at = if in_place { Some(next) } else { map.get_index_of(slot.key) };
            let at = if let Some((at, (_, value))) = at.and_then(|at| Some((at, map.get_index_mut(at)?))) {
                if let Some(ty) = slot.ty {
                    self.place(ty, slot, value, below)?;
                }
                at
            } else if lost == Lost::All || below.is_some() || self.is_unplaced(slot) {
                match slot.ty {
                    Some(ty) if !ty.nullable => return Err(Failed),
                    Some(_) => map.insert_full(slot.key.clone(), Value::Null).0,
                    None => continue,
                }
            } else {
                continue;
            };
            in_order &= at == next;
            next += 1;
        }
        if !in_order {
            map.sort_by_cached_key(|key, _| plan.0.get_index_of(key.as_str()).unwrap_or(usize::MAX));
        }
        Ok(())
    }
}

/// What is selected of the object that the executor answered as `map`: by its `__typename` where that is selected, else
/// by which of the plans explains best what is there and what is not.
fn runtime<'s, 'a>(
    candidates: &'s [Candidate<'a>],
    map: &Map,
    failures: Option<&Failures>,
) -> Option<&'s Plan<'a>> {
    let best = match candidates {
        [only] => Some(only),
        several => several.iter().min_by_key(|candidate| unexplained(candidate, map, failures)),
    };
    best.map(|candidate| &candidate.plan)
}

/// How many fields are there, or failed, that the candidate does not select, or are missing though it does; how many are
/// missing that may not be; and whether it would change their order. The second decides between types of which the
/// same is selected through an interface: who asks so knows of the interface's type alone.
fn unexplained(candidate: &Candidate, map: &Map, failures: Option<&Failures>) -> (usize, usize, bool) {
    let plan = &candidate.plan;
    let other_type =
        plan.0.values().filter(|slot| slot.is_typename()).any(|slot| match map.get(slot.key.as_str()) {
            Some(Value::String(name)) => candidate.types.iter().all(|of| *of != name),
            _ => false,
        });
    if other_type {
        return (usize::MAX, usize::MAX, true);
    }
    let failed = |key: &str| failures.is_some_and(|failures| failures.field(key).is_some());
    let there = map.keys().map(Name::as_str).chain(failures.into_iter().flat_map(Failures::keys));
    let unknown = there.filter(|key| !plan.0.contains_key(key)).count();
    let missing = || plan.0.values().filter(|slot| !map.contains_key(slot.key));
    let without_error = missing().filter(|slot| !failed(slot.key)).count();
    let required = missing().filter(|slot| slot.ty.is_some_and(|ty| !ty.nullable)).count();
    let in_order = map.keys().filter_map(|key| plan.0.get_index_of(key.as_str())).is_sorted();
    (unknown + without_error, required, !in_order)
}
