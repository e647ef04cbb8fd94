internal import PostgresClient

/// The assets whose percentile changed most between two as-of batches that follow each other.
public struct MoversReport: Sendable, Codable {
    /// One asset and its change.
    public struct Mover: Sendable, Codable, Equatable {
        /// ULID of the asset.
        public let id: String
        /// Its score as of the later batch.
        public let score: Double
        /// Its score as of the earlier batch.
        public let scoreBefore: Double
        /// Its industry as of the later batch.
        public let industry: String
        /// Its industry as of the earlier batch.
        public let industryBefore: String
        /// Percentile as of the earlier batch, 0…100.
        public let before: Double
        /// Percentile as of the later batch, 0…100.
        public let after: Double
        /// The later less the earlier.
        public let change: Double

        enum CodingKeys: String, CodingKey {
            case id, score, industry, before, after, change
            case scoreBefore = "score_before"
            case industryBefore = "industry_before"
        }
    }

    /// The later as-of batch.
    public let asOfBatchID: Int
    /// The as-of batch before it.
    public let beforeBatchID: Int
    /// Those that rose, the largest change first.
    public let up: [Mover]
    /// Those that fell, the largest change first.
    public let down: [Mover]

    enum CodingKeys: String, CodingKey {
        case asOfBatchID = "as_of_batch_id"
        case beforeBatchID = "before_batch_id"
        case up, down
    }
}

extension Session {
    /// The assets whose percentile changed most from the as-of batch before to one, by default the newest.
    ///
    /// - Parameters:
    ///   - asOf: the later as-of batch; nil for the newest.
    ///   - limit: how many at most that rose, and how many that fell.
    ///   - industry: label of the only industry to look at.
    ///   - minimumChange: smallest change, in percentile points.
    /// - Throws: `JobError` (66) where a batch, its window or the industry is unknown.
    public func movers(
        asOf: Int? = nil, limit: Int, industry: String? = nil, minimumChange: Double = 0
    ) throws -> MoversReport {
        try reading {
            let ledger = try readLedger()
            guard let index = asOf.map({ number in ledger.firstIndex { $0.batchID == number } }) ?? ledger.indices.last
            else { throw unknownBatch(asOf, ledger) }
            let later = ledger[index]
            guard index > 0, ledger[index - 1].windowFirstBatchID != nil else {
                throw JobError(
                    .noInput,
                    "There are no percentiles before those as of batch \(later.batchID): "
                        + "no window of \(later.windowSize) batches was full.",
                    advice: "Name a later batch with --as-of, or load more batches.")
            }
            let earlier = ledger[index - 1]
            let rows = try connection.execute(
                SQL.listMovers,
                [later.batchID, earlier.batchID, industry.map { try readIndustry($0) }, minimumChange, limit])
            let movers = try rows.map(MoversReport.Mover.init)
            // The largest fall comes first, equal ones by id.
            return MoversReport(
                asOfBatchID: later.batchID, beforeBatchID: earlier.batchID, up: movers.filter { $0.change > 0 },
                down: movers.filter { $0.change < 0 }.sorted { ($0.change, $0.id) < ($1.change, $1.id) })
        }
    }
}

extension MoversReport.Mover {
    init(_ row: Row) throws {
        id = try row.get("id")
        score = try row.get("score")
        scoreBefore = try row.get("old_score")
        industry = try row.get("industry")
        industryBefore = try row.get("old_industry")
        before = try row.get("old_percentile")
        after = try row.get("percentile")
        change = try row.get("change")
    }
}
