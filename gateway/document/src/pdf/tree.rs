//! The pages of a file, in the order of its tree, with what they inherit.

use std::collections::HashSet;

use super::file::File;
use super::lexer::{Dict, Object};

/// Trees of pages within trees.
const DEPTH: usize = 64;

/// One page: its number as an object, its dictionary, and the resources that it has or inherits.
pub(super) struct Page {
    pub(super) number: Option<u32>,
    pub(super) dict: Dict,
    pub(super) resources: Object,
}

/// The pages, at most so many. Pages that the tree does not reach come last: they are in the file all the same.
pub(super) fn pages(file: &File<'_>, most: usize) -> Vec<Page> {
    let mut walk = Walk { file, most, seen: HashSet::new(), pages: Vec::new() };
    let root =
        file.trailer().get(b"Root").and_then(|root| file.dict(root)).or_else(|| catalog(file));
    if let Some(tree) = root.as_ref().and_then(|root| root.get(b"Pages")) {
        walk.node(tree, &Object::Null, 0);
    }
    for number in file.numbers() {
        if walk.seen.contains(&number) || walk.pages.len() >= most {
            continue;
        }
        if let Some(Object::Dict(dict)) = file.get(number)
            && dict.name(b"Type") == Some(b"Page")
        {
            walk.page(Some(number), dict, &Object::Null);
        }
    }
    walk.pages
}

fn catalog(file: &File<'_>) -> Option<Dict> {
    file.numbers().find_map(|number| match file.get(number)? {
        Object::Dict(dict) if dict.name(b"Type") == Some(b"Catalog") => Some(dict),
        _ => None,
    })
}

struct Walk<'f, 'b> {
    file: &'f File<'b>,
    most: usize,
    seen: HashSet<u32>,
    pages: Vec<Page>,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Object, resources: &Object, depth: usize) {
        let number = match node {
            Object::Reference(number) => Some(*number),
            _ => None,
        };
        let again = number.is_some_and(|number| !self.seen.insert(number));
        if again || depth > DEPTH || self.pages.len() >= self.most {
            return;
        }
        let Some(dict) = self.file.dict(node) else { return };
        let Some(kids) = dict.get(b"Kids") else { return self.page(number, dict, resources) };
        let own = dict.get(b"Resources").unwrap_or(resources).clone();
        for kid in self.file.array(kids) {
            self.node(&kid, &own, depth + 1);
        }
    }

    fn page(&mut self, number: Option<u32>, dict: Dict, resources: &Object) {
        let resources = dict.get(b"Resources").unwrap_or(resources).clone();
        self.pages.push(Page { number, dict, resources });
    }
}
