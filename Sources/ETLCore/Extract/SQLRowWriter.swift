internal import PostgresClient

/// Writes rows from SQL as one JSON array of raw rows, so that they are judged by the same code as those of a file.
///
/// The canonical text of a row is `{"id": …, "score": …, "industry": …}`, or its payload as it came.
struct SQLRowWriter {
    private let columns: RowColumns
    private let send: (UnsafeRawBufferPointer) throws -> Void
    private var buffer: [UInt8] = []
    private var rowStart = 0
    private var digest = RowSetDigest()
    private(set) var rowCount = 0
    /// Bytes of the canonical texts.
    private(set) var byteSize = 0
    private static let flushSize = 1 << 16

    /// - Parameter send: receives the bytes in pieces.
    init(_ columns: RowColumns, send: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.columns = columns
        self.send = send
        buffer.reserveCapacity(Self.flushSize + (1 << 12))
        append("[")
    }

    /// Writes a row.
    ///
    /// - Throws: the error of `send`.
    mutating func append(_ row: StreamedRow) throws {
        append(rowCount == 0 ? "\n" : ",\n")
        rowStart = buffer.count
        if let payload = columns.payload.flatMap({ row[$0] }) {
            buffer.append(contentsOf: payload)
        } else {
            append("{")
            for (index, part) in columns.parts.enumerated() {
                append(index == 0 ? "\"" : ", \"")
                append(part.key)
                append("\": ")
                append(row[part.column], part.encoding)
            }
            append("}")
        }
        rowCount += 1
        byteSize += buffer.count - rowStart
        try buffer.withUnsafeBytes { try digest.add(UnsafeRawBufferPointer(rebasing: $0[rowStart...])) }
        if buffer.count >= Self.flushSize { try flush() }
    }

    /// Writes the end of the array.
    ///
    /// - Returns: size and digest of the rows, whatever their order.
    /// - Throws: the error of `send`.
    mutating func finish() throws -> ContentSummary {
        append("\n]")
        try flush()
        return ContentSummary(byteSize: byteSize, sha256: try digest.finish())
    }

    private mutating func flush() throws {
        try buffer.withUnsafeBytes(send)
        buffer.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ text: String) { buffer.append(contentsOf: text.utf8) }

    private mutating func append(_ text: UnsafeRawBufferPointer?, _ encoding: RowColumns.Encoding) {
        guard let text else { return append("null") }
        switch encoding {
        case .json: buffer.append(contentsOf: text)
        case .boolean: append(text.first == UInt8(ascii: "t") ? "true" : "false")
        case .number where JSONNumber.isNumber(text): buffer.append(contentsOf: text)
        case .number, .string: appendString(text)
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    /// Writes a JSON string: quotes, backslashes and control characters are escaped (RFC 8259, section 7).
    private mutating func appendString(_ text: UnsafeRawBufferPointer) {
        buffer.append(UInt8(ascii: "\""))
        var start = 0
        for index in 0..<text.count {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<index]))
            start = index + 1
            buffer.append(UInt8(ascii: "\\"))
            if byte >= 0x20 {
                buffer.append(byte)
            } else {
                for digit in [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")] { buffer.append(digit) }
                buffer.append(Self.digits[Int(byte >> 4)])
                buffer.append(Self.digits[Int(byte & 15)])
            }
        }
        buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start...]))
        buffer.append(UInt8(ascii: "\""))
    }
}
