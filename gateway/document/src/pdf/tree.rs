//! The pages of a file, in the order of its tree, with what they inherit.

use std::collections::HashSet;
use std::rc::Rc;

use super::file::File;
use super::object::{Dict, Object};

/// Trees of pages within trees.
const DEPTH: usize = 64;

/// One page: its number as an object, its dictionary, and the resources that it has or inherits.
pub(super) struct Page {
    pub(super) number: Option<u32>,
    pub(super) dict: Dict,
    /// Shared by all pages that inherit it.
    pub(super) resources: Rc<Object>,
}

/// The pages of a file.
pub(super) struct Pages {
    pub(super) all: Vec<Page>,
    /// Whether the tree names a page that is not there: others may find it.
    pub(super) missing: bool,
}

/// The pages, at most so many. Pages that the tree does not reach come last: they are in the file all the same.
pub(super) fn pages(file: &File<'_>, most: usize) -> Pages {
    let mut walk = Walk { file, most, seen: HashSet::new(), pages: Vec::new(), missing: false };
    let none = Rc::new(Object::Null);
    let root = file.trailer().get(b"Root").and_then(|root| file.dict(root));
    let root = root.map(std::borrow::Cow::into_owned).or_else(|| catalog(file));
    if let Some(tree) = root.as_ref().and_then(|root| root.get(b"Pages")) {
        walk.node(tree, &none, 0);
    }
    for number in file.numbers() {
        if walk.seen.contains(&number) || walk.pages.len() >= most {
            continue;
        }
        if let Some(Object::Dict(dict)) = file.get(number)
            && dict.name(b"Type") == Some(b"Page")
        {
            walk.page(Some(number), dict, &none);
        }
    }
    Pages { all: walk.pages, missing: walk.missing }
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
    missing: bool,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Object, resources: &Rc<Object>, depth: usize) {
        let number = match node {
            Object::Reference(number) => Some(*number),
            _ => None,
        };
        let again = number.is_some_and(|number| !self.seen.insert(number));
        if again || self.pages.len() >= self.most {
            return;
        }
        let Some(dict) = self.file.dict(node).filter(|_| depth <= DEPTH) else {
            self.missing = true;
            return;
        };
        let dict = dict.into_owned();
        let Some(kids) = dict.get(b"Kids") else { return self.page(number, dict, resources) };
        let own = inherited(&dict, resources);
        for kid in self.file.array(kids) {
            self.node(&kid, &own, depth + 1);
        }
    }

    fn page(&mut self, number: Option<u32>, dict: Dict, resources: &Rc<Object>) {
        let resources = inherited(&dict, resources);
        self.pages.push(Page { number, dict, resources });
    }
}

fn inherited(dict: &Dict, resources: &Rc<Object>) -> Rc<Object> {
    dict.get(b"Resources").map_or_else(|| Rc::clone(resources), |own| Rc::new(own.clone()))
}
