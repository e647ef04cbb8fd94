internal import PostgresClient

/// What is known of one asset.
public struct AssetReport: Sendable, Codable {
    /// One percentile that the asset had.
    public struct Snapshot: Sendable, Codable {
        /// The batch at whose loading it was computed.
        public let asOfBatchID: Int
        /// The batch that brought the score.
        public let scoredBatchID: Int
        /// The score.
        public let score: Double
        /// The industry.
        public let industry: String
        /// The percentile, 0…100.
        public let percentile: Double
        /// Difference to the snapshot before; nil for the first.
        public let change: Double?

        enum CodingKeys: String, CodingKey {
            case asOfBatchID = "as_of_batch_id"
            case scoredBatchID = "scored_batch_id"
            case score, industry, percentile, change
        }
    }

    /// One raw row of the asset that was rejected.
    public struct Rejection: Sendable, Codable {
        /// The batch that brought the row.
        public let batchID: Int
        /// Position of the row in its batch, from 1.
        public let rowNumber: Int
        /// All reasons, comma-separated.
        public let reasons: String

        /// All reasons as people would say them.
        public var inWords: String {
            reasons.split(separator: ", ").map { RejectReason(rawValue: String($0))?.inWords ?? String($0) }
                .joined(separator: "; ")
        }

        enum CodingKeys: String, CodingKey {
            case batchID = "batch_id"
            case rowNumber = "row_number"
            case reasons
        }
    }

    /// ULID of the asset, in upper case.
    public let id: String
    /// Latest score; nil where the asset was never accepted.
    public var score: Double?
    /// Industry of the latest score.
    public var industry: String?
    /// Percentile in `scores`, 0…100; nil before the first full window.
    public var percentile: Double?
    /// Every percentile it had, in order; only the one in force where a batch was named.
    public var snapshots: [Snapshot] = []
    /// Its rejected rows.
    public var rejections: [Rejection] = []
}

extension Session {
    /// Everything that is known of an asset.
    ///
    /// - Parameters:
    ///   - id: ULID of the asset, in any case.
    ///   - asOf: batch whose percentile is asked for; nil for the whole history.
    /// - Throws: `JobError` (66) where the asset or the batch is unknown.
    public func asset(_ id: String, asOf: Int?) throws -> AssetReport {
        try reading {
            var report = try readAsset(id)
            report.snapshots = try snapshots(of: id, asOf: asOf)
            return report
        }
    }

    /// What is known of an asset, but its percentiles.
    ///
    /// - Throws: `JobError` (66) where nothing is; `PostgresError`.
    func readAsset(_ id: String) throws -> AssetReport {
        var report = AssetReport(id: id.filter { !$0.isWhitespace }.uppercased())
        if let row = try connection.execute(SQL.readAsset, [id]).first {
            report.score = try row.getOptional("score")
            report.industry = try row.getOptional("industry")
            report.percentile = try row.getOptional("percentile")
        }
        report.rejections = try connection.execute(SQL.listAssetRejections, [id]).map { row in
            AssetReport.Rejection(
                batchID: try row.get("batch_id"), rowNumber: try row.get("row_number"), reasons: try row.get("reasons"))
        }
        guard report.score != nil || !report.rejections.isEmpty else {
            throw JobError(
                .noInput, "There is no asset with this id: it was neither accepted nor rejected.",
                advice: "An id is a ULID of 26 characters, for instance 01GH6QHVN37Q57K67PQRH2T4X8.")
        }
        return report
    }

    private func snapshots(of id: String, asOf: Int?) throws -> [AssetReport.Snapshot] {
        guard let asOf else {
            return try connection.execute(SQL.listAssetSnapshots, [id]).map { row in
                try snapshot(row, change: row.getOptional("change"))
            }
        }
        try requireApplied(batch: asOf)
        return try connection.execute(SQL.readAssetAsOf, [id, asOf]).map { try snapshot($0, change: nil) }
    }

    private func snapshot(_ row: Row, change: Double?) throws -> AssetReport.Snapshot {
        AssetReport.Snapshot(
            asOfBatchID: try row.get("as_of_batch_id"), scoredBatchID: try row.get("scored_batch_id"),
            score: try row.get("score"), industry: try row.get("industry"), percentile: try row.get("percentile"),
            change: change)
    }
}
