//! The admin listener: health, metrics and the pages of the SOC.
