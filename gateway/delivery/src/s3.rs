//! A bucket of an S3-compatible store: the files of a mirror, each asked for by a presigned address (AWS Signature Version 4).
//!
//! The signing is `rusty-s3`'s, which speaks to nobody. An address is good for as long as one request may take.

use std::time::Duration;

use jiff::Timestamp;
use rusty_s3::actions::{GetObject, S3Action as _};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use url::Url;

use crate::mirror::Files;
use crate::web::{Answer, Client, address, found};
use crate::{Access, Fault};

/// A folder of a bucket.
pub(crate) struct S3 {
    client: Client,
    endpoint: Url,
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
    lasts: Duration,
}

impl S3 {
    /// From `s3://BUCKET/PREFIX`, with endpoint, region and credentials of `access`.
    pub(crate) fn new(rest: &str, access: &Access) -> Result<Self, String> {
        let endpoint = access
            .endpoint
            .as_deref()
            .ok_or("needs policy.bundle.endpoint, such as https://s3.eu-central-1.amazonaws.com")?;
        let endpoint = address(endpoint).map_err(|problem| format!("its endpoint {problem}"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_end_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let region = access.region.as_deref().unwrap_or("us-east-1").to_owned();
        let bucket = Bucket::new(endpoint.clone(), UrlStyle::Path, bucket.to_owned(), region)
            .map_err(|_| "names no bucket; expected s3://BUCKET/FOLDER")?;
        let pair = access.credentials.as_deref().and_then(|text| text.split_once(':'));
        let (key, secret) = pair.ok_or(
            "needs policy.bundle.credentials: a file with one line, ACCESS-KEY:SECRET-KEY",
        )?;
        let credentials = Credentials::new(key, secret);
        let client = Client::new(access)?;
        Ok(Self { client, endpoint, bucket, credentials, prefix, lasts: access.deadline })
    }

    /// At this time, in seconds since 1970: presigned addresses carry it.
    pub(crate) fn at(&self, now: i64) -> At<'_> {
        At { s3: self, now: Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH) }
    }
}

/// A bucket at the time of a request.
pub(crate) struct At<'s> {
    s3: &'s S3,
    now: Timestamp,
}

impl At<'_> {
    /// A file, unless it still has this tag: then an answer with status 304.
    pub(crate) fn ask(&self, name: &str, tag: Option<&str>, most: usize) -> Result<Answer, Fault> {
        let S3 { client, endpoint, bucket, credentials, prefix, lasts } = self.s3;
        let object = format!("{prefix}{name}");
        let action = GetObject::new(bucket, Some(credentials), &object);
        let url = action.sign_with_time(*lasts, &self.now);
        let headers: Vec<_> = tag.into_iter().map(|tag| ("if-none-match", tag)).collect();
        found(client.get(&url, &headers, most, name)?, endpoint, name)
    }
}

impl Files for At<'_> {
    fn get(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Fault> {
        let answer = self.ask(name, None, most)?;
        Ok((answer.status == 200).then_some(answer.body))
    }
}
