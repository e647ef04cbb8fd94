internal import PostgresClient

/// One applied batch, as the ledger has it.
public struct LedgerEntry: Sendable, Codable {
    /// Number of the batch.
    public let batchID: Int
    /// Where its rows came from.
    public let source: String
    /// SHA-256 of the bytes, hex.
    public let contentSHA256: String
    /// Rows in the raw batch.
    public let readCount: Int
    /// Rows that entered the distributions.
    public let acceptedCount: Int
    /// Rows in `rejected_assets`.
    public let rejectedCount: Int
    /// Size in bytes.
    public let byteSize: Int
    /// First batch of its window; nil before the window was full.
    public let windowFirstBatchID: Int?
    /// Batches in a full window.
    public let windowSize: Int
    /// Formula of the percentiles.
    public let percentileMethod: String
    /// Which assets were re-expressed.
    public let rescore: String
    /// Snapshots appended.
    public let snapshotCount: Int
    /// When, as ISO 8601 in UTC.
    public let appliedAt: String
    /// When, in seconds since 1970.
    let appliedAtSeconds: Double
    /// How long it took, in seconds.
    public let seconds: Double
    /// Version of the job.
    public let jobVersion: String

    enum CodingKeys: String, CodingKey {
        case batchID = "batch_id"
        case source
        case contentSHA256 = "content_sha256"
        case readCount = "read"
        case acceptedCount = "accepted"
        case rejectedCount = "rejected"
        case byteSize = "byte_size"
        case windowFirstBatchID = "window_first_batch_id"
        case windowSize = "window_size"
        case percentileMethod = "percentile_method"
        case rescore
        case snapshotCount = "snapshots"
        case appliedAt = "applied_at"
        case appliedAtSeconds = "applied_at_seconds"
        case seconds
        case jobVersion = "job_version"
    }
}

extension LedgerEntry {
    init(_ row: Row) throws {
        batchID = try row.get("batch_id")
        source = try row.get("source")
        contentSHA256 = try row.get("content_sha256")
        readCount = try row.get("read_count")
        acceptedCount = try row.get("accepted_count")
        rejectedCount = try row.get("rejected_count")
        byteSize = try row.get("byte_size")
        windowFirstBatchID = try row.getOptional("window_first_batch_id")
        windowSize = try row.get("window_size")
        percentileMethod = try row.get("percentile_method")
        rescore = try row.get("rescore")
        snapshotCount = try row.get("snapshot_count")
        appliedAt = try row.get("applied_at")
        appliedAtSeconds = try row.get("applied_at_seconds")
        seconds = try row.get("duration_seconds")
        jobVersion = try row.get("job_version")
    }
}

extension Session {
    /// Reads the whole ledger, in the order of the batches.
    ///
    /// - Throws: `PostgresError`.
    func readLedger() throws -> [LedgerEntry] {
        try connection.execute(SQL.listBatches).map(LedgerEntry.init)
    }
}
