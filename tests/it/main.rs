//! Everything that a user can see, through the real binary.
