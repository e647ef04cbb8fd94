internal import PostgresClient

/// What a score is worth.
public struct PercentileReport: Sendable, Codable {
    /// The score that was asked about.
    public let score: Double
    /// The industry, by its canonical name.
    public let industry: String
    /// The batch whose window was used.
    public let asOfBatchID: Int
    /// First batch of that window.
    public let windowFirstBatchID: Int
    /// Formula of the percentile.
    public let percentileMethod: String
    /// Assets of the industry in the window that score lower.
    public let below: Int
    /// Those that score the same.
    public let equal: Int
    /// All assets of the industry in the window.
    public let inAll: Int
    /// The percentile, 0…100; nil where the industry has no assets in the window.
    public let percentile: Double?

    enum CodingKeys: String, CodingKey {
        case score, industry, percentile, below, equal
        case inAll = "in_all"
        case asOfBatchID = "as_of_batch_id"
        case windowFirstBatchID = "window_first_batch_id"
        case percentileMethod = "percentile_method"
    }
}

extension Session {
    /// What a score would be worth in an industry, as of a batch or the newest one.
    ///
    /// - Throws: `JobError` (66) where the industry or batch is unknown, or the batch has no full window.
    public func percentile(of score: Double, industry: String, asOf: Int?) throws -> PercentileReport {
        try reading {
            let ledger = try readLedger()
            guard let batch = asOf.map({ number in ledger.first { $0.batchID == number } }) ?? ledger.last else {
                throw unknownBatch(asOf, ledger)
            }
            guard let first = batch.windowFirstBatchID else {
                throw JobError(
                    .noInput,
                    "As of batch \(batch.batchID) there was no full window of \(batch.windowSize) batches yet.",
                    advice: "Name a later batch with --as-of, or load more batches.")
            }
            let industry = try readIndustry(industry)
            let row = try connection.executeOne(SQL.readPercentileAt, [score, industry, batch.batchID])
            return PercentileReport(
                score: score, industry: industry, asOfBatchID: batch.batchID, windowFirstBatchID: first,
                percentileMethod: batch.percentileMethod, below: try row.get("below"), equal: try row.get("equal"),
                inAll: try row.get("in_all"), percentile: try row.getOptional("percentile"))
        }
    }

    /// The industry that a label stands for.
    ///
    /// - Throws: `JobError` (66) where there is none; `PostgresError`.
    func readIndustry(_ label: String) throws -> String {
        if let row = try connection.execute(SQL.readIndustry, [label]).first { return try row.get("industry") }
        let known = try connection.execute(SQL.listIndustries).map { try $0.get("industry", as: String.self) }
        throw JobError(
            .noInput, "There is no industry of this name.",
            advice: "The industries are: \(known.joined(separator: ", ")).")
    }

    /// Refuses a batch that was not applied.
    func requireApplied(batch: Int) throws {
        let ledger = try readLedger()
        guard ledger.contains(where: { $0.batchID == batch }) else { throw unknownBatch(batch, ledger) }
    }

    /// What to say of a batch that was not applied; nil stands for the newest.
    func unknownBatch(_ batch: Int?, _ ledger: [LedgerEntry]) -> JobError {
        guard let first = ledger.first, let last = ledger.last, let batch else {
            return JobError(.noInput, "No batch has been applied yet.", advice: "Load some: etl-job run")
        }
        return JobError(
            .noInput, "Batch \(batch) was not applied; the ledger has batches \(first.batchID) to \(last.batchID).",
            advice: "See them all: etl-job status")
    }
}
