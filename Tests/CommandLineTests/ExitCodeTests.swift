import Foundation
import PostgresClient
import Testing
import TestSupport

/// The exit codes and messages of the built binary.
@Suite struct ExitCodeTests {
    /// A migrated database and the program set up to use it.
    static func prepared(batches: Int = 0) async throws -> (TestDatabase, Program) {
        let database = try await TestDatabase()
        for batch in 0..<batches { try database.write(assets(batch), batch: batch) }
        let program = Program(folder: database.folder, environment: ["DATABASE_URL": database.connectionString])
        return (database, program)
    }

    static func assets(_ batch: Int) -> [TestAsset] {
        (0..<6).map { TestAsset(ulid(batch * 100 + $0), Double($0) / 10, "food") }
    }

    @Test func doneIsZeroAlsoWhenThereIsNothingToDo() async throws {
        let (database, program) = try await Self.prepared(batches: 4)
        let first = try await program.run("run", ".")
        #expect(first.code == 0 && first.output.contains("4 batches applied."), "\(first.errors)")
        #expect(first.errors.hasPrefix("Database: test_"))
        let fingerprint = try database.fingerprint()
        let second = try await program.run("run", ".")
        #expect(second.code == 0)
        #expect(second.output == "Nothing to do: all 4 batches were applied before and are unchanged.\n")
        #expect(try database.fingerprint() == fingerprint)
        try FileManager.default.createDirectory(atPath: "\(database.folder)/none", withIntermediateDirectories: false)
        #expect(try await program.run("run", "none").code == 0)
    }

    @Test(arguments: [
        ["run", "--window-size", "0"], ["run", "--max-reject-ratio", "2"], ["rn"], ["run", "--no-such-flag"],
        ["run", "--percentile-method", "median"], ["percentile", "abc", "--industry", "food"],
        ["rejects", "--reason", "x"],
        ["run", "-"], ["status", "--local", "--database-url", "x"], ["sample", "s", "--batches", "0"],
    ])
    func wrongUsageIs64(arguments: [String]) async throws {
        let (_, program) = try await Self.prepared()
        let outcome = try await program.run(arguments)
        #expect(outcome.code == 64, "\(outcome.errors)")
        #expect(outcome.errors.lowercased().contains("error") && outcome.output.isEmpty)
    }

    @Test func refusedDataIs65() async throws {
        let (database, program) = try await Self.prepared(batches: 2)
        #expect(try await program.run("run", ".").code == 0)
        try database.write("[", batch: 2)
        let malformed = try await program.run("run", ".")
        #expect(malformed.code == 65 && malformed.errors.contains("error: Batch 2 (./batch_2.json) is malformed"))
        try database.write("[]", batch: 2)
        #expect(try await program.run("run", ".").code == 65)
        #expect(try await program.run("run", ".", "--allow-empty").code == 0)
        try database.write(Self.assets(4), batch: 4)
        #expect(try await program.run("run", ".").code == 65)
        #expect(try await program.run("run", ".", "--allow-gap").code == 0)
        try database.write([Self.assets(0)[0]], batch: 0)
        #expect(try await program.run("run", ".", "--allow-gap").code == 65)
        #expect(try await program.run("run", "batch_4.json", "--window-size", "2").code == 65)
        #expect(try database.value("select count(*) from batches") == "4")
    }

    @Test func whatWasAppliedBeforeARefusalIsShown() async throws {
        let (database, program) = try await Self.prepared(batches: 3)
        try database.write("[", batch: 3)
        let outcome = try await program.run("run", ".")
        #expect(outcome.code == 65 && outcome.output.contains("3 batches applied before the run ended."))
        #expect(try await program.run("run", ".").output.isEmpty)
        #expect(try await program.run("run", ".", "--json").output.isEmpty)
    }

    @Test func noSuchInputAssetOrBatchIs66() async throws {
        let (_, program) = try await Self.prepared(batches: 3)
        #expect(try await program.run("run", "nowhere").code == 66)
        #expect(try await program.run("run", ".").code == 0)
        #expect(try await program.run("asset", "nobody").code == 66)
        #expect(try await program.run("asset", ulid(0), "--as-of", "9").code == 66)
        #expect(try await program.run("percentile", "0.5", "--industry", "boats").code == 66)
        #expect(try await program.run("percentile", "0.5", "--industry", "food", "--as-of", "1").code == 66)
        #expect(try await program.run("rejects", "--batch", "9").code == 66)
    }

    @Test func anUnreachableDatabaseIs69AndNamesNoSecret() async throws {
        let (database, _) = try await Self.prepared()
        let url = "postgresql://me:s3cret@127.0.0.1:1/none"
        let outcome = try await Program(folder: database.folder, environment: ["DATABASE_URL": url]).run("status")
        #expect(outcome.code == 69 && outcome.errors.contains("127.0.0.1") && !outcome.errors.contains("s3cret"))
    }

    @Test func aHeldLockIs75() async throws {
        let (database, program) = try await Self.prepared(batches: 1)
        try database.connection.executeScript(.init(name: "hold", sql: "begin; lock table window_assets"))
        var patient = program
        patient.environment["PGOPTIONS"] = "-c statement_timeout=500"
        let outcome = try await patient.run("run", ".")
        #expect(outcome.code == 75, "\(outcome.errors)")
        try database.connection.executeScript(.init(name: "release", sql: "rollback"))
        #expect(try await program.run("run", ".").code == 0)
    }

    @Test func wrongConfigurationIs78() async throws {
        let (database, program) = try await Self.prepared(batches: 1)
        let bare = Program(folder: database.folder)
        let unnamed = try await bare.run("run", ".")
        #expect(unnamed.code == 78 && unnamed.errors.contains("No database is named."))
        #expect(!FileManager.default.fileExists(atPath: "\(database.folder)/.local"))
        let pending = try await program.run("run", ".", "--schema", "elsewhere")
        #expect(pending.code == 78 && pending.errors.contains("etl-job migrate --schema elsewhere"))
        #expect(try await program.run("migrate", "--migrations", "nowhere").code == 78)
        try database.connection.executeScript(.init(name: "create_guest", sql: guestRole))
        var guest = program
        guest.environment["PGUSER"] = "guest"
        guest.environment["DATABASE_URL"] = database.connectionString.replacing("user=etl", with: "user=guest")
        let denied = try await guest.run("run", ".")
        #expect(denied.code == 78, "\(denied.errors)")
        let doctor = try await guest.run("doctor")
        #expect(doctor.code == 78 && doctor.output.contains("BAD   rights"), "\(doctor.output)")
    }

    private var guestRole: String {
        """
        do $$ begin
            if not exists (select from pg_roles where rolname = 'guest') then create role guest login; end if;
        end $$;
        grant select on schema_migrations to guest;
        """
    }

    @Test func aSignalRollsBackAndIs128PlusItsNumber() async throws {
        let (database, program) = try await Self.prepared(batches: 3)
        #expect(try await program.run("run", ".", "--through", "1").code == 0)
        let before = try database.fingerprint()
        let holder = try Connection(database: database.connectionString)
        try holder.executeScript(.init(name: "hold", sql: "begin; lock table window_assets"))
        let running = try program.start(["run", "."])
        try await Self.waitForBlockedStatement(database)
        running.signal(SIGTERM)
        let outcome = try await running.outcome()
        #expect(outcome.code == 143, "\(outcome.errors)")
        try holder.executeScript(.init(name: "release", sql: "rollback"))
        #expect(try database.fingerprint() == before)
        #expect(try await program.run("run", ".").code == 0)
    }

    static func waitForBlockedStatement(_ database: TestDatabase) async throws {
        for _ in 0..<200 {
            let blocked = try database.value(
                """
                select count(*) from pg_stat_activity
                where wait_event_type = 'Lock' and datname = current_database()
                """)
            if blocked == "1" { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("no statement was ever blocked")
    }
}
