/// Writes raw rows as PostgreSQL's binary COPY format, in the column order of `stage_assets.sql`.
///
/// The format: a header, then per row the number of fields and per field its length (−1 for NULL) and bytes,
/// numbers in network order, then a trailer. Source: PostgreSQL documentation, COPY, "Binary Format".
struct StagingEncoder {
    private let batchID: Int64
    private var buffer: [UInt8] = []
    private static let flushSize = 1 << 16
    private static let fieldCount: Int16 = 10

    init(batchID: Int) {
        self.batchID = Int64(batchID)
        buffer.reserveCapacity(Self.flushSize + (1 << 12))
        buffer.append(contentsOf: Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00])
        append(Int32(0))  // flags
        append(Int32(0))  // length of the header's extension
    }

    /// Appends a row, and hands the buffer to `send` when it is large enough.
    mutating func append(_ row: RawRow, send: (UnsafeRawBufferPointer) throws -> Void) throws {
        append(Self.fieldCount)
        appendField(batchID)
        appendField(Int64(row.number))
        append(row.id)
        append(row.score)
        if let value = row.scoreValue {
            appendField(Int64(bitPattern: value.bitPattern))
        } else {
            append(Int32(-1))
        }
        append(row.industry)
        append(bytes: row.json)
        if buffer.count >= Self.flushSize { try flush(send) }
    }

    /// Appends the trailer and sends what is left.
    mutating func finish(send: (UnsafeRawBufferPointer) throws -> Void) throws {
        append(Int16(-1))
        try flush(send)
    }

    private mutating func flush(_ send: (UnsafeRawBufferPointer) throws -> Void) throws {
        try buffer.withUnsafeBytes(send)
        buffer.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ field: RawField) {
        if let text = field.text {
            append(bytes: text)
        } else {
            append(Int32(-1))
        }
        switch field.type {
        case .string: append(literal: "string")
        case .number: append(literal: "number")
        case .other: append(literal: "other")
        case .null: append(literal: "null")
        case .missing: append(literal: "missing")
        }
    }

    private mutating func appendField(_ value: Int64) {
        append(Int32(8))
        append(value)
    }

    private mutating func append(bytes: UnsafeRawBufferPointer) {
        append(Int32(bytes.count))
        buffer.append(contentsOf: bytes)
    }

    private mutating func append(literal: StaticString) {
        append(bytes: UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.bigEndian) { buffer.append(contentsOf: $0) }
    }
}
