@testable import ETLCore
import Foundation
import Testing
import TestSupport

/// `verify` on tables that the job wrote: it agrees, whatever the history; and what it costs.
@Suite struct VerifyTests {
    /// Loads each batch by a run of its own, so that options may change from batch to batch.
    static func load(
        _ database: TestDatabase, _ batches: [[TestAsset]], numbers: [Int]? = nil,
        _ change: (Int, inout RunOptions) -> Void = { _, _ in }, after: (Int) throws -> Void = { _ in }
    ) throws {
        for (index, batch) in batches.enumerated() {
            let number = numbers?[index] ?? index
            try database.write(batch, batch: number)
            try database.run {
                $0.allowsGap = true
                $0.allowsEmpty = true
                $0.through = number
                change(index, &$0)
            }
            try after(index)
        }
    }

    static func expectAgreement(_ database: TestDatabase, _ comment: Comment? = nil) throws {
        let verification = try Verifier(session: database.session()).verify()
        #expect(verification.agrees, comment)
        #expect(verification.differences.isEmpty, comment)
        #expect(verification.checks.map(\.name) == Check.allCases.filter { $0 != .sources })
        let count = try #require(Int(try database.value("select count(*) from percentile_snapshots")))
        let looked = Dictionary(uniqueKeysWithValues: verification.checks.map { ($0.name, $0.lookedAt) })
        #expect(looked[.snapshots] == count && looked[.percentiles] == count)
        #expect(looked[.scores] == Int(try database.value("select count(*) from scores")))
    }

    /// Each method and window size, after each batch: before the first full window, at it, and beyond; the batches
    /// rescore the window or all in a mixed order.
    @Test(arguments: PercentileMethod.allCases, [1, 2, 3, 4])
    func whatTheJobWroteAgrees(method: PercentileMethod, windowSize: Int) async throws {
        let database = try await TestDatabase()
        let batches = PercentileTests.batches(seed: UInt64(windowSize), count: 7, size: 30)
        try Self.load(
            database, batches,
            {
                $1.percentileMethod = method
                $1.windowSize = windowSize
                $1.rescore = [.window, .window, .all, .window, .all, .window, .window][$0]
            },
            after: { try Self.expectAgreement(database, "after batch \($0)") })
    }

    @Test(arguments: [Rescore.window, .all])
    func gapsEmptyBatchesAndVanishedIndustriesAgree(rescore: Rescore) async throws {
        let database = try await TestDatabase()
        var batches = PercentileTests.batches(seed: 11, count: 9, size: 30)
        batches[1] = []
        batches[5] = []
        // Under rescore all, cars lose their percentile when no asset of theirs is left in the window.
        for index in 4..<9 { batches[index].removeAll { $0.industry == "cars" } }
        try Self.load(database, batches, numbers: [3, 4, 7, 8, 9, 20, 120, 121, 400], { $1.rescore = rescore }) { _ in
            try Self.expectAgreement(database)
        }
        let nulls = try database.value("select count(*) from scores where percentile is null")
        #expect((nulls == "0") == (rescore == .window))
    }

    @Test func anEmptyDatabaseAndEmptyWindowsAgree() async throws {
        let database = try await TestDatabase()
        try Self.expectAgreement(database)
        try Self.load(database, [[], [], [], []]) { _, _ in }
        try Self.expectAgreement(database)
    }

    @Test func largeBatchesAgree() async throws {
        let database = try await TestDatabase()
        for (number, batch) in PercentileTests.batches(seed: 12).enumerated() {
            try database.write(batch, batch: number)
        }
        var job = try database.job()
        job.largeBatch = 1
        _ = try job.run(BatchFolder.sources(at: database.folder))
        try Self.expectAgreement(database)
    }

    /// More windows than are read from the ledger at a time.
    @Test func aLongHistoryAgrees() async throws {
        let database = try await TestDatabase()
        for batch in 0..<230 { try database.write(RunTests.assets(batch, 3), batch: batch) }
        try database.run()
        try Self.expectAgreement(database)
        var progress: [Int] = []
        _ = try Verifier(session: database.session()) { done, total in
            progress.append(done)
            #expect(total == 228)
        }.verify()
        #expect(progress == Array(1...228))
    }

    @Test func theRightToReadIsEnoughAndNothingIsWritten() async throws {
        let database = try await RunTests.loaded(4)
        try database.connection.executeScript(
            .init(
                name: "create_reader",
                sql: """
                    do $$ begin
                        if not exists (select from pg_roles where rolname = 'verify_reader') then
                            create role verify_reader login;
                        end if;
                    end $$;
                    grant select on all tables in schema public to verify_reader;
                    """))
        let before = try database.fingerprint()
        let session = try Session(
            database: database.connectionString.replacing("user=etl", with: "user=verify_reader")
                + " options='-c default_transaction_read_only=on'",
            schema: "public", isPrivate: false, logger: .init(label: "test"))
        #expect(session.connection.userName == "verify_reader")
        #expect(try Verifier(session: session).verify().agrees)
        #expect(try database.fingerprint() == before)
    }

    @Test func theRawFilesAreHashedWhereTheyAreNamed() async throws {
        let database = try await RunTests.loaded(4)
        let verifier = Verifier(session: try database.session())
        let sources = try BatchFolder.sources(at: database.folder)
        let agreement = try verifier.verify(sources: sources)
        #expect(agreement.agrees && agreement.checks.last?.name == .sources && agreement.checks.last?.lookedAt == 4)
        let noted = try verifier.verify(sources: [sources[1], sources[2]])
        #expect(noted.agrees && noted.batchesWithoutFile == 2)

        var changed = RunTests.assets(1)
        changed[0].score = 0.1
        try database.write(changed, batch: 1)
        changed.removeLast()
        try database.write(changed, batch: 3)
        let verification = try verifier.verify(sources: BatchFolder.sources(at: database.folder))
        #expect(
            verification.differences.map { "\($0.batchID ?? -1) \($0.subject)" } == [
                "1 content_sha256", "3 byte_size", "3 content_sha256",
            ])
        #expect(
            try verification.differences[0].stored
                == database.value("select content_sha256 from batches where batch_id = 1"))
        #expect(verification.differences[0].recomputed != verification.differences[0].stored)
    }
}
