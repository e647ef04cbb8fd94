/// What becomes of the rows of a batch, by the words of the design's reject reasons.
public struct Judgement {
    /// An accepted asset.
    public struct Accepted: Hashable {
        /// Bits of the score: -0.0 would equal 0.0.
        public let scoreBits: UInt64
        /// Canonical name.
        public let industry: String
    }

    /// Accepted assets by id.
    public private(set) var accepted: [String: Accepted] = [:]
    /// All reasons of each rejected row, in alphabetical order, by row number.
    public private(set) var rejected: [Int: [String]] = [:]

    static let industries = ["clothing", "food", "cars", "hair care"]

    /// Judges the rows of a batch, in order, with the default range of scores and industries.
    public init(_ rows: [JudgedRow]) {
        let ids = rows.map { $0.isObject ? Self.ulid($0.id) : nil }
        var occurrences: [String: Int] = [:]
        for id in ids.compactMap({ $0 }) { occurrences[id, default: 0] += 1 }
        var lastGood: [String: Int] = [:]
        let faults = rows.indices.map { Self.faults(rows[$0], id: ids[$0]) }
        for (index, id) in ids.enumerated() where faults[index].isEmpty {
            if let id { lastGood[id] = index }
        }
        for (index, row) in rows.enumerated() {
            var reasons = faults[index]
            if let id = ids[index], occurrences[id, default: 0] > 1, lastGood[id] != index {
                reasons.append("duplicate_id_in_batch")
            }
            if reasons.isEmpty, let id = ids[index], let score = row.scoreValue, let name = Self.industry(row.industry)
            {
                accepted[id] = Accepted(scoreBits: score.bitPattern, industry: name)
            } else {
                rejected[index + 1] = reasons.sorted()
            }
        }
    }

    /// What is wrong with a row by itself.
    private static func faults(_ row: JudgedRow, id: String?) -> [String] {
        guard row.isObject else { return ["not_an_object"] }
        var faults: [String] = []
        if isAbsent(row.id) { faults.append("id_missing") } else if id == nil { faults.append("id_not_a_ulid") }
        if isAbsent(row.score) {
            faults.append("score_missing")
        } else if row.score.type != "number" {
            faults.append("score_not_a_number")
        } else if !(row.scoreValue.map { -10 <= $0 && $0 <= 10 } ?? false) {
            faults.append("score_out_of_range")
        }
        if isAbsent(row.industry) {
            faults.append("industry_missing")
        } else if industry(row.industry) == nil {
            faults.append("industry_unknown")
        }
        return faults
    }

    private static func isAbsent(_ field: JudgedField) -> Bool { ["missing", "null"].contains(field.type) }

    /// A ULID in upper case: 26 digits of Crockford's base 32 in 128 bits, so the first is at most 7.
    private static func ulid(_ field: JudgedField) -> String? {
        guard field.type == "string", let text = field.text else { return nil }
        let digits = trimmed(text).map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }
        guard digits.count == 26, digits[0] < UInt8(ascii: "8"),
            digits.allSatisfy(Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8).contains)
        else { return nil }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func industry(_ field: JudgedField) -> String? {
        guard field.type == "string", let text = field.text else { return nil }
        let label = trimmed(text).map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        return industries.first { Array($0.utf8) == label }
    }

    /// Without ASCII white space at its ends.
    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        return Array(text.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
