import TestSupport
import Testing

/// A row as it stands in the stream of `COPY … FROM STDIN (format binary)`, read back by the format's documentation.
struct StagedRow: Hashable {
    let batchID: Int64
    let number: Int64
    let id, score, industry: StagedField
    let scoreBits: UInt64?
    let raw: [UInt8]

    /// A staged text and its JSON type.
    struct StagedField: Hashable {
        let type: String
        let text: [UInt8]?
    }

    /// What a row should be staged as.
    init(_ row: JudgedRow, number: Int, batchID: Int) {
        func field(_ field: JudgedField) -> StagedField { StagedField(type: field.type, text: field.text) }
        self.batchID = Int64(batchID)
        self.number = Int64(number)
        (id, score, industry) = (field(row.id), field(row.score), field(row.industry))
        scoreBits = row.scoreValue?.bitPattern
        raw = row.json
    }

    private init(_ stream: inout CopyStream) throws {
        batchID = try stream.integer()
        number = try stream.integer()
        id = try stream.field()
        score = try stream.field()
        scoreBits = try stream.value().map { $0.reduce(0) { $0 << 8 | UInt64($1) } }
        industry = try stream.field()
        raw = try #require(try stream.value())
    }

    /// All rows of a whole stream.
    static func all(in bytes: [UInt8]) throws -> [StagedRow] {
        var stream = CopyStream(rest: bytes[...])
        var rows: [StagedRow] = []
        try stream.header()
        while try stream.hasRow() { rows.append(try StagedRow(&stream)) }
        try #require(stream.rest.isEmpty)
        return rows
    }
}

/// The bytes of a binary COPY that are still to be read.
private struct CopyStream {
    var rest: ArraySlice<UInt8>

    mutating func header() throws {
        try #require(try take(19) == Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    /// Whether a row follows; else the trailer was read.
    mutating func hasRow() throws -> Bool {
        let count = try take(2)
        if count == [0xFF, 0xFF] { return false }
        try #require(count == [0, 10])
        return true
    }

    mutating func value() throws -> [UInt8]? {
        let length = try take(4).reduce(0) { $0 << 8 | UInt32($1) }
        return length == .max ? nil : try take(Int(length))
    }

    mutating func integer() throws -> Int64 {
        let bytes = try #require(try value())
        try #require(bytes.count == 8)
        return bytes.reduce(0) { $0 << 8 | Int64($1) }
    }

    mutating func field() throws -> StagedRow.StagedField {
        let text = try value()
        return .init(type: String(decoding: try #require(try value()), as: UTF8.self), text: text)
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        try #require(rest.count >= count)
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
