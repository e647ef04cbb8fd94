import CSimdJSON

/// How the rows stand in a batch's file.
public enum BatchFormat: Sendable {
    /// One JSON array of rows.
    case jsonArray
    /// One row per line, as in `.ndjson` and `.jsonl` files; blank lines are skipped.
    case jsonLines
}

/// JSON type of a raw field, as staged.
public enum JSONType: String, Sendable {
    /// Text in quotes.
    case string
    /// A number of any size.
    case number
    /// `true`, `false`, an object or an array.
    case other
    /// `null`.
    case null
    /// The row has no such key.
    case missing
}

/// One field of a raw row: its JSON type and its text, valid only during the callback.
///
/// A string's text is unescaped, a number's and any other value's is the original. There is none for
/// null, for a missing key, and for a string with U+0000 or half a surrogate pair, which PostgreSQL
/// text cannot hold.
struct RawField {
    let type: JSONType
    let text: UnsafeRawBufferPointer?
}

/// One row as it came, valid only during the callback.
struct RawRow {
    /// The first row is number 1.
    let number: Int
    /// Where the row starts in the uncompressed file, counted from 0.
    let byteOffset: Int
    /// A row that is no object has no fields.
    let isObject: Bool
    /// The original bytes, without the white space around them.
    let json: UnsafeRawBufferPointer
    let id: RawField
    let score: RawField
    let industry: RawField
    /// The double nearest to a score that is a number, never -0.0; nil beyond what a double can hold.
    let scoreValue: Double?
}

extension RawRow {
    init(_ row: csj_row) {
        number = Int(row.number)
        byteOffset = Int(row.byte_offset)
        isObject = row.is_object
        json = UnsafeRawBufferPointer(start: row.json.bytes, count: row.json.size)
        id = RawField(row.id)
        score = RawField(row.score)
        industry = RawField(row.industry)
        scoreValue = row.has_score_value ? row.score_value : nil
    }
}

extension RawField {
    init(_ field: csj_field) {
        type = JSONType(field.type)
        text = field.text.bytes.map { UnsafeRawBufferPointer(start: $0, count: field.text.size) }
    }
}

extension JSONType {
    init(_ type: csj_type) {
        switch type {
        case CSJ_TYPE_STRING: self = .string
        case CSJ_TYPE_NUMBER: self = .number
        case CSJ_TYPE_NULL: self = .null
        case CSJ_TYPE_MISSING: self = .missing
        default: self = .other
        }
    }
}
