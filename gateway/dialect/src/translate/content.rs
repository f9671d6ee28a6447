//! Pieces of a message's content in the other dialect: text, images, files.

use super::Untranslatable;
use super::value::{Fields, Value, numbered};

/// Anthropic blocks for OpenAI content: a string or a list of parts. Empty texts are left out, Anthropic refuses them.
pub(crate) fn blocks(
    content: Value,
    path: &str,
    lost: &mut Vec<String>,
) -> Result<Vec<Value>, Untranslatable> {
    match content {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => Ok(text_block(text).into_iter().collect()),
        Value::Array(parts) => {
            let mut out = Vec::new();
            for (at, part) in numbered(path, parts) {
                out.extend(block(part, &at, lost)?);
            }
            Ok(out)
        }
        _ => Err(Untranslatable::new(
            path,
            "neither a string nor a list of parts",
            "send text or parts",
        )),
    }
}

/// A text block, none for an empty text.
pub(crate) fn text_block(text: impl Into<String>) -> Option<Value> {
    let text = text.into();
    (!text.is_empty())
        .then(|| Value::object([("type", Value::text("text")), ("text", Value::text(text))]))
}

fn block(part: Value, path: &str, lost: &mut Vec<String>) -> Result<Option<Value>, Untranslatable> {
    if let Value::String(text) = part {
        return Ok(text_block(text));
    }
    let mut fields = Fields::open(part, path)?;
    let kind = fields.text("type")?;
    let block = match kind.as_str() {
        "text" | "input_text" => text_block(fields.text("text")?),
        "refusal" => text_block(fields.text("refusal")?),
        "image_url" => Some(image_block(&mut fields, lost)?),
        "file" => Some(file_block(&mut fields, lost)?),
        // What the model thought; only its own provider can read it back.
        "thinking" | "reasoning" => {
            lost.push(path.to_owned());
            return Ok(None);
        }
        _ => return Err(unknown_part(path)),
    };
    fields.rest(lost);
    Ok(block)
}

fn unknown_part(path: &str) -> Untranslatable {
    let mend = "send text, images or PDF files, or use a provider that speaks the client's dialect";
    Untranslatable::new(path, "a kind of content that the other dialect does not have", mend)
}

fn image_block(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let at = fields.at("image_url");
    let url = match fields.take("image_url") {
        Some(Value::String(url)) => url,
        Some(object) => {
            let mut image = Fields::open(object, at.clone())?;
            let url = image.text("url")?;
            if image.take("detail").is_some_and(|detail| detail.as_str() != Some("auto")) {
                lost.push(image.at("detail"));
            }
            image.rest(lost);
            url
        }
        None => {
            return Err(Untranslatable::new(at, "an image without a URL", "give the image's URL"));
        }
    };
    let source = match data_url(&url) {
        Some((media, data)) => base64_source(media, data),
        None if url.starts_with("https://") || url.starts_with("http://") => {
            Value::object([("type", Value::text("url")), ("url", Value::text(url))])
        }
        None => {
            return Err(Untranslatable::new(
                at,
                "neither a web address nor base64 data",
                "send a data: or https: URL",
            ));
        }
    };
    Ok(Value::object([("type", Value::text("image")), ("source", source)]))
}

fn base64_source(media: &str, data: &str) -> Value {
    let kind = ("type", Value::text("base64"));
    Value::object([kind, ("media_type", Value::text(media)), ("data", Value::text(data))])
}

/// Media type and base64 of a `data:` URL (RFC 2397).
fn data_url(url: &str) -> Option<(&str, &str)> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    let media = head.strip_suffix(";base64")?;
    Some((media.split(';').next().unwrap_or(media), data))
}

fn file_block(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let at = fields.at("file");
    let mut file = Fields::open(fields.take("file").unwrap_or(Value::Null), at.clone())?;
    let (data, name) = (file.text("file_data")?, file.text("filename")?);
    file.rest(lost);
    let Some((media, data)) = data_url(&data).filter(|(media, _)| *media == "application/pdf")
    else {
        return Err(Untranslatable::new(
            at,
            "a file that is not base64 of a PDF",
            "send the PDF itself as `file_data`",
        ));
    };
    let title = if name.is_empty() { Value::Null } else { Value::text(name) };
    Ok(Value::object([
        ("type", Value::text("document")),
        ("source", base64_source(media, data)),
        ("title", title),
    ]))
}

/// An OpenAI part for a text, an image or a document of Anthropic; `None` for an empty text.
pub(crate) fn part(
    block: Value,
    path: &str,
    lost: &mut Vec<String>,
) -> Result<Option<Value>, Untranslatable> {
    let mut fields = Fields::open(block, path)?;
    let kind = fields.text("type")?;
    let part = match kind.as_str() {
        "text" => text_block(fields.text("text")?),
        "image" => Some(image_part(&mut fields, lost)?),
        "document" => Some(document_part(&mut fields, lost)?),
        _ => return Err(unknown_part(path)),
    };
    fields.rest(lost);
    Ok(part)
}

fn image_part(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let mut source =
        Fields::open(fields.take("source").unwrap_or(Value::Null), fields.at("source"))?;
    let url = match source.text("type")?.as_str() {
        "base64" => format!("data:{};base64,{}", source.text("media_type")?, source.text("data")?),
        "url" => source.text("url")?,
        _ => {
            return Err(Untranslatable::new(
                source.path(),
                "an image kept at the provider",
                "send the image itself",
            ));
        }
    };
    source.rest(lost);
    let image = Value::object([("url", Value::text(url))]);
    Ok(Value::object([("type", Value::text("image_url")), ("image_url", image)]))
}

fn document_part(fields: &mut Fields, lost: &mut Vec<String>) -> Result<Value, Untranslatable> {
    let title = fields.text("title")?;
    let mut source =
        Fields::open(fields.take("source").unwrap_or(Value::Null), fields.at("source"))?;
    let kind = source.text("type")?;
    let media = source.text("media_type")?;
    let part = match kind.as_str() {
        "base64" => {
            let data = format!("data:{media};base64,{}", source.text("data")?);
            let name = if title.is_empty() { "document.pdf".to_owned() } else { title };
            let file =
                Value::object([("filename", Value::text(name)), ("file_data", Value::text(data))]);
            Value::object([("type", Value::text("file")), ("file", file)])
        }
        "text" => {
            let data = source.text("data")?;
            let text = if title.is_empty() { data } else { format!("{title}\n\n{data}") };
            Value::object([("type", Value::text("text")), ("text", Value::text(text))])
        }
        _ => {
            return Err(Untranslatable::new(
                source.path(),
                "a document that is not in the request",
                "send the document itself",
            ));
        }
    };
    source.rest(lost);
    Ok(part)
}

/// OpenAI content for parts: a lone text as a string, nothing as null.
pub(crate) fn compact(mut parts: Vec<Value>) -> Value {
    let lone_text = parts.len() == 1 && parts[0].str_of("type") == "text";
    match (lone_text, parts.is_empty()) {
        (true, _) => Value::text(parts.remove(0).str_of("text")),
        (_, true) => Value::Null,
        _ => Value::Array(parts),
    }
}
