//! Policy files in, a rulebook out; a situation in, a decision out.
