import Foundation

/// JSON for programs, on standard output.
enum JSONOutput {
    /// Prints a value as one JSON document on one line.
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        StandardOutput.write(escapedForTerminals(json: String(decoding: try encoder.encode(value), as: UTF8.self)))
    }
}
