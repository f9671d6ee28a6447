//! Presentations: slides in the order in which they are shown, with their notes; hidden slides as metadata.

use crate::archive::Package;
use crate::capitals::Styles;
use crate::piece::{Role, Why};
use crate::reading::Reading;
use crate::xml::{Step, walk};

use super::{relations, word};

/// Tells slides and notes; gives the names of the parts that were read.
pub(super) fn presentation(reading: &mut Reading<'_>, package: &mut Package<'_>) -> Vec<String> {
    let main = "ppt/presentation.xml";
    let targets = relations(reading, package, main);
    let mut slides = Vec::new();
    if let Some(xml) = package.text(reading, main) {
        // What is broken there is told when the part itself is read.
        let _ = walk(&xml, |step| {
            if let Step::Open(tag) = step
                && tag.name == "sldId"
                // Two attributes are called id; the one that leads to the slide has a name space.
                && let Some(target) = tag.attributes().find_map(|(name, value)| targets.get(&value).filter(|_| name == "id"))
            {
                slides.push(target.clone());
            }
        });
    }
    let (mut done, none) = (Vec::new(), Styles::default());
    for (number, part) in (1..).zip(slides) {
        if number > reading.limits().pages {
            reading.unread("slides", Why::TooMany);
            break;
        }
        let Some(xml) = package.text(reading, &part) else { continue };
        let hidden = is_hidden(&xml);
        let (role, word) = if hidden { (Role::Metadata, " (hidden)") } else { (Role::Content, "") };
        let place = format!("slide {number}{word}");
        reading.within(&place, |reading| word::paragraphs(reading, role, &xml, &none));
        let beside = relations(reading, package, &part);
        done.push(part);
        for notes in beside.into_values().filter(|target| target.contains("notesSlide")) {
            if let Some(xml) = package.text(reading, &notes) {
                let place = format!("notes of slide {number}");
                reading.within(&place, |reading| {
                    word::paragraphs(reading, Role::Content, &xml, &none)
                });
                done.push(notes);
            }
        }
    }
    done
}

fn is_hidden(xml: &str) -> bool {
    let mut hidden = false;
    // What is broken there is told when the part itself is read.
    let _ = walk(xml, |step| {
        if let Step::Open(tag) = step
            && tag.name == "sld"
        {
            hidden = matches!(tag.value("show").as_str(), "0" | "false");
        }
    });
    hidden
}
