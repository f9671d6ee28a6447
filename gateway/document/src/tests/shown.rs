//! What a person sees is what is told: letters, lines and cells as they are drawn, whatever marks stand between them.

mod offices;
mod orders;
mod tables;
mod texts;
