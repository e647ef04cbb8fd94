internal import Foundation
internal import PostgresClient

/// Why an asset's percentile moved, or why it has none.
public struct ExplanationReport: Sendable, Codable {
    /// ULID of the asset, in upper case.
    public let id: String
    /// Why its percentile moved; nil where it was never accepted.
    public let explanation: Explanation?
    /// The same in one sentence.
    public let sentence: String?
    /// Its rejected rows.
    public let rejections: [AssetReport.Rejection]
}

extension Session {
    /// Why the percentile of an asset moved between two as-of batches, by default those of its last two snapshots.
    ///
    /// - Parameters:
    ///   - id: ULID of the asset, in any case.
    ///   - from: earlier as-of batch; nil for the snapshot before the later one.
    ///   - to: later as-of batch; nil for the newest snapshot.
    /// - Throws: `JobError`: 64 where the batches are not in order, 66 where the asset, a batch or a snapshot is unknown.
    public func explain(_ id: String, from: Int?, to: Int?) throws -> ExplanationReport {
        if let from, let to { try Explanation.requireOrder(from, to) }
        return try reading {
            let asset = try readAsset(id)
            for batch in [from, to].compactMap(\.self) { try requireApplied(batch: batch) }
            guard asset.score != nil else {
                return ExplanationReport(id: asset.id, explanation: nil, sentence: nil, rejections: asset.rejections)
            }
            let known = try connection.execute(SQL.listAssetSnapshots, [id]).map { row in
                try row.get("as_of_batch_id", as: Int.self)
            }
            let pair = try Self.choose(from, to, among: known, id: asset.id)
            let explanation = try Explanation(
                connection.execute(SQL.readExplanation, [id, pair.from, pair.to]), from: pair.from, to: pair.to)
            return ExplanationReport(
                id: asset.id, explanation: explanation, sentence: explanation.sentence, rejections: asset.rejections)
        }
    }

    private static func choose(
        _ from: Int?, _ to: Int?, among known: [Int], id: String
    ) throws -> (from: Int, to: Int) {
        guard let newest = known.last else {
            throw JobError(
                .noInput, "\(id) has no percentile as of any batch: the first window is not full.",
                advice: "Load more batches: etl-job run")
        }
        let there = "There \(known.count == 1 ? "is one" : "are some") as of \(batchRanges(known))"
        for batch in [from, to].compactMap(\.self) where !known.contains(batch) {
            throw JobError(
                .noInput,
                "\(id) has no percentile as of batch \(batch): it was in none of that window's batches. \(there).",
                advice: "See them: etl-job asset \(id)")
        }
        let later = to ?? newest
        if let from { try Explanation.requireOrder(from, later) }
        guard let earlier = from ?? known.last(where: { $0 < later }) else {
            throw JobError(
                .noInput, "\(id) has no percentile before the one as of batch \(later) to compare it with. \(there).",
                advice: "See them: etl-job asset \(id)")
        }
        return (earlier, later)
    }
}

extension Explanation {
    /// Refuses to explain a percentile by a later one.
    static func requireOrder(_ from: Int, _ to: Int) throws {
        guard from < to else {
            throw JobError(
                .usage, "The batch to explain from, \(from), must be earlier than the one to explain to, \(to).",
                advice: "For instance: --from \(min(from, to == from ? to - 1 : to)) --to \(max(from, to))")
        }
    }

    init(_ rows: Rows, from: Int, to: Int) throws {
        guard rows.count == 5 else {
            throw JobError(.defect, "explain_percentile gave \(rows.count) rows for two snapshots that are there")
        }
        before = try Side(rows[0], asOf: from)
        left = try Part(rows[1])
        entered = try Part(rows[2])
        ownScore = try Part(rows[3])
        after = try Side(rows[4], asOf: to)
        change = try rows[4].decimal("points")
    }
}

extension Explanation.Side {
    init(_ row: Row, asOf: Int) throws {
        guard let counts = try Explanation.Counts(row) else {
            throw JobError(.defect, "explain_percentile counted no window as of batch \(asOf)")
        }
        self.init(
            asOfBatchID: asOf, batches: try row.numbers("batches") ?? [], scoredBatchID: try row.get("scored_batch_id"),
            score: try row.get("score"), industry: try row.get("industry"), counts: counts,
            percentile: try row.decimal("percentile"))
    }
}

extension Explanation.Part {
    init(_ row: Row) throws {
        self.init(
            part: try row.get("part"), batches: try row.numbers("batches"), counts: try Explanation.Counts(row),
            percentile: try row.decimal("percentile"), points: try row.decimal("points"))
    }
}

extension Explanation.Counts {
    init?(_ row: Row) throws {
        guard let below = try row.getOptional("below", as: Int.self) else { return nil }
        self.init(below: below, equal: try row.get("equal"), above: try row.get("above"))
    }
}

extension Row {
    /// A numeric, exactly.
    fileprivate func decimal(_ column: String) throws -> Decimal {
        let text: String = try get(column)
        guard let number = Decimal(string: text) else {
            throw PostgresError(.unexpectedResult, message: "column \(column) does not hold a decimal number")
        }
        return number
    }

    /// Whole numbers between commas.
    fileprivate func numbers(_ column: String) throws -> [Int]? {
        try getOptional(column, as: String.self)?.split(separator: ",").compactMap { Int($0) }
    }
}

/// Batches as people list them, runs of numbers as ranges: batches 2 to 4, 7 and 9 to 12.
func batchRanges(_ batches: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for batch in batches {
        if let last = ranges.last, last.upperBound == batch - 1 {
            ranges[ranges.count - 1] = last.lowerBound...batch
        } else {
            ranges.append(batch...batch)
        }
    }
    let texts = ranges.map { range in
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
    let list =
        texts.count < 2 ? texts.joined() : texts.dropLast().joined(separator: ", ") + " and \(texts[texts.count - 1])"
    return "\(batches.count == 1 ? "batch" : "batches") \(list)"
}
