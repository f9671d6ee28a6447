//! Names that files are written with. Any other name may say something, and is told.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Longest name that cannot hold a value.
const SHORT: usize = 4;

/// Keys and values of ISO 32000-2 that files of today have, and those that usual writers add, in no order.
const USUAL: &str = " \
A85 AA AHx ASCIIHexDecode ASCII85Decode AbsoluteColorimetric AcroForm Action ActualText Adobe AIS Alternate Alternates \
AlternateSpace AlternatePresentations Angle Annot Annots Annotation AntiAlias Approved Apple:Keywords Aqua ArtBox Artifact Ascent \
Attached Author AvgWidth BBox Background BackgroundArtifact BaseEncoding BaseFont BaseState BaselineShift BibEntry BitsPerComponent \
BitsPerCoordinate BitsPerFlag BitsPerSample BlackIs1 BlackPoint BleedBox BlockQuote Border Bounds Btn Butt ByteRange CCF CCITTFaxDecode \
CIDFont CIDFontType0 CIDFontType0C CIDFontType2 CIDInit CIDSet CIDSystemInfo CIDToGIDMap CMap CMapName CMYK Catalog CalGray CalRGB CapHeight Caption \
CenterWindow Cert Changes CharProcs CharSet Circle ClassMap Code Colors ColorSpace ColorTransform Colorants Columns Comment Compatible \
Components Confidential Contents Coords Count CosineDot Creator CreationDate CropBox Crypt CryptFilter DCTDecode DecodeParms Decode Default \
DefaultCMYK DefaultForm DefaultGray DefaultRGB Departmental Desc DescendantFonts Descent Design Dest DestOutputProfile Dests DeviceCMYK DeviceGray \
DeviceN DeviceRGB Diamond Dictionary Differences DigestMethod Direction DisplayDocTitle Div DocMDP DocTimeStamp Document Domain \
Draft Duration EarlyChange Embedded EmbeddedFile EmbeddedFiles Encode Encoding Encrypt EncryptMetadata EndOfLine EndOfBlock Endnote Event \
ExData Experimental Expired Export ExtGState Extend Extends Extensions ExtensionLevel FDecodeParms FFilter Figure FileAttachment Filespec Filter First \
FirstChar FirstPage FitB FitBH FitBV FitH FitR FitV FixedPrint FlateDecode Flags Font FontBBox FontDescriptor FontFamily FontFile FontFile2 \
FontFile3 FontMatrix FontName FontStretch FontWeight Footnote Form FormEx FormType Formula FreeText FullScreen Function FunctionType Functions \
GTS_PDFA1 GTS_PDFX Gamma GoTo GoToE GoToR Graph GridOnSquare Group GrayScale Halftone HalftoneName HalftoneType Height HideMenubar HideToolbar HideWindowUI \
Highlight Hyphenation ICCBased Identity Identity-H Identity-V Image ImageB ImageC ImageI ImageMask Import ImportData Indexed Info Inline Ink \
Intent Interpolate InlineShape IsMap ItalicAngle JBIG2Decode JBIG2Globals JPXDecode JavaScript Keywords Kids KeyUsage LBody LastChar LastModified LastPage Launch Leading \
Length Length1 Length2 Length3 Level Limits Line LineHeight Linearized Link List ListMode ListNumbering Locked Luminosity LZWDecode MCID MCR MCSet MMType1 \
MacExpertEncoding MacRomanEncoding Marked MarkInfo MarkStyle Mask Matrix Matte MaxWidth MaxLen MediaBox Metadata MissingWidth ModDate MMarkInfo Mode Movie Multiply \
Name Named Names NeedAppearances NeedsRendering NewWindow Next NextPage NonFullScreenPageMode NonStruct NonEFontNoWarn Normal Note NotApproved NotForPublicRelease \
NumberFormat NumCopies Nums OBJR OCG OCGs OCMD OCProperties ObjStm OneColumn Open OpenAction OpenType Operator Order Ordering Outlines \
OutputCondition OutputConditionIdentifier OutputIntent OutputIntents Overlay PTEX.Fullbanner PTEX.FileName PTEX.InfoDict PTEX.PageNumber PageElement \
PageLabel PageLabels PageLayout PageMode Pages Page PaintType Paperclip Parent ParentTree ParentTreeNextKey Pagination Para Params Part Path Pattern \
PatternType Perceptual Perms Pg PhotoShop PieceInfo Placement Point PolyLine Polygon Popup Predictor Prev PrevPage PrintScaling PrintArea PrintClip PrintState \
Private ProcSet Producer Properties PushPin Quadpoints QuadPoints RBGroups Range Rect Reason Redact Reference Registry RelativeColorimetric \
Rename Rendition ReplaceMe ResetForm Resources RichMedia RoleMap Root Rotate Round RowSpan ColSpan Rows Ruby RunLengthDecode Saturation Scope Screen Screening \
Sect Separation SetOCGState Shading ShadingType Short Sig SigFieldLock SigFlags SigRef Signature SimplexPage Simplex Size SMask SMaskInData Sort Sound Span SpaceAfter SpaceBefore \
Span Split Square Squiggly Stamp Standard Standard0 StandardEncoding Start StartIndent StdCF Stemming StemH StemV StmF StrF StrikeOut Strong \
StructElem StructParent StructParents StructTreeRoot Style Subject SubFilter SubmitForm Subtype SumatraPDF Supplement Suspects Table Tabs TBody TFoot THead TOCI \
Template Text TextAlign TextField TextIndent Thread Threads Thumb TilingType TimeStamp Title ToUnicode Toggle TopSecret TransferFunction \
Trans Transparency TransformMethod TransformParams TrapNet TrapRegions Trapped TrimBox TrueType TwoColumnLeft TwoColumnRight TwoPageLeft TwoPageRight \
Type Type0 Type0C Type1 Type1C Type2 Type3 UCR2 URI Unchanged Underline Unknown Unspecified UserProperties UserUnit Usage UseNone UseOutlines UseThumbs UseOC UseAttachments UseCMap UserProperty \
Version VerticesPerRow Vertices ViewArea ViewClip ViewerPreferences Viewport VeriSign.PPKVS Visible Warichu Watermark WhitePoint Widget Width WidthB Widths \
WinAnsiEncoding WMode WritingMode XHeight XObject XRefStm XStep XYZ YStep ZaDb Zapf zapfdingbats ZapfDingbats \
DocumentFragment HideAnnotationActions Contributor PTEX.Fullbanner SourceModified Company Category Comments Manager Keywords GWG \
Adobe.PPKLite Adobe.PPKMS adbe.pkcs7.detached adbe.pkcs7.sha1 adbe.x509.rsa_sha1 ETSI.CAdES.detached ETSI.RFC3161 ADBE ";

static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| USUAL.split_ascii_whitespace().collect());

/// Whether a name says no more than those of other files do. Resources are numbered: `Font12`, `Image3`, `MC0`.
pub(super) fn is_usual(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = name.len() - letters.len() <= 4
        && (letters.len() <= SHORT || is_word(letters))
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    name.len() <= SHORT || is_word(name) || numbered
}

/// Whether a name is one of a font: `ABCDEF+Name-Bold,Italic`, with few digits.
pub(super) fn is_font(name: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-,_".contains(byte);
    name.iter().all(plain) && name.iter().filter(|byte| byte.is_ascii_digit()).count() <= 6
}

fn is_word(name: &str) -> bool {
    WORDS.contains(name)
}
