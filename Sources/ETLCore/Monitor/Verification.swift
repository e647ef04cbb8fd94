/// What a check of the tables found.
public struct Verification: Sendable, Encodable {
    /// Whether every check agrees.
    public var agrees: Bool { checks.allSatisfy(\.agrees) }
    /// Applied batches.
    public internal(set) var batchCount = 0
    /// One entry per check, in the order of `Check`.
    public internal(set) var checks: [CheckResult] = []
    /// The differences, at most so many of each check as were asked for.
    public internal(set) var differences: [Difference] = []
    /// Applied batches that have no file under the path of the sources.
    public internal(set) var batchesWithoutFile = 0

    /// Differences of a check that are listed at most.
    let limit: Int

    init(limit: Int) { self.limit = limit }

    enum CodingKeys: String, CodingKey {
        case agrees, checks, differences
        case batchCount = "batches"
        case batchesWithoutFile = "batches_without_file"
    }

    /// Encodes what a program reads, `agrees` included.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(agrees, forKey: .agrees)
        try container.encode(batchCount, forKey: .batchCount)
        try container.encode(checks, forKey: .checks)
        try container.encode(differences, forKey: .differences)
        try container.encode(batchesWithoutFile, forKey: .batchesWithoutFile)
    }
}

/// One thing that is checked.
public enum Check: String, Sendable, Encodable, CaseIterable {
    /// The ledger within itself: counts, windows, settings.
    case ledger
    /// `batch_distributions` against the ledger and against the snapshots of each batch's own assets.
    case distributions
    /// `rejected_assets` against the ledger.
    case rejections
    /// Which snapshots there are: by the ledger's count and checksum, and from each window to the next.
    case snapshots
    /// The percentile of every snapshot, recomputed from `batch_distributions`.
    case percentiles
    /// `distribution_snapshots` and `drift_measurements`, recomputed from `batch_distributions` where that agrees.
    case figures
    /// `scores` against the latest snapshots.
    case scores
    /// `window_assets` against distributions and snapshots; `staging_assets`, which is empty.
    case window
    /// The claimed rows that the inbox still keeps against the ledger.
    case inbox
    /// The raw files against the ledger's hashes.
    case sources
}

/// How a check came out.
public struct CheckResult: Sendable, Encodable {
    /// What was checked.
    public let name: Check
    /// Whether nothing differs.
    public var agrees: Bool { differenceCount == 0 }
    /// Rows looked at, of the table that the check is about; files for `sources`.
    public var lookedAt = 0
    /// Of these, rows of `scores` without a percentile; nil for other checks.
    public var nullCount: Int?
    /// Differences in all, also those that are not listed.
    public var differenceCount = 0
    /// How long it took.
    public var seconds = 0.0

    init(_ name: Check) { self.name = name }

    enum CodingKeys: String, CodingKey {
        case name, agrees, seconds
        case lookedAt = "looked_at"
        case nullCount = "null_percentiles"
        case differenceCount = "differences"
    }

    /// Encodes what a program reads, `agrees` included.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(agrees, forKey: .agrees)
        try container.encode(lookedAt, forKey: .lookedAt)
        try container.encodeIfPresent(nullCount, forKey: .nullCount)
        try container.encode(differenceCount, forKey: .differenceCount)
        try container.encode(seconds, forKey: .seconds)
    }
}

/// One disagreement: what the table holds, and what it should hold by the other tables.
public struct Difference: Sendable, Encodable, Hashable {
    /// The check that found it.
    public let check: Check
    /// The batch: the as-of batch of a snapshot; nil where no batch is concerned.
    public let batchID: Int?
    /// The asset; nil where the difference is one of counts.
    public let id: String?
    /// What differs, as in "percentile".
    public let subject: String
    /// What is stored; nil where there is nothing.
    public let stored: String?
    /// What it should be; nil where there should be nothing, or nothing that can be told.
    public let recomputed: String?

    enum CodingKeys: String, CodingKey {
        case check
        case batchID = "batch_id"
        case id, subject, stored, recomputed
    }

    /// Encodes every key, also a value that is not there, as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(check, forKey: .check)
        try container.encode(batchID, forKey: .batchID)
        try container.encode(id, forKey: .id)
        try container.encode(subject, forKey: .subject)
        try container.encode(stored, forKey: .stored)
        try container.encode(recomputed, forKey: .recomputed)
    }
}
