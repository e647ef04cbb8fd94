import Foundation
import PostgresClient
import Testing
import TestSupport

/// `etl-job verify` as a person or a script runs it.
@Suite struct VerifyCommandTests {
    private func loaded() async throws -> (TestDatabase, Program) {
        let (database, program) = try await ExitCodeTests.prepared(batches: 5)
        #expect(try await program.run("run", ".").code == 0)
        return (database, program)
    }

    private func tamper(_ database: TestDatabase, _ sql: String) throws {
        try database.connection.executeScript(
            .init(name: "tamper", sql: "begin; set local session_replication_role = replica; \(sql); commit"))
    }

    @Test func agreementIsZeroWithFigures() async throws {
        let (database, program) = try await loaded()
        let before = try database.fingerprint()
        let outcome = try await program.run("verify", "--sources", ".")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.hasSuffix("The tables agree: 5 batches, nothing differs.\n"))
        #expect(outcome.output.contains("good  percentiles    54 percentiles recomputed, "))
        #expect(outcome.output.contains("good  scores         30 rows of scores, 0 of them NULL, "))
        #expect(outcome.output.contains("good  sources        5 files hashed, "))
        #expect(try database.fingerprint() == before)
        let json = try await program.run("verify", "--json").json()
        #expect(Set(json.keys) == ["agrees", "batches", "batches_without_file", "checks", "differences"])
        #expect(json["agrees"] as? Bool == true && json["batches"] as? Int == 5)
        #expect((json["differences"] as? [Any])?.isEmpty == true)
        let checks = try #require(json["checks"] as? [[String: Any]])
        #expect(
            checks.map { $0["name"] as? String } == [
                "ledger", "distributions", "rejections", "snapshots", "percentiles", "figures", "scores", "window",
                "inbox",
            ])
        #expect(checks.allSatisfy { $0["agrees"] as? Bool == true && $0["differences"] as? Int == 0 })
    }

    @Test func differencesAreOneAndNamed() async throws {
        let (database, program) = try await loaded()
        try tamper(
            database,
            """
            update percentile_snapshots set percentile = 99 where as_of_batch_id = 3 and scored_batch_id > 1 and score > 0;
            delete from scores where id = '\(ulid(401))';
            insert into scores values (e'\\x1b[31m\\u202e', 0.5, 'food', 1)
            """)
        let outcome = try await program.run("verify", "--limit", "2")
        #expect(outcome.code == 1, "\(outcome.errors)")
        #expect(outcome.output.contains("BAD   percentiles    54 percentiles recomputed; 10 differences, "))
        #expect(outcome.output.contains("percentiles: 8 more; --limit N lists more."))
        #expect(outcome.output.contains("\\u{1b}[31m\\u{202e}") && outcome.output.contains(ulid(401)))
        #expect(outcome.output.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(outcome.output.hasSuffix("The tables do not agree: 13 differences in 5 batches.\n"))

        let structured = try await program.run("verify", "--json")
        #expect(structured.code == 1)
        let json = try structured.json()
        #expect(json["agrees"] as? Bool == false)
        let differences = try #require(json["differences"] as? [[String: Any]])
        #expect(differences.count == 13)
        let first = try #require(differences.first { $0["check"] as? String == "percentiles" })
        #expect(Set(first.keys) == ["check", "batch_id", "id", "subject", "stored", "recomputed"])
        #expect(first["batch_id"] as? Int == 3 && first["id"] as? String == ulid(201))
        #expect(first["stored"] as? String == "99" && first["recomputed"] as? String == "\(100.0 * 3 / 17)")
    }

    @Test func otherEndingsHaveTheirCodes() async throws {
        let (database, program) = try await loaded()
        #expect(try await program.run("verify", "--limit", "0").code == 64)
        #expect(try await program.run("verify", "--sources", "nowhere").code == 66)
        #expect(try await program.run("verify", "--schema", "elsewhere").code == 78)
        try FileManager.default.removeItem(atPath: "\(database.folder)/batch_1.json")
        let noted = try await program.run("verify", "--sources", ".")
        #expect(noted.code == 0 && noted.output.contains("4 files hashed, 1 batch without a file"))
        try database.write([ExitCodeTests.assets(9)[0]], batch: 2)
        let changed = try await program.run("verify", "--sources", ".")
        #expect(changed.code == 1 && changed.output.contains("content_sha256"))
    }

    @Test func aSignalEndsIt() async throws {
        let (database, program) = try await loaded()
        let holder = try Connection(database: database.connectionString)
        try holder.executeScript(.init(name: "hold", sql: "begin; lock table percentile_snapshots"))
        let running = try program.start(["verify", "--sources", "."])
        for _ in 0..<200 where try database.value(Self.blockedCount) != "1" {
            try await Task.sleep(for: .milliseconds(50))
        }
        running.signal(SIGINT)
        let outcome = try await running.outcome()
        #expect(outcome.code == 130, "\(outcome.errors)")
        // The server was told, too.
        #expect(try database.value(Self.blockedCount) == "0")
    }

    private static let blockedCount = """
        select count(*) from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()
        """
}
