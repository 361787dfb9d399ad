/// Defines an enum whose variants have one text each, on the wire and wherever they are stored: the list of its variants,
/// `as_str`, `FromStr` and serde stand beside each other and cannot differ.
macro_rules! named_enum {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident ($unknown:literal) {
            $($(#[$doc:meta])* $variant:ident = $text:tt,)+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(::serde::Serialize, ::serde::Deserialize, ::utoipa::ToSchema)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All of them, in the order in which they are defined.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The text on the wire and in what is stored.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().copied().find(|known| known.as_str() == text);
                found.ok_or_else(|| $crate::UnknownName { what: $unknown, text: text.to_owned() })
            }
        }
    };
}

pub(crate) use named_enum;

/// A text that is not the name of any variant of an enum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the name of {what}")]
pub struct UnknownName {
    /// What the text should have named, with its article.
    pub what: &'static str,
    /// The text.
    pub text: String,
}
