/// What is to be done with each raw batch, decided before anything is written.
struct RunPlan {
    /// Method and window size that hold for every batch of the schema.
    struct Settings: Sendable, Hashable {
        var percentileMethod = PercentileMethod.percentRank
        var windowSize = 3
    }

    let settings: Settings
    /// Batches that are applied already, unchanged.
    let skipped: [BatchSource]
    /// Batches to apply, in this order.
    let pending: [BatchSource]
    /// The newest batch of the ledger that the plan was made from.
    let newestAppliedID: Int?
    /// The digest of each batch of the ledger.
    let appliedDigests: [Int: String]

    /// Compares the raw batches with the ledger.
    ///
    /// - Parameters:
    ///   - sources: in the order of their numbers.
    ///   - ledger: in the order of its batches.
    ///   - summarise: reads a source and hashes it; called only where size and time do not suffice.
    /// - Throws: `JobError` (65) for a changed batch, a gap, a batch older than the ledger's newest that the ledger
    ///   lacks, and for a method or window size other than the ledger's.
    static func make(
        sources: [BatchSource], ledger: [LedgerEntry], options: RunOptions,
        summarise: (BatchSource) throws -> ContentSummary
    ) throws -> RunPlan {
        let settings = try settings(ledger: ledger, options: options)
        let applied = Dictionary(ledger.map { ($0.batchID, $0) }) { first, _ in first }
        let newest = ledger.last
        let recent = Set(ledger.suffix(settings.windowSize).map(\.batchID))
        var skipped: [BatchSource] = []
        var pending: [BatchSource] = []
        var previousID = newest?.batchID
        for source in sources where source.batchID <= options.through ?? .max {
            if let entry = applied[source.batchID] {
                try requireUnchanged(source, entry, isRecent: recent.contains(source.batchID), summarise)
                skipped.append(source)
                continue
            }
            if let previousID {
                try requireNext(source, after: previousID, newestApplied: newest, allowsGap: options.allowsGap)
            }
            pending.append(source)
            previousID = source.batchID
        }
        return RunPlan(
            settings: settings, skipped: skipped, pending: pending, newestAppliedID: newest?.batchID,
            appliedDigests: applied.mapValues(\.contentSHA256))
    }

    private static func settings(ledger: [LedgerEntry], options: RunOptions) throws -> Settings {
        var settings = Settings()
        guard let newest = ledger.last else {
            settings.percentileMethod = options.percentileMethod ?? settings.percentileMethod
            settings.windowSize = options.windowSize ?? settings.windowSize
            return settings
        }
        guard let method = PercentileMethod(rawValue: newest.percentileMethod) else {
            throw JobError(.configuration, "The ledger names the percentile method \(newest.percentileMethod).")
        }
        if let asked = options.percentileMethod, asked != method {
            throw JobError(
                .dataRefused,
                "The percentile method of this schema is \(method.rawValue), fixed by its first batch; "
                    + "\(asked.rawValue) was asked for.",
                advice: "Leave --percentile-method out, or load into another schema with --schema.")
        }
        if let asked = options.windowSize, asked != newest.windowSize {
            throw JobError(
                .dataRefused,
                "The window size of this schema is \(newest.windowSize), fixed by its first batch; "
                    + "\(asked) was asked for.",
                advice: "Leave --window-size out, or load into another schema with --schema.")
        }
        return Settings(percentileMethod: method, windowSize: newest.windowSize)
    }

    /// Refuses a source that differs from what was applied under its number.
    ///
    /// It is compared by size; by content where it is in the window, where its file was changed since it was applied,
    /// or where there is no size to compare. Rows of a query are read again only where they are in the window. So the
    /// cost does not grow with the history.
    private static func requireUnchanged(
        _ source: BatchSource, _ entry: LedgerEntry, isRecent: Bool,
        _ summarise: (BatchSource) throws -> ContentSummary
    ) throws {
        let kind = SourceKind(ledgerName: source.name)
        guard kind == SourceKind(ledgerName: entry.source) else {
            throw JobError(
                .dataRefused,
                "Batch \(entry.batchID) was loaded from \(entry.source) at \(entry.appliedAt); what \(source.name) offers "
                    + "under that number cannot be compared with it.",
                advice: "Offer batches with numbers above the newest applied one only.")
        }
        var difference: String?
        if let byteSize = source.byteSize, byteSize != entry.byteSize {
            difference = "\(byteSize) bytes where \(entry.byteSize) were loaded"
        } else if isRecent || (kind == .bytes && (source.modifiedAtSeconds ?? .infinity) > entry.appliedAtSeconds) {
            let content = try summarise(source)
            if content.sha256 != entry.contentSHA256 {
                difference = "SHA-256 \(content.sha256.prefix(12))… where \(entry.contentSHA256.prefix(12))… was loaded"
            }
        }
        guard let difference else { return }
        throw JobError(
            .dataRefused,
            "Batch \(entry.batchID) was applied at \(entry.appliedAt), but \(source.name) has changed "
                + "since: \(difference).",
            advice: kind == .query
                ? "Let the query return what was loaded, or take the batch off the list; load the correction as a later batch."
                : "Put the loaded file back, and load the correction as a later batch; there is no flag for this.")
    }

    private static func requireNext(
        _ source: BatchSource, after previousID: Int, newestApplied: LedgerEntry?, allowsGap: Bool
    ) throws {
        if source.batchID < previousID {
            throw JobError(
                .dataRefused,
                "Batch \(source.batchID) (\(source.name)) was never applied, and the ledger is already "
                    + "at batch \(previousID).",
                advice: "Load its rows as a later batch; a batch cannot be slipped in below the newest one.")
        }
        let expected = previousID + 1
        guard source.batchID != expected, !allowsGap else { return }
        let missing =
            expected == source.batchID - 1 ? "batch \(expected) is" : "batches \(expected) to \(source.batchID - 1) are"
        let place =
            newestApplied?.batchID == previousID
            ? "the newest applied batch is \(previousID)" : "before it comes \(previousID)"
        throw JobError(
            .dataRefused,
            "There is a gap: the next batch is \(source.batchID) (\(source.name)), \(place), and \(missing) "
                + "missing.",
            advice: "Supply what is missing, or pass --allow-gap if it will never come.")
    }
}
