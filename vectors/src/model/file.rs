//! Files of vectors, read and written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::encode::one_line;
use super::inputs::Inputs;
use super::subject::Subject;
use super::value::Value;
use super::verdict::Verdict;

/// The format that this program reads and writes.
const FORMAT: u32 = 1;
/// No file of vectors is larger, in bytes.
const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// Why a file of vectors cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The system does not let it be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It is larger than any file of vectors.
    #[error("{}: larger than {MAX_FILE_BYTES} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It is not JSON of the right form.
    #[error("{}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// A vector's inputs are not those of its subject.
    #[error("{}: {vector}: inputs: {source}", path.display())]
    Inputs {
        /// The file.
        path: PathBuf,
        /// The vector's name.
        vector: String,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// It is of another format, or about something else than its name says.
    #[error("{}: format {format} about `{subject}`", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
        /// Its subject.
        subject: Subject,
    },
}

/// One patch of a bitcoind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchOf {
    pub(crate) file: String,
    pub(crate) sha256: String,
}

/// A bitcoind that gave verdicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BitcoindOf {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) patches: Vec<PatchOf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GeneratorOf {
    pub(crate) name: String,
    pub(crate) version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedsOf {
    pub(crate) rule: String,
    pub(crate) a: String,
    pub(crate) b: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignaturesOf {
    pub(crate) nonce: String,
    pub(crate) low_s: bool,
    pub(crate) low_r: bool,
    pub(crate) encoding: String,
}

/// Where the vectors come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provenance {
    pub(crate) generator: GeneratorOf,
    pub(crate) seeds: SeedsOf,
    pub(crate) signatures: SignaturesOf,
    pub(crate) bitcoind: Vec<BitcoindOf>,
}

/// One vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) paper: String,
    pub(crate) why: String,
    pub(crate) inputs: Inputs,
    pub(crate) steps: Vec<Value>,
    pub(crate) result: Vec<Value>,
    pub(crate) verdict: Option<Verdict>,
}

impl Vector {
    /// All values in order, and whether each is a result.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&Value, bool)> {
        let steps = self.steps.iter().map(|value| (value, false));
        steps.chain(self.result.iter().map(|value| (value, true)))
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let found = self.values().find(|(value, _)| value.name == name);
        found.map(|(value, _)| value.value.as_str())
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VectorFile {
    pub(crate) subject: Subject,
    pub(crate) about: String,
    pub(crate) provenance: Provenance,
    pub(crate) vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(rename = "$schema")]
    _schema: String,
    format: u32,
    subject: Subject,
    about: String,
    provenance: Provenance,
    vectors: Vec<RawVector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVector {
    name: String,
    paper: String,
    why: String,
    inputs: Box<RawValue>,
    steps: Vec<Value>,
    result: Vec<Value>,
    verdict: Option<Verdict>,
}

impl VectorFile {
    /// Reads `dir/<subject>.json`.
    pub(crate) fn load(dir: &Path, subject: Subject) -> Result<Self, LoadError> {
        let path = dir.join(subject.file_name());
        let text = read_bounded(&path)?;
        let raw: RawFile = serde_json::from_str(&text).map_err(|source| LoadError::Json {
            path: path.clone(),
            source,
        })?;
        if raw.format != FORMAT || raw.subject != subject {
            return Err(LoadError::Other {
                path,
                format: raw.format,
                subject: raw.subject,
            });
        }
        let vectors = raw
            .vectors
            .into_iter()
            .map(|vector| vector.parse(&path, subject))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            subject,
            about: raw.about,
            provenance: raw.provenance,
            vectors,
        })
    }

    /// Reads all subjects.
    pub(crate) fn load_all(dir: &Path) -> Result<Vec<Self>, LoadError> {
        let all = Subject::ALL.into_iter();
        all.map(|subject| Self::load(dir, subject)).collect()
    }

    /// The file's text: keys in a fixed order, one value a line, a newline at the end.
    pub(crate) fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut lines = vec![
            "{".to_owned(),
            " \"$schema\": \"schema/vectors.schema.json\",".to_owned(),
            format!(" \"format\": {FORMAT},"),
            format!(" \"subject\": {},", one_line(&self.subject)?),
            format!(" \"about\": {},", one_line(&self.about)?),
            " \"provenance\": {".to_owned(),
        ];
        let from = &self.provenance;
        lines.push(format!("  \"generator\": {},", one_line(&from.generator)?));
        lines.push(format!("  \"seeds\": {},", one_line(&from.seeds)?));
        lines.push(format!(
            "  \"signatures\": {},",
            one_line(&from.signatures)?
        ));
        lines.push("  \"bitcoind\": [".to_owned());
        listed(&mut lines, "   ", &from.bitcoind)?;
        lines.extend(["  ]", " },", " \"vectors\": ["].map(str::to_owned));
        for (index, vector) in self.vectors.iter().enumerate() {
            vector.push_json(&mut lines)?;
            let last = index.saturating_add(1) == self.vectors.len();
            lines.push(if last { "  }" } else { "  }," }.to_owned());
        }
        lines.extend([" ]", "}", ""].map(str::to_owned));
        Ok(lines.join("\n"))
    }
}

impl RawVector {
    fn parse(self, path: &Path, subject: Subject) -> Result<Vector, LoadError> {
        let inputs = Inputs::parse(subject, &self.inputs).map_err(|source| LoadError::Inputs {
            path: path.to_owned(),
            vector: self.name.clone(),
            source,
        })?;
        Ok(Vector {
            name: self.name,
            paper: self.paper,
            why: self.why,
            inputs,
            steps: self.steps,
            result: self.result,
            verdict: self.verdict,
        })
    }
}

impl Vector {
    fn push_json(&self, lines: &mut Vec<String>) -> Result<(), serde_json::Error> {
        lines.push("  {".to_owned());
        lines.push(format!("   \"name\": {},", one_line(&self.name)?));
        lines.push(format!("   \"paper\": {},", one_line(&self.paper)?));
        lines.push(format!("   \"why\": {},", one_line(&self.why)?));
        lines.push(format!("   \"inputs\": {},", one_line(&self.inputs)?));
        lines.push("   \"steps\": [".to_owned());
        listed(lines, "  ", &self.steps)?;
        lines.push("   ],".to_owned());
        lines.push("   \"result\": [".to_owned());
        listed(lines, "  ", &self.result)?;
        match &self.verdict {
            None => lines.push("   ]".to_owned()),
            Some(verdict) => {
                lines.push("   ],".to_owned());
                lines.push(format!("   \"verdict\": {}", one_line(verdict)?));
            }
        }
        Ok(())
    }
}

/// One item a line.
fn listed<T: Serialize>(
    lines: &mut Vec<String>,
    indent: &str,
    items: &[T],
) -> Result<(), serde_json::Error> {
    for (index, item) in items.iter().enumerate() {
        let last = index.saturating_add(1) == items.len();
        let comma = if last { "" } else { "," };
        lines.push(format!("{indent}{}{comma}", serde_json::to_string(item)?));
    }
    Ok(())
}

pub(crate) fn read_bounded(path: &Path) -> Result<String, LoadError> {
    let io = |source| LoadError::Io {
        path: path.to_owned(),
        source,
    };
    if fs::metadata(path).map_err(io)?.len() > MAX_FILE_BYTES {
        return Err(LoadError::TooLarge {
            path: path.to_owned(),
        });
    }
    fs::read_to_string(path).map_err(io)
}
