internal import PostgresClient

/// What is claimed of the inbox, the table `inference_results`, and when.
public struct Inbox: Sendable, Hashable {
    /// Fewer waiting rows than these make no batch, unless the oldest is overdue.
    public var minimumRows = 1
    /// A batch takes no more rows than these; nil for no limit.
    public var maximumRows: Int?
    /// After so many seconds a waiting row is loaded, however few there are; nil for never.
    public var maximumWait: Int?
    /// How many of the newest batches keep their claimed rows in the inbox.
    public var keptBatches = 3
    /// Number of the first batch, where the ledger is empty; nil for 0.
    public var firstBatchID: Int?

    /// The defaults: whatever waits makes a batch.
    public init() {}

    /// The inbox's name in the ledger.
    static let name = "inference_results"

    /// What waits in the inbox.
    struct Waiting: Sendable, Hashable {
        /// Rows that no batch has claimed.
        let rowCount: Int
        /// For how many seconds the oldest of them has waited; nil where there is none.
        let oldestSeconds: Double?
    }

    /// Whether so many of the waiting rows are to be loaded now.
    func isDue(_ rowCount: Int, _ waiting: Waiting) -> Bool {
        guard rowCount > 0, let oldest = waiting.oldestSeconds else { return false }
        return rowCount >= minimumRows || maximumWait.map { oldest >= Double($0) } ?? false
    }

    /// Looks at what waits.
    ///
    /// - Throws: `PostgresError`.
    static func waiting(_ connection: Connection) throws -> Waiting {
        let row = try connection.executeOne(SQL.inspectInbox)
        return try Waiting(rowCount: row.get("waiting_count"), oldestSeconds: row.getOptional("oldest_seconds"))
    }

    /// Claims rows for a batch, in its transaction, and keeps a copy of them to be staged.
    ///
    /// - Returns: the rows as a batch that can be read; nil where none could be claimed.
    /// - Throws: `PostgresError`, `JobError` (69) where there is no room for the copy, or the error of `check`.
    func claim(
        for source: BatchSource, _ connection: Connection, check: () throws -> Void
    ) throws -> BatchSource? {
        let claimed = try connection.execute(SQL.claimInferences, [source.batchID, maximumRows]).affectedCount
        guard claimed > 0 else { return nil }
        let input = try SpooledInput.keep(Self.name) { send in
            try connection.readRows(
                SQL.listClaimedInferences, [source.batchID], name: Self.name, mayHaveBoth: true, check, send)
        }
        return source.keeping(input, as: .jsonArray)
    }
}
