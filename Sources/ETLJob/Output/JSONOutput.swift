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

/// One line of a JSON log.
struct JSONLine {
    let text: String

    init(level: String, message: String, fields: [String: String]) {
        let values = fields.merging([
            "time": Date.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true)),
            "level": level, "message": message,
        ]) { _, standard in standard }.mapValues(withoutPasswords)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        text =
            (try? encoder.encode(values)).map { escapedForTerminals(json: String(decoding: $0, as: UTF8.self)) } ?? "{}"
    }
}
