@testable import ETLCore

/// A field as the row reader handed it over, kept beyond the callback.
struct ReadField: Hashable {
    let type: JSONType
    let text: [UInt8]?

    init(_ field: RawField) {
        type = field.type
        text = field.text.map(Array.init)
    }

    init(_ type: JSONType, _ text: String? = nil) {
        self.type = type
        self.text = text.map { Array($0.utf8) }
    }
}

/// A row as the row reader handed it over, kept beyond the callback.
struct ReadRow: Hashable {
    let number: Int
    let byteOffset: Int
    let isObject: Bool
    let json: [UInt8]
    let id, score, industry: ReadField
    /// Bits, for -0.0 equals 0.0.
    let scoreBits: UInt64?

    init(_ row: RawRow) {
        number = row.number
        byteOffset = row.byteOffset
        isObject = row.isObject
        json = Array(row.json)
        id = ReadField(row.id)
        score = ReadField(row.score)
        industry = ReadField(row.industry)
        scoreBits = row.scoreValue?.bitPattern
    }

    var scoreValue: Double? { scoreBits.map(Double.init(bitPattern:)) }
}

/// All that reading a file gives.
struct Reading: Hashable {
    var rows: [ReadRow] = []
    var error: MalformedBatch?

    /// Reads a whole file, fed in chunks of `chunkSize` bytes.
    init(_ file: [UInt8], _ format: BatchFormat = .jsonArray, chunkSize: Int = .max) throws {
        let reader = JSONRowReader(format: format)
        do {
            try file.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let chunk = rest.prefix(chunkSize)
                    try reader.feed(UnsafeRawBufferPointer(rebasing: chunk)) { rows.append(ReadRow($0)) }
                    rest = rest.dropFirst(chunk.count)
                }
            }
            try reader.finish { rows.append(ReadRow($0)) }
        } catch let malformed as MalformedBatch {
            error = malformed
        }
    }

    init(_ file: String, _ format: BatchFormat = .jsonArray, chunkSize: Int = .max) throws {
        try self.init(Array(file.utf8), format, chunkSize: chunkSize)
    }
}
