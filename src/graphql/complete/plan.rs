//! What is selected of an object: `CollectFields` of the specification (6.3.2).

use std::{cell::OnceCell, collections::HashSet, iter};

use async_graphql::{
    Name, Positioned, Value, Variables,
    indexmap::{IndexMap, map::Entry},
    parser::types::{
        BaseType, Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, Type,
    },
};

use super::Shapes;

/// The fields to be answered for an object of one type, in their order, by their response keys.
#[derive(Debug, Default)]
pub(super) struct Plan<'a>(pub IndexMap<&'a str, Slot<'a>>);

/// One field of an answer, which may be selected in several places.
#[derive(Debug)]
pub(super) struct Slot<'a> {
    /// Its response key.
    pub key: &'a Name,
    /// Its declared type. `None` for introspection.
    pub ty: Option<&'a Type>,
    first: &'a Positioned<Field>,
    others: Vec<&'a Positioned<Field>>,
    below: OnceCell<Vec<Candidate<'a>>>,
}

/// What is selected of an object if its type is one of some. Those of which the same is selected share a plan.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    /// The types.
    pub types: Vec<&'a Name>,
    /// What is selected.
    pub plan: Plan<'a>,
}

impl<'a> Slot<'a> {
    /// The places where it is selected.
    pub fn fields(&self) -> impl Iterator<Item = &'a Positioned<Field>> {
        iter::once(self.first).chain(self.others.iter().copied())
    }

    /// Whether it is the name of its object's type.
    pub fn is_typename(&self) -> bool {
        self.first.node.name.node == "__typename"
    }

    /// Whether nothing can be selected below it.
    pub fn is_leaf(&self) -> bool {
        self.first.node.selection_set.node.items.is_empty()
    }

    fn same(&self, other: &Self) -> bool {
        self.ty == other.ty
            && self.fields().map(std::ptr::from_ref).eq(other.fields().map(std::ptr::from_ref))
    }
}

impl Plan<'_> {
    fn same(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self
                .0
                .iter()
                .zip(&other.0)
                .all(|((key, slot), (other_key, other_slot))| key == other_key && slot.same(other_slot))
    }
}

/// Makes plans for one operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planner<'a> {
    pub shapes: &'a Shapes,
    pub document: &'a ExecutableDocument,
    pub operation: &'a OperationDefinition,
    pub variables: &'a Variables,
}

impl<'a> Planner<'a> {
    /// What is selected of the root.
    pub fn root(&self) -> Option<Plan<'a>> {
        let (name, _) = self.shapes.objects.get_key_value(self.shapes.root(self.operation.ty))?;
        Some(self.plan(name, iter::once(&self.operation.selection_set.node)))
    }

    /// What is selected of the objects that `slot` holds. Empty for a leaf. Worked out when a value first needs it.
    pub fn below<'s>(&self, slot: &'s Slot<'a>) -> &'s [Candidate<'a>] {
        slot.below.get_or_init(|| match slot.ty {
            Some(ty) if !slot.is_leaf() => self.candidates(slot, base(ty)),
            _ => Vec::new(),
        })
    }

    fn candidates(&self, slot: &Slot<'a>, declared: &'a Name) -> Vec<Candidate<'a>> {
        let possible =
            self.shapes.possible.get(declared).map_or(std::slice::from_ref(declared), Vec::as_slice);
        let mut candidates: Vec<Candidate<'a>> = Vec::new();
        for of in possible {
            let plan = self.plan(of, slot.fields().map(|field| &field.node.selection_set.node));
            match candidates.iter_mut().find(|candidate| candidate.plan.same(&plan)) {
                Some(candidate) => candidate.types.push(of),
                None => candidates.push(Candidate { types: vec![of], plan }),
            }
        }
        candidates
    }

    fn plan(&self, of: &'a Name, sets: impl Iterator<Item = &'a SelectionSet>) -> Plan<'a> {
        let mut plan = Plan::default();
        let mut visited = HashSet::new();
        for set in sets {
            self.collect(of, set, &mut plan, &mut visited);
        }
        plan
    }

    fn collect(
        &self,
        of: &'a Name,
        set: &'a SelectionSet,
        plan: &mut Plan<'a>,
        visited: &mut HashSet<&'a str>,
    ) {
        for selection in &set.items {
            if !self.is_selected(selection.node.directives()) {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => self.add(of, field, plan),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| self.shapes.applies(&condition.node.on.node, of)) {
                        self.collect(of, &fragment.node.selection_set.node, plan, visited);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else { continue };
                    if visited.insert(name)
                        && self.shapes.applies(&fragment.node.type_condition.node.on.node, of)
                    {
                        self.collect(of, &fragment.node.selection_set.node, plan, visited);
                    }
                }
            }
        }
    }

    fn add(&self, of: &Name, field: &'a Positioned<Field>, plan: &mut Plan<'a>) {
        let key = &field.node.response_key().node;
        match plan.0.entry(key) {
            Entry::Occupied(slot) => slot.into_mut().others.push(field),
            Entry::Vacant(slot) => {
                let ty = self.shapes.objects.get(of).and_then(|fields| fields.get(&field.node.name.node));
                slot.insert(Slot { key, ty, first: field, others: Vec::new(), below: OnceCell::new() });
            }
        }
    }

    fn is_selected(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let wanted = match directive.node.name.node.as_str() {
                "skip" => false,
                "include" => true,
                _ => return true,
            };
            let Some(condition) = directive.node.get_argument("if") else { return true };
            let value =
                condition.node.clone().into_const_with(|name| self.variable(&name).cloned().ok_or(()));
            (value == Ok(Value::Boolean(true))) == wanted
        })
    }

    fn variable(&self, name: &Name) -> Option<&'a Value> {
        self.variables.get(name).or_else(|| {
            let mut definitions = self.operation.variable_definitions.iter();
            let definition = definitions.find(|definition| definition.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|value| &value.node)
        })
    }
}

/// What a field's type is made of, lists and nulls aside.
pub fn base(ty: &Type) -> &Name {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(of) => base(of),
    }
}
