internal import PostgresClient

/// How often a reason led to a rejection in a batch.
public struct RejectionCount: Sendable, Codable {
    /// The batch.
    public let batchID: Int
    /// The reason.
    public let reason: String
    /// Rows with this reason; a row may have several.
    public let rowCount: Int

    enum CodingKeys: String, CodingKey {
        case batchID = "batch_id"
        case reason
        case rowCount = "rows"
    }
}

/// One rejected row, with its original text.
public struct RejectedRow: Sendable, Codable {
    /// The batch that brought it.
    public let batchID: Int
    /// Position in the batch, from 1.
    public let rowNumber: Int
    /// Text of the id.
    public let id: String?
    /// Text of the score.
    public let score: String?
    /// Text of the industry label.
    public let industry: String?
    /// All reasons, comma-separated.
    public let reasons: String
    /// Original JSON text of the row.
    public let raw: String

    enum CodingKeys: String, CodingKey {
        case batchID = "batch_id"
        case rowNumber = "row_number"
        case id, score, industry, reasons, raw
    }
}

extension Session {
    /// How many rows were rejected, by batch and reason.
    ///
    /// - Throws: `JobError`.
    public func rejectionCounts(batch: Int?, reason: String?) throws -> [RejectionCount] {
        try reading {
            if let batch { try requireApplied(batch: batch) }
            return try connection.execute(SQL.countRejectionsByReason, [batch, reason]).map { row in
                RejectionCount(
                    batchID: try row.get("batch_id"), reason: try row.get("reason"), rowCount: try row.get("row_count"))
            }
        }
    }

    /// The rejected rows, the newest batch first.
    ///
    /// - Throws: `JobError`.
    public func rejectedRows(batch: Int?, reason: String?, limit: Int) throws -> [RejectedRow] {
        try reading {
            if let batch { try requireApplied(batch: batch) }
            return try connection.execute(SQL.listRejections, [batch, reason, limit]).map { row in
                RejectedRow(
                    batchID: try row.get("batch_id"), rowNumber: try row.get("row_number"),
                    id: try row.getOptional("id"), score: try row.getOptional("score"),
                    industry: try row.getOptional("industry"), reasons: try row.get("reasons"),
                    raw: try row.get("raw"))
            }
        }
    }

    /// The whole ledger, in the order of the batches.
    ///
    /// - Throws: `JobError`.
    public func ledger() throws -> [LedgerEntry] { try reading { try readLedger() } }

    /// Runs a body that only reads, in one snapshot of the database.
    func reading<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try snapshot(body)
        } catch let error as PostgresError {
            throw JobError(error)
        }
    }
}
