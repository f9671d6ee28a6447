//! A folder that only this user can enter, for what other users of the host must not touch.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Why a folder is not ours alone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPrivate {
    /// It cannot be made or used.
    #[error("{}: {why}", .folder.display())]
    Unusable {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        why: String,
    },
    /// It is something else.
    #[error("{}: is no folder of its own; name one that is not a link", .0.display())]
    NoFolder(PathBuf),
    /// Others may enter it.
    #[error("{}: other users can enter it; close it with chmod 700, or name a folder of its own", .0.display())]
    Open(PathBuf),
    /// It belongs to another user.
    #[error("{}: it belongs to another user; name a folder of this one", .0.display())]
    Foreign(PathBuf),
}

/// Makes the folder of `file` if it is missing, and makes sure that it belongs to this user and is closed to others.
///
/// # Errors
/// [`NotPrivate`].
pub(crate) fn of(file: &Path) -> Result<(), NotPrivate> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let unusable = |error: std::io::Error| NotPrivate::Unusable {
        folder: folder.to_owned(),
        why: error.to_string(),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unusable)?;
    let facts = std::fs::symlink_metadata(folder).map_err(unusable)?;
    if !facts.is_dir() {
        return Err(NotPrivate::NoFolder(folder.to_owned()));
    }
    if facts.mode() & 0o077 != 0 {
        return Err(NotPrivate::Open(folder.to_owned()));
    }
    // Whoever owns what we make is us.
    let probe = folder.join(format!(".owner-{}", std::process::id()));
    let made = File::create_new(&probe).and_then(|file| file.metadata());
    let removed = std::fs::remove_file(&probe);
    let ours = made.map_err(unusable)?.uid();
    removed.map_err(unusable)?;
    if ours == facts.uid() { Ok(()) } else { Err(NotPrivate::Foreign(folder.to_owned())) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

    use std::os::unix::fs::PermissionsExt;

    use super::{NotPrivate, of};

    #[test]
    fn a_missing_folder_is_made_for_us_alone() {
        let base = tempfile::tempdir().unwrap();
        let file = base.path().join("run/upgrade.sock");
        of(&file).unwrap();
        let folder = file.parent().unwrap();
        assert_eq!(std::fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
        of(&file).unwrap();
    }

    #[test]
    fn a_folder_that_others_can_enter_is_refused() {
        let base = tempfile::tempdir().unwrap();
        for mode in [0o777, 0o1777, 0o755, 0o710] {
            std::fs::set_permissions(base.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            let expect = Err(NotPrivate::Open(base.path().to_owned()));
            assert_eq!(of(&base.path().join("upgrade.sock")), expect, "{mode:o}");
        }
    }

    #[test]
    fn a_link_and_a_file_are_refused() {
        let base = tempfile::tempdir().unwrap();
        let (link, file) = (base.path().join("link"), base.path().join("file"));
        std::os::unix::fs::symlink(base.path(), &link).unwrap();
        std::fs::write(&file, "").unwrap();
        assert_eq!(of(&link.join("upgrade.sock")), Err(NotPrivate::NoFolder(link)));
        assert!(matches!(of(&file.join("upgrade.sock")), Err(NotPrivate::Unusable { .. })));
    }
}
