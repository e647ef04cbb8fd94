internal import PostgresClient

/// What a score is worth.
public struct PercentileReport: Sendable, Codable {
    /// The score that was asked about.
    public let score: Double
    /// The industry, by its canonical name.
    public let industry: String
    /// The batch whose window was used.
    public let asOfBatchID: Int
    /// The percentile, 0…100; nil where the industry has no assets in the window.
    public let percentile: Double?

    enum CodingKeys: String, CodingKey {
        case score, industry, percentile
        case asOfBatchID = "as_of_batch_id"
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
            guard batch.windowFirstBatchID != nil else {
                throw JobError(
                    .noInput,
                    "As of batch \(batch.batchID) there was no full window of \(batch.windowSize) batches yet.",
                    advice: "Name a later batch with --as-of, or load more batches.")
            }
            let row = try connection.executeOne(SQL.readPercentileAt, [score, industry, batch.batchID])
            guard let canonical = try row.getOptional("industry", as: String.self) else {
                let known = try connection.execute(SQL.listIndustries).map { try $0.get("industry", as: String.self) }
                throw JobError(
                    .noInput, "There is no industry of this name.",
                    advice: "The industries are: \(known.joined(separator: ", ")).")
            }
            return PercentileReport(
                score: score, industry: canonical, asOfBatchID: batch.batchID,
                percentile: try row.getOptional("percentile"))
        }
    }

    /// Refuses a batch that was not applied.
    func requireApplied(batch: Int) throws {
        let ledger = try readLedger()
        guard ledger.contains(where: { $0.batchID == batch }) else { throw unknownBatch(batch, ledger) }
    }

    private func unknownBatch(_ batch: Int?, _ ledger: [LedgerEntry]) -> JobError {
        guard let first = ledger.first, let last = ledger.last, let batch else {
            return JobError(.noInput, "No batch has been applied yet.", advice: "Load some: etl-job run")
        }
        return JobError(
            .noInput, "Batch \(batch) was not applied; the ledger has batches \(first.batchID) to \(last.batchID).",
            advice: "See them all: etl-job status")
    }
}
