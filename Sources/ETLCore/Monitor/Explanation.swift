public import Foundation

/// Why the percentile of an asset moved between two as-of batches.
///
/// Percentiles and points are decimals: the parts, in their order left, entered, own score, add up to `change`, and
/// that to the difference of the two percentiles, to the last digit. Sums of doubles would not.
public struct Explanation: Sendable, Codable {
    /// The percentile as of a batch, and the counts that it comes from.
    public struct Side: Sendable, Codable {
        /// The as-of batch.
        public let asOfBatchID: Int
        /// The batches of its window.
        public let batches: [Int]
        /// The batch that brought the score.
        public let scoredBatchID: Int
        /// The score.
        public let score: Double
        /// The industry in which it was ranked.
        public let industry: String
        /// Assets of the industry in the window, counted by their score against this one.
        public let counts: Counts
        /// The percentile, 0…100.
        public let percentile: Decimal

        enum CodingKeys: String, CodingKey {
            case asOfBatchID = "as_of_batch_id"
            case batches = "window"
            case scoredBatchID = "scored_batch_id"
            case score, industry, counts, percentile
        }
    }

    /// Assets of an industry by their score against another one.
    public struct Counts: Sendable, Codable, Equatable {
        /// Those that score lower.
        public var below: Int
        /// Those that score the same.
        public var equal: Int
        /// Those that score higher.
        public var above: Int
        /// All of them.
        public var inAll: Int { below + equal + above }

        init(below: Int, equal: Int, above: Int) { (self.below, self.equal, self.above) = (below, equal, above) }

        static func - (all: Counts, part: Counts) -> Counts {
            Counts(below: all.below - part.below, equal: all.equal - part.equal, above: all.above - part.above)
        }
    }

    /// What a change of the window, or of the score, did to the percentile.
    public struct Part: Sendable, Codable {
        /// `left`, `entered`, `own score` or `own score and industry`.
        public let part: String
        /// The batches that left or entered; nil for the own score.
        public let batches: [Int]?
        /// Their assets of the earlier industry, against the earlier score; nil for the own score.
        public let counts: Counts?
        /// The percentile when this part was done.
        public let percentile: Decimal
        /// What it changed, in percentile points.
        public let points: Decimal
    }

    /// As of the earlier batch.
    public let before: Side
    /// As of the later batch.
    public let after: Side
    /// What left the window.
    public let left: Part
    /// What entered it.
    public let entered: Part
    /// The asset's own score, and its industry where that changed: all that remains.
    public let ownScore: Part
    /// The later percentile less the earlier one.
    public let change: Decimal

    enum CodingKeys: String, CodingKey {
        case before, after, left, entered, change
        case ownScore = "own_score"
    }

    /// The parts in the order in which they are taken.
    public var parts: [Part] { [left, entered, ownScore] }
    /// What was in both windows, counted against the earlier score.
    public var kept: Counts { left.counts.map { before.counts - $0 } ?? before.counts }
    /// Whether the asset is compared in another industry than before.
    public var hasNewIndustry: Bool { before.industry != after.industry }
}

extension Explanation.Counts {
    /// Keys of the JSON form, which names the sum too.
    enum CodingKeys: String, CodingKey {
        case below, equal, above
        case inAll = "in_all"
    }

    /// Reads the three counts.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        below = try values.decode(Int.self, forKey: .below)
        equal = try values.decode(Int.self, forKey: .equal)
        above = try values.decode(Int.self, forKey: .above)
    }

    /// Writes the three counts and their sum.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(below, forKey: .below)
        try values.encode(equal, forKey: .equal)
        try values.encode(above, forKey: .above)
        try values.encode(inAll, forKey: .inAll)
    }
}

extension Explanation {
    /// The points of each part, rounded so that as shown they still add up to the change as shown.
    public func shownPoints(_ places: Int) -> [Double] {
        var (sum, shown) = (Decimal(), 0.0)
        return parts.map { part in
            sum += part.points
            defer { shown = sum.rounded(places) }
            return sum.rounded(places) - shown
        }
    }
}

extension Decimal {
    /// The nearest double of the number rounded to so many decimals.
    public func rounded(_ places: Int) -> Double {
        var (result, number) = (Decimal(), self)
        NSDecimalRound(&result, &number, places, .plain)
        return Double(result.description) ?? 0
    }
}

/// A change in percentile points, with its sign: −5.4, +0.3, 0.0.
public func signed(_ points: Double, _ places: Int) -> String {
    let text = decimal(abs(points), places)
    if !text.contains(where: { "123456789".contains($0) }) { return text }
    return (points < 0 ? "−" : "+") + text
}
