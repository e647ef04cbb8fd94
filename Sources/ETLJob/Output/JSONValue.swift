import ETLCore
import Foundation
import Logging

/// A value of a JSON log.
enum JSONValue: Encodable {
    case null
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        // JSON has no infinity.
        case .number(let value): if value.isFinite { try container.encode(value) } else { try container.encodeNil() }
        case .text(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }

    /// The value with a change made to every text in it.
    func mapTexts(_ change: (String) -> String) -> JSONValue {
        switch self {
        case .null, .flag, .integer, .number: self
        case .text(let value): .text(change(value))
        case .list(let values): .list(values.map { $0.mapTexts(change) })
        case .object(let values): .object(values.mapValues { $0.mapTexts(change) })
        }
    }
}

extension JSONValue {
    /// A number where there is one.
    static func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }

    /// A time to the microsecond.
    static func seconds(_ value: Double) -> JSONValue { .number((value * 1e6).rounded() / 1e6) }

    /// What a log message was given.
    init(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): self = .text(text)
        case .stringConvertible(let number as Int): self = .integer(number)
        case .stringConvertible(let number as Double): self = .number(number)
        case .stringConvertible(let flag as Bool): self = .flag(flag)
        case .stringConvertible(let other): self = .text("\(other)")
        case .array(let values): self = .list(values.map { JSONValue($0) })
        case .dictionary(let values): self = .object(values.mapValues { JSONValue($0) })
        @unknown default: self = .text("\(value)")
        }
    }
}

/// One line of a JSON log.
struct JSONLine {
    let text: String

    init(level: Logger.Level, message: String, fields: [String: JSONValue]) {
        let values = fields.merging([
            "time": .text(
                Date.now.formatted(
                    .iso8601.year().month().day().time(includingFractionalSeconds: true)
                        .timeZone(separator: .omitted))),
            "level": .text(level.rawValue), "message": .text(message),
        ]) { _, standard in standard }.mapValues { $0.mapTexts(withoutPasswords) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        text =
            (try? encoder.encode(values)).map { escapedForTerminals(json: String(decoding: $0, as: UTF8.self)) } ?? "{}"
    }
}
