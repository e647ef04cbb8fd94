internal import PostgresClient

/// A window that drift in the long run is measured from.
public struct DriftBaseline: Sendable, Codable {
    /// Number of the pin; nil for the first full window, which counts before any pin.
    public let id: Int?
    /// First batch of the window.
    public let firstBatchID: Int
    /// Last batch of the window.
    public let lastBatchID: Int
    /// When it was pinned, as ISO 8601 in UTC.
    public let pinnedAt: String?
    /// The database user who pinned it.
    public let pinnedBy: String?

    enum CodingKeys: String, CodingKey {
        case id = "baseline_id"
        case firstBatchID = "first_batch_id"
        case lastBatchID = "last_batch_id"
        case pinnedAt = "pinned_at"
        case pinnedBy = "pinned_by"
    }
}

/// The drift as of a batch.
public struct DriftReport: Sendable, Codable {
    /// The batch; nil where none has been applied.
    public let asOfBatchID: Int?
    /// Pinned baselines, the newest first, or the first full window.
    public let baselines: [DriftBaseline]
    /// What was measured as of the batch: by industry, the pooled ones last.
    public let measurements: [DriftMeasurement]
    /// What was measured up to the batch, the oldest first.
    public var history: [DriftMeasurement]?

    enum CodingKeys: String, CodingKey {
        case asOfBatchID = "as_of_batch_id"
        case baselines, measurements, history
    }

    /// The measurements of one industry against one reference, up to the batch, the oldest first.
    public func series(_ industry: String, _ reference: DriftMeasurement.Reference) -> [DriftMeasurement] {
        (history ?? measurements).filter { $0.industry == industry && $0.reference == reference }
    }
}

extension Session {
    /// The drift as of a batch or the newest one, with what was measured before it.
    ///
    /// - Parameters:
    ///   - asOf: the batch; nil for the newest.
    ///   - reference: the only reference that is asked for; nil for both.
    ///   - industry: the only industry that is asked for, by any of its labels or as `(all)`; nil for all of them.
    ///   - depth: how many batches of history, the batch itself included; nil for all.
    /// - Throws: `JobError` (66) where the batch or the industry is unknown.
    public func drift(
        asOf: Int?, reference: DriftMeasurement.Reference?, industry: String?, depth: Int?
    ) throws -> DriftReport {
        try reading {
            if let asOf { try requireApplied(batch: asOf) }
            if let industry, industry != DriftMeasurement.allIndustries { _ = try readIndustry(industry) }
            let newest = try connection.execute(SQL.listNewestBatchIDs, [1]).first?.get("batch_id", as: Int.self)
            guard let batch = asOf ?? newest else {
                return DriftReport(asOfBatchID: nil, baselines: [], measurements: [], history: [])
            }
            let history = try connection.execute(SQL.listDrift, [batch, depth, reference?.rawValue, industry])
                .map(DriftMeasurement.init)
            return DriftReport(
                asOfBatchID: batch, baselines: try readBaselines(),
                measurements: history.filter { $0.asOfBatchID == batch }, history: history)
        }
    }

    /// The pinned baselines, the newest first; or the first full window, where there is one.
    ///
    /// - Throws: `JobError`.
    public func driftBaselines() throws -> [DriftBaseline] { try reading { try readBaselines() } }

    /// Pins a window as the baseline of drift from the next batch on.
    ///
    /// - Returns: whether it was pinned; false where the newest pin is the same.
    /// - Throws: `JobError`: 66 where one of the batches was not applied, 75 where the job's lock is not to be had.
    public func pinBaseline(first: Int, last: Int) throws -> Bool {
        do {
            return try transaction(opening: lockCalls) { _ in
                for batch in [first, last] { try requireApplied(batch: batch) }
                return try !connection.execute(SQL.pinDriftBaseline, [first, last]).isEmpty
            }
        } catch let error as PostgresError {
            throw lockFailure(error, during: "pinning a baseline") ?? JobError(error, during: "pinning a baseline")
        }
    }

    private func readBaselines() throws -> [DriftBaseline] {
        try connection.execute(SQL.listDriftBaselines).map { row in
            DriftBaseline(
                id: try row.getOptional("baseline_id"), firstBatchID: try row.get("first_batch_id"),
                lastBatchID: try row.get("last_batch_id"), pinnedAt: try row.getOptional("pinned_at"),
                pinnedBy: try row.getOptional("pinned_by"))
        }
    }
}
