//! Paths of nodes. Asked for in document order, all of them together cost one pass over the tape: where the last one
//! stood is kept, and arrays and objects are not counted from their beginning again.

use super::Document;
use crate::json::Kind;
use crate::table::is_known_name;

/// Tells paths of nodes, cheaply if asked in document order.
pub(crate) struct Paths<'d> {
    document: &'d Document,
    /// The containers around the last target, outermost first, over all layers.
    frames: Vec<Frame>,
    path: String,
    /// Members and items passed over.
    #[cfg(test)]
    pub(crate) steps: usize,
}

/// A container, and which of its members or items was last looked into.
#[derive(Clone, Copy)]
struct Frame {
    layer: u32,
    container: u32,
    /// The item, or the name of the member.
    at: u32,
    position: usize,
    /// Bytes of the path before the segment of this container.
    before: usize,
}

/// What a container leads to on the way to a target.
enum Inside {
    /// A value, which is the target or holds it.
    Value(u32),
    /// The target is a name.
    Name,
    /// Nothing: reading stopped here.
    Nothing,
}

impl<'d> Paths<'d> {
    pub(super) fn new(document: &'d Document) -> Paths<'d> {
        Paths {
            document,
            frames: Vec::new(),
            path: String::new(),
            #[cfg(test)]
            steps: 0,
        }
    }

    /// The path of a node: names that the dialects know as they are, others as their position in the object.
    pub(crate) fn of(&mut self, layer: u32, target: u32) -> &str {
        let mut way = vec![(layer, target)];
        while let Some(&(layer, _)) = way.last()
            && let Some(outer) = self.document.layers.get(layer as usize).and_then(|l| l.parent)
        {
            way.push(outer);
        }
        way.reverse();
        let kept = self.frames.iter().take_while(|frame| self.holds(frame, &way)).count();
        // The last one that still holds the target is walked on from where it stands.
        let last = kept.checked_sub(1).and_then(|last| self.frames.get(last)).copied();
        self.frames.truncate(kept.saturating_sub(1));
        self.path.truncate(last.map_or(0, |frame| frame.before));
        let from = last.and_then(|last| way.iter().position(|(layer, _)| *layer == last.layer));
        let mut resumed = last;
        for (layer, target) in way.into_iter().skip(from.unwrap_or(0)) {
            let root = self.document.layers.get(layer as usize).map_or(target, |layer| layer.root);
            self.descend(layer, root, target, resumed.take());
        }
        &self.path
    }

    fn holds(&self, frame: &Frame, way: &[(u32, u32)]) -> bool {
        let end = self.document.nodes.get(frame.container as usize).map_or(0, |node| node.next);
        way.iter().any(|&(layer, target)| {
            layer == frame.layer && frame.container < target && frame.at <= target && target < end
        })
    }

    /// Goes from a value of a layer, or from a container that was entered before, down to `target`.
    fn descend(&mut self, layer: u32, root: u32, target: u32, resumed: Option<Frame>) {
        let mut value = root;
        let mut resumed = resumed;
        loop {
            let frame = match resumed.take() {
                Some(frame) => frame,
                None if value == target => return,
                None => Frame {
                    layer,
                    container: value,
                    at: value + 1,
                    position: 0,
                    before: self.path.len(),
                },
            };
            match self.enter(frame, target) {
                Inside::Value(inside) => value = inside,
                Inside::Name | Inside::Nothing => return,
            }
        }
    }

    /// Walks a container on to the member or item that holds `target`, and appends its segment.
    fn enter(&mut self, mut frame: Frame, target: u32) -> Inside {
        let nodes = &self.document.nodes;
        let kind = nodes.get(frame.container as usize).map(|node| node.kind);
        let is_object = kind == Some(Kind::Object);
        if !is_object && kind != Some(Kind::Array) {
            return Inside::Nothing;
        }
        let value_of = |at: u32| at + u32::from(is_object);
        loop {
            let Some(name) = nodes.get(frame.at as usize).copied() else { return Inside::Nothing };
            let next = nodes.get(value_of(frame.at) as usize).map_or(u32::MAX, |value| value.next);
            if target >= next {
                frame.at = next;
                frame.position += 1;
                #[cfg(test)]
                {
                    self.steps += 1;
                }
                continue;
            }
            if is_object {
                let name = self.document.str_at(self.document.raw(frame.layer, name));
                self.member(name, frame.position);
            } else {
                self.path.push_str(&format!("[{}]", frame.position));
            }
            self.frames.push(frame);
            if is_object && target == frame.at {
                self.path.push_str("#name");
                return Inside::Name;
            }
            return Inside::Value(value_of(frame.at));
        }
    }

    fn member(&mut self, name: &str, position: usize) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        if is_known_name(name) {
            self.path.push_str(name);
        } else {
            self.path.push_str(&format!("{{{position}}}"));
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should stop here")]
mod tests {
    use crate::tests::{CHAT, parse};

    #[test]
    fn paths_are_the_same_in_any_order() {
        let body = r#"{"model":"m","x":{"y":[1,{"z":"\u0041"}]},"messages":[{"role":"user","content":"a"},
            {"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{\"a\":[\"{\\\"b\\\":[1,2]}\",3],\"c\":4}"}}]},
            {"role":"tool","content":"[1,[2,3],{\"k\":5}]"}],"user":"u"}"#;
        let request = parse(CHAT, body).unwrap();
        let parts = request.parts();
        let alone: Vec<String> = parts.iter().map(|part| request.path_of(part)).collect();
        assert!(
            alone.contains(&"messages[1].tool_calls[0].function.arguments.{0}[0].{0}[1]".into())
        );
        let mut paths = request.paths();
        for (part, alone) in parts.iter().zip(&alone) {
            assert_eq!(paths.of(part), *alone);
        }
        for first in 0..parts.len() {
            for second in 0..parts.len() {
                let mut paths = request.paths();
                assert_eq!(paths.of(&parts[first]), alone[first]);
                assert_eq!(paths.of(&parts[second]), alone[second]);
            }
        }
    }

    /// Counted from the beginning each time, 40,000 messages would take 800 million steps.
    #[test]
    fn paths_in_order_cost_one_pass() {
        let messages = vec![r#"{"role":"user","content":"hi"}"#; 40_000].join(",");
        let request = parse(CHAT, &format!(r#"{{"messages":[{messages}],"model":"m"}}"#)).unwrap();
        let mut paths = request.paths();
        let last = request.parts().iter().map(|part| paths.of(part)).last().unwrap();
        assert_eq!(last, "model");
        assert!(paths.steps() < 200_000, "{} steps", paths.steps());
    }
}
