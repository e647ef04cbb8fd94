import Foundation
import PostgresClient
import Testing
import TestSupport

/// Rows from SQL, by the built binary.
@Suite struct InboxCommandTests {
    static func prepared() async throws -> (TestDatabase, Program) {
        try await ExitCodeTests.prepared()
    }

    private static func insert(_ count: Int, from first: Int = 0, _ database: TestDatabase) throws {
        for number in 0..<count {
            try database.connection.script(
                "insert into inference_results (id, score, industry) values ('\(ulid(first + number))', 0.5, 'food')")
        }
    }

    @Test func whatWaitsIsSaid() async throws {
        let (database, program) = try await Self.prepared()
        let nothing = try await program.run("run", "--from-inbox")
        #expect(nothing.code == 0 && nothing.output == "Nothing to do: no row waits in inference_results.\n")
        try Self.insert(7, database)
        let few = try await program.run("run", "--from-inbox", "--min-rows", "8")
        #expect(few.output == "Nothing to do: 7 rows wait in inference_results, fewer than --min-rows.\n")
        #expect(try await program.run("doctor").output.contains("7 rows wait in inference_results"))
        let some = try await program.run("run", "--from-inbox", "--min-rows", "2", "--max-rows", "3")
        #expect(some.code == 0 && some.output.contains("2 batches applied. 1 row waits in inference_results."))
        let json = try await program.run("run", "--from-inbox", "--json").json()
        #expect(json["waiting"] as? Int == 0)
        let batch = (json["batches"] as? [[String: Any]])?.first
        #expect(batch?["source"] as? String == "inference_results" && batch?["batch_id"] as? Int == 2)
        #expect(try await program.run("verify").output.contains("7 claimed rows of inference_results"))
        #expect(try await program.run("doctor").output.contains("nothing waits in inference_results"))
    }

    @Test func aBatchFromTheInboxCanBeRefused() async throws {
        let (database, program) = try await Self.prepared()
        try database.connection.script("insert into inference_results (payload) values ('[]'), ('{\"id\": 5}')")
        let outcome = try await program.run("run", "--from-inbox")
        #expect(outcome.code == 65 && outcome.errors.contains("batch_id is null"), "\(outcome.errors)")
        #expect(try await program.run("run", "--from-inbox", "--max-reject-ratio", "1").code == 0)
        let rows = try await program.run("rejects", "--batch", "0", "--rows")
        #expect(rows.output.contains("not_an_object"), "\(rows.output)")
    }

    @Test(arguments: [
        ["--from-inbox", "."], ["--from-inbox", "--through", "4"], ["--min-rows", "4"], ["--max-wait", "4"],
        ["--from-inbox", "--min-rows", "0"], ["--from-inbox", "--min-rows", "9", "--max-rows", "8"],
        ["--from-inbox", "--source-query", "rows.sql", "--batch-id", "1"], ["--keep-claimed", "4"],
        ["--from-inbox", "--keep-claimed", "-1"], ["--source-query", "rows.sql"], ["--source-url", "x"],
        ["--source-query", "rows.sql", "--source-batches", "b.sql", "--batch-id", "1"], ["--source-batches", "b.sql"],
    ])
    func contradictionsAre64(arguments: [String]) async throws {
        let (_, program) = try await Self.prepared()
        let outcome = try await program.run(["run"] + arguments)
        #expect(outcome.code == 64 && outcome.errors.contains("Error: "), "\(outcome.errors)")
    }

    @Test func aQueryIsReadFromTheSourceThatTheEnvironmentNames() async throws {
        let (database, program) = try await Self.prepared()
        let source = try await TestDatabase()
        try source.connection.script(
            """
            create table results (asset text, value numeric, label text, run bigint);
            insert into results values ('\(ulid(1))', 0.25, 'food', 0), ('\(ulid(2))', 0.5, 'food', 1);
            """)
        try Data("select asset as id, value as score, label as industry from results where run = $1".utf8)
            .write(to: URL(fileURLWithPath: "\(database.folder)/rows.sql"))
        try Data("select distinct run from results".utf8).write(
            to: URL(fileURLWithPath: "\(database.folder)/closed.sql"))
        let arguments = ["run", "--source-query", "rows.sql", "--source-batches", "closed.sql"]
        let unnamed = try await program.run(arguments)
        #expect(unnamed.code == 78 && unnamed.errors.contains("ETL_SOURCE_URL"), "\(unnamed.errors)")
        var named = program
        named.environment["ETL_SOURCE_URL"] = source.connectionString
        // What the environment says of the job's own database is not for the source.
        named.environment["PGPASSWORD"] = "for the job only"
        named.environment["PGTARGETSESSIONATTRS"] = "read-write"
        let outcome = try await named.run(arguments + ["--through", "0"])
        #expect(outcome.code == 0 && outcome.output.contains("1 batch applied."), "\(outcome.errors)")
        #expect(try await named.run(arguments).output.contains("1 batch applied; 1 batch was applied before."))
        #expect(try await named.run(arguments).output.contains("Nothing to do: all 2 batches"))
        #expect(
            try database.query("select batch_id, source from batches order by 1") == [
                ["0", "query rows.sql"], ["1", "query rows.sql"],
            ])
        let missing = try await named.run("run", "--source-query", "none.sql", "--batch-id", "1")
        #expect(missing.code == 66 && missing.errors.contains("none.sql"), "\(missing.errors)")
    }

    @Test func aSlowSourceHoldsNoTransactionOfTheJobAlsoInADryRun() async throws {
        let (database, program) = try await Self.prepared()
        let source = try await TestDatabase()
        try source.connection.script(
            """
            create table results (payload json, run bigint);
            insert into results values ('{"id": "\(ulid(1))", "score": 1, "industry": "food"}', 0);
            """)
        try source.connection.script("begin; lock table results in access exclusive mode")
        try Data("select payload from results where run = $1".utf8)
            .write(to: URL(fileURLWithPath: "\(database.folder)/rows.sql"))
        var named = program
        named.environment["ETL_SOURCE_URL"] = source.connectionString
        let arguments = ["run", "--source-query", "rows.sql", "--batch-id", "0"]
        let jobs = try [arguments, arguments + ["--dry-run"]].map { try named.start($0) }
        var waiting = ""
        for _ in 0..<3000 where waiting != "2" {
            try await Task.sleep(for: .milliseconds(20))
            waiting = try database.value(
                """
                select count(*) from pg_stat_activity where application_name = 'etl-job source'
                    and datname = '\(source.connection.databaseName)' and wait_event_type = 'Lock'
                """)
        }
        #expect(waiting == "2")
        #expect(
            try database.value(
                """
                select string_agg(distinct state, ' ') from pg_stat_activity
                where datname = current_database() and application_name = 'etl-job'
                """) == "idle")
        try source.connection.script("commit")
        for job in jobs {
            let outcome = try await job.outcome()
            // The one that comes second finds the batch applied.
            #expect(outcome.code == 0 && outcome.output.contains("batch"), "\(outcome.errors)")
        }
        #expect(try database.value("select count(*) from batches") == "1")
    }
}
