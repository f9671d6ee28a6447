//! What the text of a group is for, by the control word that opens it.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Into {
    Body,
    Hidden,
    Deleted,
    Comment,
    Property,
    Field,
    Object,
    Picture,
    /// Files and structures in hexadecimal digits, as Word keeps them: themes as archives, and what programs store.
    Theme,
    Store,
}

impl Into {
    /// Whether what stands in it belongs to it, whatever control words within say.
    pub(super) fn is_closed(self) -> bool {
        matches!(self, Self::Object | Self::Picture | Self::Theme | Self::Store)
    }
}

/// Where text behind a control word goes; `None` if it stays where it is. `optional` words are those old readers may pass over.
pub(super) fn of(word: &str, optional: bool) -> Option<Into> {
    Some(match word {
        "themedata" | "colorschememapping" => Into::Theme,
        "datastore" => Into::Store,
        "fonttbl" | "colortbl" | "stylesheet" | "listtable" | "listoverridetable" | "rsidtbl"
        | "generator" | "latentstyles" | "xmlnstbl" | "mmathPr" => Into::Property,
        "info" | "userprops" | "docvar" | "template" => Into::Property,
        "annotation" | "atnauthor" | "atnid" => Into::Comment,
        "fldinst" | "bkmkstart" => Into::Field,
        "objdata" => Into::Object,
        "pict" => Into::Picture,
        // Headers, footers and notes are read as what they are: text that is seen. So is the result of a shape.
        "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr"
        | "footerf" | "footnote" | "shpinst" | "shptxt" | "fldrslt" | "revtbl" => return None,
        _ if optional => Into::Property,
        _ => return None,
    })
}
