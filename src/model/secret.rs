//! Secret text, which only `expose` returns.

use std::fmt;

use zeroize::Zeroize;

/// A credential in memory.
///
/// It has no `Display`, no `Deref` and no `Serialize`; its `Debug` is a fixed word. Its bytes are
/// overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text. clippy.toml makes each call state where the text goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The length in words, which may be shown: `16 characters`.
    pub fn length(&self) -> String {
        match self.0.chars().count() {
            1 => "1 character".to_owned(),
            count => format!("{count} characters"),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(***)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_output_does_not_show_the_secret() {
        assert_eq!(format!("{:?}", Some(Secret::new("hunter2".into()))), "Some(Secret(***))");
    }
}
