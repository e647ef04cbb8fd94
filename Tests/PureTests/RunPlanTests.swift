@testable import ETLCore
import Foundation
import Testing

/// What a run decides before it writes anything.
@Suite struct RunPlanTests {
    static func source(_ batch: Int, size: Int = 10, modifiedAt: Double = 0) -> BatchSource {
        BatchSource(
            batchID: batch, location: .file("batch_\(batch).json"), format: .jsonArray, byteSize: size,
            modifiedAtSeconds: modifiedAt)
    }

    static func entry(_ batch: Int, method: String = "percent_rank", windowSize: Int = 3) throws -> LedgerEntry {
        let json = """
            {"batch_id": \(batch), "source": "batch_\(batch).json", "content_sha256": "same", "read": 1, "accepted": 1,
             "rejected": 0, "byte_size": 10, "window_size": \(windowSize), "percentile_method": "\(method)",
             "rescore": "window", "snapshots": 0, "applied_at": "2026-01-01T00:00:00Z", "applied_at_seconds": 100,
             "seconds": 1, "job_version": "0"}
            """
        return try JSONDecoder().decode(LedgerEntry.self, from: Data(json.utf8))
    }

    static func plan(
        _ sources: [BatchSource], ledger: [LedgerEntry], hash: String = "same",
        _ change: (inout RunOptions) -> Void = { _ in }
    ) throws -> (plan: RunPlan, hashed: [Int]) {
        var options = RunOptions()
        change(&options)
        var hashed: [Int] = []
        let plan = try RunPlan.make(sources: sources, ledger: ledger, options: options) { source in
            hashed.append(source.batchID)
            return ContentSummary(byteSize: 10, sha256: hash)
        }
        return (plan, hashed)
    }

    @Test func whatIsNewIsPendingAndWhatIsAppliedIsSkipped() throws {
        let (plan, _) = try Self.plan((0...5).map { Self.source($0) }, ledger: (0...3).map { try Self.entry($0) })
        #expect(plan.pending.map(\.batchID) == [4, 5] && plan.skipped.map(\.batchID) == [0, 1, 2, 3])
        #expect(plan.newestAppliedID == 3)
    }

    @Test func theCostOfComparingDoesNotGrowWithTheHistory() throws {
        let (_, hashed) = try Self.plan(
            (0...500).map { Self.source($0, modifiedAt: $0 == 7 ? 101 : 99) },
            ledger: (0...500).map { try Self.entry($0) })
        #expect(hashed == [7, 498, 499, 500])
    }

    @Test func changesAreRefused() throws {
        let ledger = try (0...5).map { try Self.entry($0) }
        #expect(throws: JobError.self) { try Self.plan([Self.source(0, size: 11)], ledger: ledger) }
        #expect(throws: JobError.self) { try Self.plan([Self.source(5)], ledger: ledger, hash: "other") }
        #expect(throws: JobError.self) {
            try Self.plan([Self.source(0, modifiedAt: 101)], ledger: ledger, hash: "other")
        }
        #expect(try Self.plan([Self.source(0)], ledger: ledger, hash: "other").plan.pending.isEmpty)
    }

    @Test func gapsAndLateBatchesAreRefused() throws {
        let ledger = try [4, 5].map { try Self.entry($0) }
        #expect(throws: JobError.self) { try Self.plan([Self.source(7)], ledger: ledger) }
        #expect(throws: JobError.self) { try Self.plan([Self.source(6), Self.source(8)], ledger: ledger) }
        #expect(throws: JobError.self) { try Self.plan([Self.source(3)], ledger: ledger) { $0.allowsGap = true } }
        #expect(try Self.plan([Self.source(7)], ledger: ledger) { $0.allowsGap = true }.plan.pending.count == 1)
        #expect(try Self.plan([Self.source(9), Self.source(10)], ledger: []).plan.pending.count == 2)
        #expect(throws: JobError.self) { try Self.plan([Self.source(9), Self.source(11)], ledger: []) }
        #expect(
            try Self.plan([Self.source(6), Self.source(8)], ledger: ledger) { $0.through = 6 }.plan.pending.count == 1)
    }

    @Test func theLedgerFixesMethodAndWindowSize() throws {
        let ledger = [try Self.entry(0, method: "mid_rank", windowSize: 5)]
        #expect(try Self.plan([], ledger: ledger).plan.settings == .init(percentileMethod: .midRank, windowSize: 5))
        #expect(throws: JobError.self) { try Self.plan([], ledger: ledger) { $0.windowSize = 3 } }
        #expect(throws: JobError.self) { try Self.plan([], ledger: ledger) { $0.percentileMethod = .percentRank } }
    }
}
