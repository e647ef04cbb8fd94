internal import Foundation

/// A size that a table should not reach: bytes or rows.
public struct GrowthLimit: Sendable, Hashable {
    /// What is limited.
    public enum Unit: String, Sendable, Codable {
        case bytes
        case rows
    }

    /// How many.
    public let amount: Double
    /// Of what.
    public let unit: Unit

    /// Units of bytes, each 1,024 of the one before, as PostgreSQL counts them.
    private static let byteUnits = ["b", "kb", "mb", "gb", "tb", "pb"]

    /// Reads a limit, as `50GB`, `1.5 TiB`, `10000000rows` or `10,000,000 rows`; nil where it is none.
    public init?(_ text: String) {
        let folded = text.lowercased().filter { !$0.isWhitespace && $0 != "," && $0 != "_" }
        let digits = folded.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let name = String(folded.dropFirst(digits.count)).replacing("ib", with: "b")
        guard let number = Double(digits), number.isFinite, number > 0 else { return nil }
        if name == "rows" || name == "row" {
            (amount, unit) = (number, .rows)
        } else if let power = Self.byteUnits.firstIndex(of: name == "bytes" ? "b" : name) {
            (amount, unit) = (number * pow(1024, Double(power)), .bytes)
        } else {
            return nil
        }
    }
}
