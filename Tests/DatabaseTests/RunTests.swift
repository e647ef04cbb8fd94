@testable import ETLCore
import Foundation
import Testing
import TestSupport

/// A run as a whole: what is loaded, skipped, refused and kept.
@Suite struct RunTests {
    static func assets(_ batch: Int, _ count: Int = 8) -> [TestAsset] {
        (0..<count).map { row -> TestAsset in
            let score = Double(row * 7 % 5) / 10
            return TestAsset(ulid(batch * 100 + row), score, row % 2 == 0 ? "food" : "cars")
        }
    }

    static func loaded(_ count: Int) async throws -> TestDatabase {
        let database = try await TestDatabase()
        for batch in 0..<count { try database.write(assets(batch), batch: batch) }
        try database.run()
        return database
    }

    /// Expects a refusal that changes nothing, and returns its text.
    static func refusal(
        _ database: TestDatabase, _ code: ExitCode = .dataRefused, _ change: (inout RunOptions) -> Void = { _ in }
    ) throws -> String {
        let before = try database.fingerprint()
        let error = #expect(throws: JobError.self) { try database.run(change) }
        #expect(error?.exitCode == code)
        #expect(try database.fingerprint() == before)
        return error?.description ?? ""
    }

    @Test func coldStartThenSnapshotsForAllThreeBatches() async throws {
        let database = try await Self.loaded(2)
        #expect(try database.query("select count(*), count(percentile) from scores") == [["16", "0"]])
        #expect(try database.value("select count(*) from percentile_snapshots") == "0")
        #expect(try database.query("select distinct window_first_batch_id from batches") == [["NULL"]])
        try database.write(Self.assets(2), batch: 2)
        let report = try database.run()
        #expect(report.batches.last?.window == [0, 1, 2])
        #expect(try database.query("select count(*), count(percentile) from scores") == [["24", "24"]])
        #expect(
            try database.query(
                "select as_of_batch_id, scored_batch_id, count(*) from percentile_snapshots group by 1, 2 order by 2")
                == [["2", "0", "8"], ["2", "1", "8"], ["2", "2", "8"]])
    }

    @Test func anIdenticalRunChangesNothing() async throws {
        let database = try await Self.loaded(5)
        // Equal row versions: no row was even rewritten in place.
        let versions = """
            select md5(string_agg(version, ' ' order by version)) from (
                select format('scores %s %s', ctid, xmin) as version from scores union all
                select format('batches %s %s', ctid, xmin) from batches union all
                select format('window %s %s', ctid, xmin) from window_assets union all
                select format('snapshots %s %s', ctid, xmin) from percentile_snapshots) as rows
            """
        let before = try (database.fingerprint(), database.value(versions))
        let report = try database.run()
        #expect(report.totals.applied == 0 && report.totals.skipped == 5 && report.totals.read == 0)
        #expect(try (database.fingerprint(), database.value(versions)) == before)
    }

    @Test func aChangedFileIsRefusedAlsoWhenItsSizeIsTheSame() async throws {
        let database = try await Self.loaded(6)
        var changed = Self.assets(0)
        changed[0].score = 0.1
        try database.write(changed, batch: 0)
        let sameSize = try Self.refusal(database)
        #expect(sameSize.contains("Batch 0") && sameSize.contains("SHA-256") && sameSize.contains("later batch"))
        changed.removeLast()
        try database.write(changed, batch: 0)
        #expect(try Self.refusal(database).contains("bytes where"))
    }

    @Test func aRecentBatchIsComparedByContentWhateverItsTime() async throws {
        let database = try await Self.loaded(3)
        var changed = Self.assets(2)
        changed[0].score = 0.1
        try database.write(changed, batch: 2)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: "\(database.folder)/batch_2.json"
        )
        #expect(try Self.refusal(database).contains("Batch 2"))
    }

    @Test func gapsAreRefusedUnlessAllowed() async throws {
        let database = try await Self.loaded(2)
        try database.write(Self.assets(4), batch: 4)
        let text = try Self.refusal(database)
        #expect(text.contains("batches 2 to 3 are missing") && text.contains("--allow-gap"))
        try database.run { $0.allowsGap = true }
        #expect(try database.query("select window_first_batch_id from batches where batch_id = 4") == [["0"]])
        #expect(try database.value("select count(*) from percentile_snapshots") == "24")
        try database.write(Self.assets(3), batch: 3)
        #expect(try Self.refusal(database) { $0.allowsGap = true }.contains("never applied"))
    }

    @Test func theFirstBatchMayHaveAnyNumberAndTenComesAfterNine() async throws {
        let database = try await TestDatabase()
        for batch in 8...11 { try database.write(Self.assets(batch), batch: batch) }
        let report = try database.run { $0.through = 10 }
        #expect(report.batches.map(\.batchID) == [8, 9, 10])
        #expect(try database.run().batches.filter { $0.status == .applied }.map(\.batchID) == [11])
    }

    @Test func emptyBatchesAreRefusedUnlessAllowed() async throws {
        let database = try await Self.loaded(2)
        try database.write("[]", batch: 2)
        let text = try Self.refusal(database)
        #expect(text.contains("Batch 2") && text.contains("0 rows") && text.contains("--allow-empty"))
        try database.run { $0.allowsEmpty = true }
        #expect(try database.value("select count(*) from percentile_snapshots where as_of_batch_id = 2") == "16")
    }

    @Test func tooManyRejectsAreRefusedWithTheFigure() async throws {
        let database = try await Self.loaded(1)
        var rows = Self.assets(1).map(\.json)
        rows[0] = "1"
        rows[1] = "2"
        try database.write("[\(rows.joined(separator: ","))]", batch: 1)
        let text = try Self.refusal(database)
        #expect(text.contains("2 of 8") && text.contains("0.2500") && text.contains("--max-reject-ratio"))
        try database.run { $0.maxRejectRatio = 0.25 }
        #expect(try database.value("select rejected_count from batches where batch_id = 1") == "2")
    }

    @Test(arguments: [
        "", "[", "[1", "[1,]", "[1 2]", "[1][2]", #"[{"id":[1}}, {}]"#, #"{"id":1}"#, "[\"\u{1}\"]", "[1]x", "nul",
    ])
    func malformedFilesAreRefusedWhole(text: String) async throws {
        let database = try await Self.loaded(2)
        try database.write(text, batch: 2)
        let message = try Self.refusal(database)
        #expect(message.contains("Batch 2") && message.contains("byte"))
    }

    @Test func invalidUTF8IsRefusedAndAByteOrderMarkIsNot() async throws {
        let database = try await Self.loaded(1)
        let url = URL(fileURLWithPath: "\(database.folder)/batch_1.json")
        try (Data(#"[{"id":""#.utf8) + Data([0xFF]) + Data(#""}]"#.utf8)).write(to: url)
        #expect(try Self.refusal(database).contains("UTF-8"))
        try (Data([0xEF, 0xBB, 0xBF]) + Data("[\(Self.assets(1)[0].json)]".utf8)).write(to: url)
        #expect(try database.run().totals.accepted == 1)
    }

    @Test func newlineDelimitedBatchesGiveTheSameTables() async throws {
        let array = try await Self.loaded(4)
        let lines = try await TestDatabase()
        for batch in 0..<4 {
            try lines.write(
                Self.assets(batch).map(\.json).joined(separator: "\r\n") + "\n", batch: batch,
                extension: batch % 2 == 0 ? "ndjson" : "jsonl")
        }
        try lines.run()
        for table in ["scores", "percentile_snapshots", "batch_distributions"] {
            let query = "select md5(string_agg(t::text, ' ' order by t::text)) from \(table) as t"
            #expect(try lines.value(query) == array.value(query))
        }
    }

    @Test func methodAndWindowSizeAreFixedByTheFirstBatch() async throws {
        let database = try await Self.loaded(1)
        #expect(try Self.refusal(database) { $0.percentileMethod = .midRank }.contains("percent_rank"))
        #expect(try Self.refusal(database) { $0.windowSize = 4 }.contains("window size of this schema is 3"))
        try database.run {
            $0.percentileMethod = .percentRank
            $0.windowSize = 3
        }
    }

    @Test func aDryRunDoesEverythingAndKeepsNothing() async throws {
        let database = try await Self.loaded(1)
        for batch in 1..<5 { try database.write(Self.assets(batch), batch: batch) }
        let before = try database.fingerprint()
        let rehearsal = try database.run { $0.isDryRun = true }
        #expect(try database.fingerprint() == before)
        #expect(rehearsal.dryRun == true && rehearsal.totals.applied == 4 && rehearsal.totals.snapshots == 72)
        let real = try database.run()
        #expect(real.totals == rehearsal.totals)
    }

    @Test func batchesBeforeARefusedOneStayApplied() async throws {
        let database = try await Self.loaded(2)
        try database.write(Self.assets(2), batch: 2)
        try database.write("[]", batch: 3)
        #expect(throws: JobError.self) { try database.run() }
        #expect(try database.value("select max(batch_id) from batches") == "2")
    }

    @Test func leftOverStagedRowsDoNotEnterTheNextBatch() async throws {
        let database = try await Self.loaded(2)
        try database.connection.executeScript(
            .init(
                name: "leave_rows",
                sql: """
                    insert into staging_assets values
                    (1, 99, '\(ulid(9))', 'string', '1', 'number', 1, 'food', 'string', '{}')
                    """))
        try database.write(Self.assets(2), batch: 2)
        #expect(try database.run().totals.read == 8)
        #expect(try database.value("select count(*) from scores") == "24")
        #expect(try database.value("select count(*) from staging_assets") == "0")
    }

    @Test func eightJobsAtOnceGiveTheTablesOfOne() async throws {
        let alone = try await Self.loaded(6)
        let crowd = try await TestDatabase()
        for batch in 0..<6 { try crowd.write(Self.assets(batch), batch: batch) }
        let (connectionString, folder) = (crowd.connectionString, crowd.folder)
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    let session = try Session(
                        database: connectionString, schema: "public", isPrivate: false, logger: .init(label: "test"))
                    let report = try Job(session: session, options: RunOptions()).run(BatchFolder.sources(at: folder))
                    #expect(report.batches.map(\.batchID) == Array(0..<6))
                }
            }
            try await group.waitForAll()
        }
        #expect(try crowd.fingerprint() == alone.fingerprint())
    }

    @Test func anInterruptionRollsTheBatchBack() async throws {
        let database = try await Self.loaded(2)
        try database.write(Self.assets(2), batch: 2)
        let before = try database.fingerprint()
        let error = #expect(throws: Interrupted.self) {
            let session = try database.session()
            session.interruption.interrupt(signal: 15)
            _ = try Job(session: session, options: RunOptions()).run(BatchFolder.sources(at: database.folder))
        }
        #expect(error?.signal == 15)
        #expect(try database.fingerprint() == before)
    }

    @Test func windowAssetsHoldJustTheWindow() async throws {
        let database = try await Self.loaded(7)
        #expect(try database.query("select distinct batch_id from window_assets order by 1") == [["4"], ["5"], ["6"]])
        #expect(try database.value("select count(*) from staging_assets") == "0")
    }

    @Test func thereIsOneJobAtATime() async throws {
        let database = try await Self.loaded(1)
        try database.write(Self.assets(1), batch: 1)
        let holder = try database.session()
        let sources = try BatchFolder.sources(at: database.folder)
        let impatient = try Session(
            database: database.connectionString, schema: "public", isPrivate: false,
            limits: TimeLimits(lockWait: .milliseconds(50)), logger: .init(label: "test"))
        try holder.transaction(opening: holder.lockCalls) { _ in
            let error = #expect(throws: JobError.self) {
                try Job(session: impatient, options: RunOptions()).run(sources)
            }
            #expect(error?.exitCode == .tryAgain)
            #expect(error?.message.contains("held by process \(holder.connection.backendPID)") == true)
        }
        #expect(try Job(session: impatient, options: RunOptions()).run(sources).totals.applied == 1)
    }
}
