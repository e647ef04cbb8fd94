@testable import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// Raw rows read by a query from another database.
@Suite struct SQLSourceTests {
    /// A database of somebody else's, with a user that may select and no more.
    final class Source {
        let connection: Connection
        let database: String
        let folder: String

        init(_ table: String = "id text, score numeric, industry text, batch bigint, position serial") async throws {
            let name = "reader_\(UInt32.random(in: 0 ... .max))"
            database = try await TestServer.shared.emptyDatabase()
            connection = try Connection(database: database)
            folder = try temporaryFolder()
            try connection.script(
                """
                create table results (\(table));
                create table closed (batch bigint);
                create role \(name) login;
                grant select on results, closed to \(name);
                """)
            user = name
        }

        private let user: String
        /// How the reader connects.
        var url: String {
            "postgresql://\(user)@/\(connection.databaseName)?host=\(connection.host)&port=\(connection.port)"
        }

        func write(_ sql: String, _ file: String) throws -> String {
            let path = "\(folder)/\(file)"
            try sql.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        func query(
            _ rows: String = "select id, score, industry from results where batch = $1 order by position;",
            batches: String? = "select batch from closed", batchID: Int? = nil, file: String = "rows.sql"
        ) throws -> RunInput {
            .query(
                try SourceQuery(
                    database: url, rowsPath: write(rows, file),
                    batchesPath: batches.map { try write($0, "closed.sql") }, batchID: batchID))
        }

        func insert(_ assets: [TestAsset], batch: Int) throws {
            for asset in assets {
                try connection.execute(
                    Statement(
                        name: "insert", sql: "insert into results (id, score, industry, batch) values ($1, $2, $3, $4)"),
                    [asset.id, "\(asset.score)", asset.industry, batch])
            }
            try connection.script("insert into closed values (\(batch))")
        }
    }

    static func refusal(_ code: ExitCode, _ database: TestDatabase, _ input: RunInput) throws -> String {
        let before = try database.fingerprint()
        let error = #expect(throws: JobError.self) { try database.job().run(input) }
        #expect(error?.exitCode == code, "\(error?.description ?? "nothing")")
        #expect(try database.fingerprint() == before)
        return error?.description ?? ""
    }

    @Test func theClosedBatchesAreLoadedAsTheSameRowsOfFiles() async throws {
        let source = try await Source()
        for batch in [2, 0, 1, 10, 9, 3, 4, 5, 6, 7, 8] { try source.insert(RunTests.assets(batch), batch: batch) }
        let database = try await TestDatabase()
        let report = try database.job().run(source.query())
        #expect(report.batches.map(\.batchID) == Array(0...10))
        let files = try await RunTests.loaded(11)
        for table in ["scores", "percentile_snapshots", "batch_distributions", "distribution_snapshots"] {
            let rows = "select * from \(table) order by 1, 2, 3"
            #expect(try database.query(rows) == files.query(rows), "\(table)")
        }
        let before = try database.fingerprint()
        let again = try database.job().run(source.query())
        #expect(again.totals.applied == 0 && again.totals.skipped == 11)
        #expect(try database.fingerprint() == before)
        #expect(try database.value("select min(source) from batches") == "query \(source.folder)/rows.sql")
    }

    @Test func oneBatchCanBeNamed() async throws {
        let source = try await Source()
        try source.insert(RunTests.assets(7), batch: 7)
        let database = try await TestDatabase()
        #expect(try database.job().run(source.query(batches: nil, batchID: 7)).batches.map(\.batchID) == [7])
        #expect(try database.job().run(source.query(batches: nil, batchID: 7)).totals.skipped == 1)
        #expect(try Self.refusal(.dataRefused, database, source.query(batches: nil, batchID: 8)).contains("empty"))
    }

    @Test func textNumericAndFloatScoresAreTheSameNumbers() async throws {
        let values = ["0.1", "0.30000000000000004", "-0.0", "1e-3", "0.7071067811865476", "5e-324", "2.5"]
        var fingerprints: [String] = []
        for type in ["text", "numeric", "double precision", "json", "jsonb"] {
            let source = try await Source("id text, score \(type), industry text, batch bigint, position serial")
            for (number, value) in values.enumerated() {
                try source.connection.script(
                    "insert into results (id, score, industry, batch) values ('\(ulid(number))', '\(value)', 'food', 0)"
                )
            }
            try source.connection.script("insert into closed values (0)")
            let database = try await TestDatabase()
            try #expect(database.job().run(source.query()).totals.accepted == values.count, "\(type)")
            fingerprints.append("\(try database.query("select id, score::text from scores order by id"))")
        }
        #expect(Set(fingerprints).count == 1)
        for value in ["0.30000000000000004", "0.7071067811865476", "5e-324", "0.001"] {
            #expect(fingerprints[0].contains(value))
        }
    }

    @Test func whatIsNoNumberIsNone() async throws {
        let source = try await Source("id text, score double precision, industry text, batch bigint, position serial")
        try source.connection.script(
            """
            insert into results (id, score, industry, batch) values
                ('\(ulid(1))', 'NaN', 'food', 0), ('\(ulid(2))', 'Infinity', 'food', 0), ('\(ulid(3))', null, 'food', 0),
                (null, 0.5, 'food', 0), ('\(ulid(4))', 0.5, null, 0), ('\(ulid(5))', 1e300, 'food', 0);
            insert into closed values (0);
            """)
        let database = try await TestDatabase()
        _ = try database.job { $0.maxRejectRatio = 1 }.run(source.query())
        #expect(
            try database.query("select reasons from rejected_assets order by row_number").map { $0[0] } == [
                "{score_not_a_number}", "{score_not_a_number}", "{score_missing}", "{id_missing}",
                "{industry_missing}", "{score_out_of_range}",
            ])
        _ = try database.job { $0.maxRejectRatio = 1 }.run(
            source.query("select true as score, 5 as id, 'food' as industry where $1 = 1", batches: nil, batchID: 1))
        #expect(
            try database.query("select raw, reasons from rejected_assets where batch_id = 1")
                == [[#"{"id": 5, "score": true, "industry": "food"}"#, "{id_not_a_ulid,score_not_a_number}"]])
    }

    @Test func payloadsAreWholeRows() async throws {
        let source = try await Source("payload json, batch bigint")
        var random = SeededRandom(seed: 9)
        let rows = (0..<300).map { _ in String(decoding: OddRows.row(&random), as: UTF8.self) }
        let insert = Statement(name: "insert", sql: "insert into results values ($1, 0)")
        for row in rows { try source.connection.execute(insert, [row]) }
        try source.connection.script("insert into closed values (0)")
        let database = try await TestDatabase()
        _ = try database.job { $0.maxRejectRatio = 1 }.run(
            source.query("select payload from results where batch = $1 order by ctid"))
        let files = try await TestDatabase()
        try files.write("[" + rows.joined(separator: ",") + "]", batch: 0)
        try files.run { $0.maxRejectRatio = 1 }
        for query in [
            "select * from scores order by id",
            "select row_number, id, score, industry, raw, reasons from rejected_assets order by row_number",
        ] {
            #expect(try database.query(query) == files.query(query))
        }
    }

    @Test func aBatchThatChangedIsRefusedWhateverTheOrderOfItsRows() async throws {
        let source = try await Source()
        for batch in 0..<5 { try source.insert(RunTests.assets(batch), batch: batch) }
        let database = try await TestDatabase()
        _ = try database.job().run(source.query())
        let turned = "select id, score, industry from results where batch = $1 order by position desc"
        #expect(try database.job().run(source.query(turned, file: "./rows.sql")).totals.skipped == 5)
        try source.connection.script("update results set score = 0.7 where batch = 3 and id = '\(ulid(300))'")
        for file in ["rows.sql", "./other.sql"] {
            let text = try Self.refusal(.dataRefused, database, source.query(file: file))
            #expect(text.contains("Batch 3") && text.contains("later batch"))
        }
        // Out of the window it is not read again: the cost follows the window.
        try source.connection.script(
            "update results set score = 0.0 where id = '\(ulid(300))'; update results set score = 0.7 where batch = 0")
        #expect(try database.job().run(source.query()).totals.skipped == 5)
    }

    @Test func whatCameFromFilesCannotBeOfferedAgain() async throws {
        let source = try await Source()
        let database = try await RunTests.loaded(3)
        for batch in 2..<4 { try source.insert(RunTests.assets(batch), batch: batch) }
        #expect(try Self.refusal(.dataRefused, database, source.query()).contains("batch_2.json"))
        let later = try source.query(batches: "select batch from closed where batch > 2")
        #expect(try database.job().run(later).batches.map(\.batchID) == [3])
    }

    @Test func queriesThatCannotBeAskedAreRefused() async throws {
        let source = try await Source()
        try source.insert(RunTests.assets(0), batch: 0)
        let database = try await TestDatabase()
        func text(_ rows: String, batches: String = "select batch from closed", _ code: ExitCode = .configuration)
            throws
            -> String
        { try Self.refusal(code, database, source.query(rows, batches: batches)) }
        #expect(try text("select id, score, industry from results").contains("$1"))
        #expect(try text("select id, score, industry from results where batch between $1 and $2").contains("2 param"))
        #expect(try text("select id, score from results where batch = $1").contains("id, score"))
        #expect(try text("select r.*, r.id from results r where batch = $1").contains("2 columns called id"))
        #expect(try text("select '{}' as payload from results where batch = $1").contains("payload::json"))
        #expect(try text("selec $1").contains("rows.sql"))
        #expect(try text("select * from nothing where x = $1").contains("nothing"))
        #expect(try text("-- nothing").contains("rows.sql"))
        let good = "select id, score, industry from results where batch = $1"
        #expect(try text(good, batches: "select batch from closed where batch > $1").contains("none"))
        #expect(try text(good, batches: "select 'x'", .dataRefused).contains("whole number"))
        #expect(try text(good, batches: "select -1", .dataRefused).contains("whole number"))
        #expect(try text(good, batches: "select null::bigint", .dataRefused).contains("whole number"))
        #expect(
            try text("with gone as (delete from results where batch = $1 returning *) table gone").contains("etl-job")
                == false)
        for file in ["  ;\n", "select id, score, industry from results where batch = $1 \0 and false"] {
            let error = #expect(throws: JobError.self) { try source.query(file) }
            #expect(error?.exitCode == .configuration)
        }
        let both = "select id, score, industry, '{}'::json as payload from results where batch = $1"
        #expect(try text(both).contains("two forms"))
        for batches in ["copy (select 0) to stdout", "-- nothing", "select batch from nothing", "select 0; select 1"] {
            #expect(try text(good, batches: batches).contains("Mend the query"), "\(batches)")
        }
        for rows in [
            "select id, score / (position - position), industry from results where batch = $1",
            "select id, score, industry from results where batch = $1 and id = (select id from results)",
            "select id, (industry || $1)::float8 as score, industry from results",
        ] {
            #expect(try text(rows, .dataRefused).contains("the source server's log"), "\(rows)")
        }
        for rows in [
            "select id from results a join results b using (batch) where batch = $1",
            "select id, score, industry from results where batch = $1 group by id",
            "select id, score::nosuch, industry from results where batch = $1",
            "select id, score, industry from nosuch.results where batch = $1",
        ] {
            let words = try text(rows)
            #expect(words.contains("Mend the query") && !words.contains("migrate"), "\(rows)")
        }
        #expect(try source.connection.value("select count(*) from results") == "8")
    }

    @Test func rightsToSelectAreEnoughAndNeeded() async throws {
        let source = try await Source()
        try source.insert(RunTests.assets(0), batch: 0)
        try source.connection.script("create table secret (id text, score numeric, industry text, batch bigint)")
        let database = try await TestDatabase()
        let text = try Self.refusal(
            .configuration, database, source.query("select id, score, industry from secret where batch = $1"))
        #expect(text.contains("secret") && text.contains("select"))
        #expect(try database.job().run(source.query()).totals.applied == 1)
    }

    @Test func aSourceThatIsAwayIsNamed() async throws {
        let database = try await TestDatabase()
        let source = try await Source()
        let path = try source.write("select $1::bigint", "rows.sql")
        let query = try SourceQuery(
            database: "postgresql://nobody@/x?host=/nowhere", rowsPath: path, batchesPath: nil, batchID: 1)
        #expect(try Self.refusal(.unavailable, database, .query(query)).contains("Source database"))
        let garbled = try SourceQuery(
            database: "postgresql://a:se/cret@b/c", rowsPath: path, batchesPath: nil, batchID: 1)
        let text = try Self.refusal(.configuration, database, .query(garbled))
        #expect(text.contains("Source database") && !text.contains("cret"))
    }
}
