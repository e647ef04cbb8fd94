@testable import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// What the inference pipeline leaves in the inbox is claimed once, in order, and judged like the rows of a file.
@Suite struct InboxTests {
    /// Rows as the pipeline inserts them.
    static func insert(_ assets: [TestAsset], _ connection: Connection) throws {
        let insert = Statement(
            name: "insert_inference", sql: "insert into inference_results (id, score, industry) values ($1, $2, $3)")
        for asset in assets { try connection.execute(insert, [asset.id, "\(asset.score)", asset.industry]) }
    }

    static func inbox(_ change: (inout Inbox) -> Void = { _ in }) -> RunInput {
        var inbox = Inbox()
        change(&inbox)
        return .inbox(inbox)
    }

    static func load(
        _ database: TestDatabase, _ options: (inout RunOptions) -> Void = { _ in },
        _ change: (inout Inbox) -> Void = { _ in }
    ) throws -> RunReport {
        try database.job(options).run(inbox(change))
    }

    @Test func whatWaitsIsTheNextBatchAndIsClaimedOnce() async throws {
        let database = try await TestDatabase()
        #expect(try Self.load(database).totals.applied == 0)
        for batch in 0..<4 {
            try Self.insert(RunTests.assets(batch), database.connection)
            let report = try Self.load(database)
            #expect(report.batches.map(\.batchID) == [batch] && report.totals.read == 8 && report.waiting == 0)
        }
        let before = try database.fingerprint()
        let again = try Self.load(database)
        #expect(again.totals.applied == 0 && again.waiting == 0)
        #expect(try database.fingerprint() == before)
        // The same assets from files give the same tables, whatever the source is called.
        let files = try await RunTests.loaded(4)
        for table in ["scores", "percentile_snapshots", "batch_distributions", "distribution_snapshots"] {
            let rows = "select * from \(table) order by 1, 2, 3"
            #expect(try database.query(rows) == files.query(rows), "\(table)")
        }
        #expect(try database.query("select distinct source from batches") == [["inference_results"]])
    }

    @Test func oddRowsAreJudgedAsThoseOfAFile() async throws {
        var random = SeededRandom(seed: 5)
        let rows = (0..<600).map { _ in String(decoding: OddRows.row(&random), as: UTF8.self) }
        let files = try await TestDatabase()
        try files.write("[" + rows.joined(separator: ",") + "]", batch: 0)
        try files.run { $0.maxRejectRatio = 1 }
        let database = try await TestDatabase()
        let insert = Statement(name: "insert_payload", sql: "insert into inference_results (payload) values ($1)")
        for row in rows { try database.connection.execute(insert, [row]) }
        _ = try Self.load(database) { $0.maxRejectRatio = 1 }
        for query in [
            "select * from scores order by id", "select * from batch_distributions order by 2, 3",
            "select row_number, id, score, industry, raw, reasons from rejected_assets order by row_number",
            "select read_count, accepted_count, rejected_count from batches",
        ] {
            #expect(try database.query(query) == files.query(query))
        }
    }

    @Test func theThreeColumnsAreTextsAndOnlyAJSONNumberIsANumber() async throws {
        let database = try await TestDatabase()
        let texts: [(String?, [String])] = [
            ("0.5", []), (" 1e-3 ", []), ("-0", []), ("7", []), ("1E+0", []), ("0.10", []),
            ("\"0.5\"", ["score_not_a_number"]), ("NaN", ["score_not_a_number"]), ("0,5", ["score_not_a_number"]),
            (".5", ["score_not_a_number"]), ("01", ["score_not_a_number"]), ("+1", ["score_not_a_number"]),
            ("1.", ["score_not_a_number"]), ("1e", ["score_not_a_number"]), ("", ["score_not_a_number"]),
            ("-", ["score_not_a_number"]), ("true", ["score_not_a_number"]), ("0x1", ["score_not_a_number"]),
            ("1 2", ["score_not_a_number"]), ("1,\"score\":2", ["score_not_a_number"]), ("٣", ["score_not_a_number"]),
            ("99999", ["score_out_of_range"]), ("1e400", ["score_out_of_range"]), ("1e-400", []),
            (nil, ["score_missing"]),
        ]
        let insert = Statement(
            name: "insert_inference", sql: "insert into inference_results (id, score, industry) values ($1, $2, 'food')"
        )
        for (number, (text, _)) in texts.enumerated() { try database.connection.execute(insert, [ulid(number), text]) }
        try database.connection.script(
            """
            insert into inference_results (id, score, industry) values
                (null, 0.5, 'food'), ('x', 0.5, 'food'), ('\(ulid(500))', 0.5, null),
                ('\(ulid(501))', 0.5, E'bo"\\\\ats\\n\\u0001'), ('\(ulid(502))', 0.25::float8, ' FOOD '),
                ('\(ulid(503))', 0.125::numeric(9, 6), 'cars');
            """)
        _ = try Self.load(database) { $0.maxRejectRatio = 1 }
        let expected = texts.enumerated().filter { !$0.element.1.isEmpty }
            .map { ["\($0.offset + 1)", "{\($0.element.1[0])}"] }
        let more = ["id_missing", "id_not_a_ulid", "industry_missing", "industry_unknown"].enumerated()
            .map { ["\(texts.count + 1 + $0.offset)", "{\($0.element)}"] }
        #expect(
            try database.query("select row_number, reasons from rejected_assets order by row_number") == expected + more
        )
        #expect(
            try database.query(
                "select score from scores where id in ('\(ulid(1))', '\(ulid(502))', '\(ulid(503))') order by 1")
                == [["0.001"], ["0.125"], ["0.25"]])
        #expect(
            try database.connection.execute(
                Statement(name: "raw", sql: "select raw from rejected_assets where reasons = '{industry_unknown}'")
            )
            .first?.get("raw") == #"{"id": "\#(ulid(501))", "score": 0.5, "industry": "bo\"\\ats\u000a\u0001"}"#)
    }

    @Test func rowsThatCommitLateGoToALaterBatch() async throws {
        let database = try await TestDatabase()
        let slow = try Connection(database: database.connectionString)
        try slow.script("begin")
        try Self.insert(RunTests.assets(0), slow)
        try Self.insert(RunTests.assets(1), database.connection)
        #expect(try Self.load(database).totals.read == 8)
        try slow.script("commit")
        // Their numbers are lower than those of the rows that were claimed before.
        #expect(try Self.load(database).totals.read == 8)
        try slow.script("begin")
        try Self.insert(RunTests.assets(2), slow)
        try slow.script("rollback")
        #expect(try Self.load(database).totals.applied == 0)
        #expect(
            try database.query("select batch_id, min(id), count(*) from inference_results group by 1 order by 1")
                == [["0", ulid(100), "8"], ["1", ulid(0), "8"]])
    }

    @Test func howManyRowsMakeABatchIsSettable() async throws {
        let database = try await TestDatabase()
        try Self.insert(RunTests.assets(0, 25), database.connection)
        let few = try Self.load(database) { _ in
        } _: {
            $0.minimumRows = 26
        }
        #expect(few.totals.applied == 0 && few.waiting == 25)
        let three = try Self.load(database) { _ in
        } _: {
            ($0.minimumRows, $0.maximumRows) = (6, 10)
        }
        // The last five are fewer than six and wait.
        #expect(three.batches.map(\.read) == [10, 10] && three.waiting == 5)
        let early = try Self.load(database) { _ in
        } _: {
            ($0.minimumRows, $0.maximumWait) = (6, 3600)
        }
        #expect(early.totals.applied == 0)
        try database.connection.script(
            "insert into inference_results (id, score, industry, received_at) values ('x', 1, 'food', now() - interval '2 h')"
        )
        let overdue = try Self.load(database) {
            $0.maxRejectRatio = 1
        } _: {
            ($0.minimumRows, $0.maximumWait) = (100, 3600)
        }
        #expect(overdue.batches.map(\.read) == [6] && overdue.waiting == 0)
        // A row from the future is not overdue.
        try database.connection.script(
            "insert into inference_results (id, score, industry, received_at) values ('y', 1, 'food', now() + interval '2 h')"
        )
        let ahead = try Self.load(database) { _ in
        } _: {
            ($0.minimumRows, $0.maximumWait) = (2, 60)
        }
        #expect(ahead.totals.applied == 0 && ahead.waiting == 1)
    }

    @Test func claimedRowsAreKeptForSomeBatches() async throws {
        let database = try await TestDatabase()
        let kept = "select string_agg(distinct batch_id::text, ' ') from inference_results"
        for batch in 0..<5 {
            try Self.insert(RunTests.assets(batch), database.connection)
            _ = try Self.load(database)
        }
        #expect(try database.value(kept) == "2 3 4")
        try Self.insert(RunTests.assets(5), database.connection)
        _ = try Self.load(database) { _ in
        } _: {
            $0.keptBatches = 0
        }
        #expect(try database.value("select count(*) from inference_results") == "0")
        try Self.insert(RunTests.assets(6), database.connection)
        _ = try Self.load(database) { _ in
        } _: {
            $0.keptBatches = 1
        }
        #expect(try database.value(kept) == "6")
        #expect(try Verifier(session: database.session()).verify().agrees)
    }

    @Test func theFirstNumberIsSettableAndTheLedgerGivesTheRest() async throws {
        let database = try await TestDatabase()
        for batch in [20, 21] {
            try Self.insert(RunTests.assets(batch), database.connection)
            let report = try Self.load(database) { _ in
            } _: {
                $0.firstBatchID = 20
            }
            #expect(report.batches.map(\.batchID) == [batch])
        }
    }

    @Test func aRefusedBatchClaimsNothing() async throws {
        let database = try await TestDatabase()
        try Self.insert(RunTests.assets(0), database.connection)
        try Self.insert((0..<8).map { TestAsset(ulid(900 + $0), 0.5, "boats") }, database.connection)
        let before = try database.fingerprint()
        let error = #expect(throws: JobError.self) { try Self.load(database) }
        #expect(error?.exitCode == .dataRefused)
        #expect(error?.description.contains("batch_id is null") ?? false)
        #expect(try database.fingerprint() == before)
        #expect(try database.value("select count(*) from inference_results where batch_id is null") == "16")
        // Nested deeper than a row may be.
        let deep = try await TestDatabase()
        let text = String(repeating: "[", count: 1024) + String(repeating: "]", count: 1024)
        try deep.connection.script("insert into inference_results (payload) values ('\(text)')")
        let refused = #expect(throws: JobError.self) { try Self.load(deep) { $0.maxRejectRatio = 1 } }
        #expect(refused?.exitCode == .dataRefused && refused?.description.contains("whole: row 1: ") ?? false)
        #expect(
            refused?.description.contains("(batch_id is null) it is number 1 in the order of inference_id.") ?? false)
        #expect(try deep.value("select count(*) from inference_results where batch_id is null") == "1")
    }

    @Test func aDryRunClaimsNothing() async throws {
        let database = try await TestDatabase()
        try Self.insert(RunTests.assets(0, 20), database.connection)
        let before = try database.fingerprint()
        let report = try Self.load(database) {
            $0.isDryRun = true
        } _: {
            $0.maximumRows = 8
        }
        #expect(report.batches.map(\.read) == [8, 8, 4] && report.dryRun == true)
        #expect(try database.fingerprint() == before)
        #expect(try database.value("select count(*) from inference_results where batch_id is null") == "20")
    }

    @Test func whatIsClaimedStaysAndWhatIsNewWaits() async throws {
        let database = try await TestDatabase()
        func refusal(_ sql: String) -> String? {
            let error = #expect(throws: PostgresError.self) { try database.connection.script(sql) }
            return error?.sqlState
        }
        #expect(refusal("insert into inference_results (id, batch_id) values ('x', 0)") == "23001")
        #expect(refusal("insert into inference_results (id, payload) values ('x', '{}')") == "23514")
        #expect(refusal("insert into inference_results (received_at) values ('infinity')") == "23514")
        #expect(refusal("insert into inference_results (received_at) values ('-infinity')") == "23514")
        #expect(refusal("insert into inference_results (payload) values ('{]')") == "22P02")
        #expect(refusal("insert into inference_results (id) values (repeat('x', 2097153))") == "23514")
        try Self.insert(RunTests.assets(0), database.connection)
        _ = try Self.load(database)
        #expect(refusal("update inference_results set score = '1' where batch_id = 0") == "23001")
        #expect(refusal("update inference_results set batch_id = null") == "23001")
    }

    @Test func claimsThatAreRefusedEndTheRunInsteadOfGoingOnForEver() async throws {
        let database = try await TestDatabase()
        try Self.insert(RunTests.assets(0), database.connection)
        try database.connection.script(
            """
            create function veto() returns trigger language plpgsql as 'begin return null; end';
            create trigger veto before update on inference_results for each row execute function veto();
            """)
        let error = #expect(throws: JobError.self) { try Self.load(database) }
        #expect(error?.exitCode == .configuration)
        #expect(throws: JobError.self) { try Self.load(database) { $0.isDryRun = true } }
    }

    @Test func verifyComparesClaimsWithTheLedger() async throws {
        let database = try await TestDatabase()
        for batch in 0..<2 {
            try Self.insert(RunTests.assets(batch), database.connection)
            _ = try Self.load(database)
        }
        #expect(try Verifier(session: database.session()).verify().agrees)
        // Rows from SQL have no bytes to be compared with a file.
        for batch in 0..<2 { try database.write(RunTests.assets(batch), batch: batch) }
        let sources = try BatchFolder.sources(at: database.folder)
        let withFiles = try Verifier(session: database.session()).verify(sources: sources)
        #expect(withFiles.agrees && withFiles.batchesWithoutFile == 2)
        try database.connection.script(
            """
            delete from inference_results where inference_id = 1;
            alter table inference_results disable trigger all;
            insert into inference_results (id, batch_id) values ('x', 7);
            """)
        let found = try Verifier(session: database.session()).verify()
        #expect(
            found.differences.map { "\($0.check) \($0.batchID ?? -1) \($0.stored ?? "-") \($0.recomputed ?? "-")" }
                == ["inbox 0 7 8", "inbox 7 1 -"])
    }

    @Test func anotherSourceCannotPoseAsABatchOfTheInbox() async throws {
        let database = try await TestDatabase()
        try Self.insert(RunTests.assets(0), database.connection)
        _ = try Self.load(database)
        try database.write(RunTests.assets(0), batch: 0)
        #expect(try RunTests.refusal(database).contains("inference_results"))
        // The next number is free for a file.
        try FileManager.default.removeItem(atPath: "\(database.folder)/batch_0.json")
        try database.write(RunTests.assets(1), batch: 1)
        #expect(try database.run().totals.applied == 1)
        try Self.insert(RunTests.assets(2), database.connection)
        #expect(try Self.load(database).batches.map(\.batchID) == [2])
        #expect(try database.value("select count(*) from percentile_snapshots") == "24")
    }

    @Test func theRolesMayClaimAndNoMore() async throws {
        let database = try await TestDatabase()
        try database.connection.script(
            """
            begin;
            insert into inference_results (id, score, industry) values ('x', 1, 'food');
            set local role etl_writer;
            """)
        for sql in ["update inference_results set score = '2'", "insert into inference_results (id) values ('y')"] {
            try database.connection.script("savepoint here")
            let error = #expect(throws: PostgresError.self) { try database.connection.script(sql) }
            #expect(error?.sqlState == "42501")
            try database.connection.script("rollback to here")
        }
        try database.connection.script("update inference_results set batch_id = 0; rollback")
    }
}
