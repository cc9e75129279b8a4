//! Pictures, in the form that was asked for.

use super::enums::PictureFormat;
use crate::{
    domain::picture::Picture,
    report::{mermaid, svg},
};

/// The picture as text.
pub fn drawn(picture: &Picture, format: PictureFormat) -> String {
    match format {
        PictureFormat::Svg => svg(picture),
        PictureFormat::Mermaid => mermaid(picture),
    }
}
