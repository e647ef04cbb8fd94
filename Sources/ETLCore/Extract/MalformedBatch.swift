/// Why a batch's file is refused whole: what is wrong, and where.
///
/// It tells nothing of what stands in the file, so it may be logged.
public struct MalformedBatch: Error, Sendable, Hashable {
    /// The kinds of malformed files.
    public enum Code: String, Sendable, CaseIterable {
        /// No bytes at all, or nothing but white space where an array was expected.
        case empty
        /// UTF-16 or UTF-32, by the byte order mark.
        case unsupportedEncoding
        /// Bytes in a string that are no UTF-8.
        case invalidUTF8
        /// The top level is something other than an array.
        case notAnArray
        /// A comma without a row before or after it.
        case missingValue
        /// Some other breach of JSON's grammar.
        case syntax
        /// A number that JSON does not know, such as `01` or `.5`.
        case invalidNumber
        /// An escape that JSON does not know, such as `\q`.
        case invalidEscape
        /// A control character in a string that should have been escaped.
        case controlCharacter
        /// The file, or a line of it, ends too early.
        case incomplete
        /// Something follows the array.
        case trailingContent
        /// Arrays and objects nested deeper than 1024.
        case tooDeep
        /// A row larger than 16 MiB.
        case rowTooLarge
    }

    /// What kind of error it is.
    public let code: Code
    /// What is wrong, in English.
    public let reason: String
    /// Where it is in the uncompressed file, counted from 0.
    public let byteOffset: Int
    /// The row it is in, counted from 1; nil where it is in no row.
    public let rowNumber: Int?

    /// Describes an error found at `byteOffset`.
    public init(code: Code, reason: String, byteOffset: Int, rowNumber: Int?) {
        self.code = code
        self.reason = reason
        self.byteOffset = byteOffset
        self.rowNumber = rowNumber
    }
}

extension MalformedBatch: CustomStringConvertible {
    /// For example `byte 1,234 (row 17): a string holds a raw control character`.
    public var description: String {
        let row = rowNumber.map { " (row \(Self.grouped($0)))" } ?? ""
        return "byte \(Self.grouped(byteOffset))\(row): \(reason)"
    }

    /// Thousands set apart by commas, whatever the locale.
    private static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
