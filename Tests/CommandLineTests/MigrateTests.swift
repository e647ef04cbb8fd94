import Foundation
import PostgresClient
import Testing
import TestSupport

/// `etl-job migrate` as a person or a script runs it: roles, locks, and death in the middle.
@Suite struct MigrateTests {
    private static func program(_ database: String) throws -> Program {
        Program(folder: try temporaryFolder(), environment: ["DATABASE_URL": database])
    }

    @Test func rolesAreMadeOnceAndGrantedAsOftenAsOneLikes() async throws {
        let url = try await TestServer.shared.emptyDatabase()
        let program = try Self.program(url)
        let first = try await program.run("migrate", "--roles")
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.output.hasPrefix("applied 0001_create_industries.sql\n"))
        let rights = """
            Rights on schema public granted: etl_writer loads batches and cannot change history; etl_reader reads.
            Runs of etl work as etl_writer.

            """
        #expect(first.output.hasSuffix(" migrations applied to schema public.\n\(rights)"), "\(first.output)")
        let again = try await program.run("migrate", "up", "--roles")
        #expect(again.code == 0 && again.output == "Schema public is up to date.\n\(rights)")
        let doctor = try await program.run("doctor")
        #expect(doctor.code == 0)
        #expect(doctor.output.contains("good  role        runs as etl_writer, which cannot change history\n"))
    }

    @Test func theDoctorPointsToTheRoles() async throws {
        let program = try Self.program(await TestServer.shared.emptyDatabase())
        #expect(try await program.run("migrate", "--schema", "apart").code == 0)
        let doctor = try await program.run("doctor", "--schema", "apart")
        #expect(doctor.code == 0)
        #expect(doctor.output.contains("note  role        runs as etl, which may do more than a run needs\n"))
        #expect(doctor.output.contains("→ etl-job migrate --roles --schema apart\n"))
    }

    @Test func aLockThatIsNotToBeHadIs75AndNamesItsHolder() async throws {
        let url = try await TestServer.shared.emptyDatabase()
        let holder = try Connection(database: url)
        try holder.executeScript(
            .init(name: "hold", sql: "begin; select pg_advisory_xact_lock(hashtextextended('etl-job:public', 0))"))
        let outcome = try await Self.program(url).run("migrate", "--lock-wait", "1")
        #expect(outcome.code == 75)
        #expect(outcome.errors.contains("error: The job's lock for schema public was not to be had within 1 s."))
        #expect(outcome.errors.contains("process \(holder.backendPID) (user etl, "))
        #expect(outcome.errors.contains("select pg_advisory_xact_lock(hashtextextended('…', …))"))
        #expect(try await Self.program(url).run("migrate", "--lock-wait", "0").code == 64)
    }

    @Test func aMigrationKilledWhileItWaitsIsJustRunAgain() async throws {
        let url = try await TestServer.shared.emptyDatabase()
        let program = try Self.program(url)
        let database = try TestDatabase(at: url)
        // Its next migration changes a table that somebody holds.
        #expect(try await program.run("migrate", "--migrations", try Self.migrations(8)).code == 0)
        let holder = try Connection(database: url)
        try holder.executeScript(.init(name: "hold", sql: "begin; lock table batch_distributions in share mode"))
        let process = try Self.start(program)
        try await wait(database, "select count(*) > 0 from pg_locks where not granted and relation is not null")
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        try holder.executeScript(.init(name: "release", sql: "rollback"))
        try await wait(
            database,
            "select count(*) = 0 from pg_stat_activity where application_name = 'etl-job' "
                + "and datname = current_database()")
        #expect(try database.value("select max(version) from schema_migrations") == "8")
        #expect(try await program.run("migrate").code == 0)
        #expect(try goldenDifference(database.schemaText(), "schema.txt") == nil)
    }

    @Test(arguments: [1, 3, 6, 9, 12])
    func aMigrationKilledAnywhereIsJustRunAgain(applied: Int) async throws {
        // On a busy machine it may be done before this has looked: then once more, on another database.
        var wasInTheMiddle = false
        for _ in 0..<10 where !wasInTheMiddle {
            let url = try await TestServer.shared.emptyDatabase()
            let program = try Self.program(url)
            let database = try TestDatabase(at: url)
            try database.connection.executeScript(.init(name: "create_ledger", sql: Self.ledger))
            let process = try Self.start(program)
            while process.isRunning, try Self.count(database) < applied {}
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let count = try Self.count(database)
            #expect(count >= applied)
            let again = try await program.run("migrate", "--roles")
            #expect(again.code == 0, "\(again.errors)")
            #expect(try goldenDifference(database.schemaText(), "schema.txt") == nil)
            #expect(try await program.run("doctor").code == 0)
            // It is seldom faster than the look at its ledger; far from its end hardly ever.
            let bound = try applied < 9 ? 13 : Self.count(database)
            wasInTheMiddle = process.terminationReason == .uncaughtSignal && count < bound
        }
        #expect(wasInTheMiddle)
    }

    /// How many migrations a database has.
    private static func count(_ database: TestDatabase) throws -> Int {
        try Int(database.value("select count(*) from schema_migrations")) ?? 0
    }

    /// The migrations' own ledger as a killed first attempt may have left it.
    private static let ledger = """
        create table schema_migrations (
            version integer constraint a_migration_is_applied_once primary key, name text not null,
            sha256 text not null, applied_at timestamptz not null default clock_timestamp())
        """

    /// A folder with the first migrations.
    private static func migrations(_ count: Int) throws -> String {
        let folder = try temporaryFolder()
        let source = "\(TestServer.repositoryRoot)/migrations"
        for name in try FileManager.default.contentsOfDirectory(atPath: source).sorted().prefix(count) {
            try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(folder)/\(name)")
        }
        return folder
    }

    private static func start(_ program: Program) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["migrate"]
        process.environment = program.environment.merging(["HOME": program.folder]) { old, _ in old }
        process.currentDirectoryURL = URL(fileURLWithPath: program.folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func wait(_ database: TestDatabase, _ condition: String) async throws {
        for _ in 0..<200 {
            if try database.value(condition) == "t" { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("never came true: \(condition)")
    }
}
