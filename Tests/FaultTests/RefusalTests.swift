import Foundation
import PostgresClient
import Testing
import TestSupport

/// The server says no: the right exit code, a message that says what to do, and nothing half done.
@Suite struct RefusalTests {
    /// A database with two applied batches and one more to come, and an ordinary role with all rights in it.
    struct Site {
        let name: String
        let tables: TestDatabase
        let folder: String
        let before: String
        let role: String

        static func prepare() async throws -> Site {
            let tables = try await TestDatabase()
            let folder = try SmallBatches.write(2)
            let owner = Program(folder: folder, environment: ["DATABASE_URL": tables.connectionString])
            let outcome = try await owner.run("run", ".")
            guard outcome.code == 0 else { throw HarnessError(outcome.errors) }
            try SmallBatches.write(2, to: folder)
            let name = tables.connection.databaseName
            let role = "job_\(name)"
            // Rights are inherited from the owner; that it is a superuser is not.
            try await TestServer.shared.execute("create role \(role) login in role etl")
            return Site(
                name: name, tables: tables, folder: folder, before: try tables.fingerprint(), role: role)
        }

        /// The job, run by the ordinary role.
        var program: Program {
            let database = tables.connectionString.replacing("user=etl", with: "user=\(role)")
            return Program(folder: folder, environment: ["DATABASE_URL": database])
        }

        /// Expects an exit code, a message, and tables as they were before.
        func expect(
            _ outcome: Program.Outcome, code: Int32, _ words: [String],
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            #expect(outcome.code == code, "\(outcome.errors)", sourceLocation: sourceLocation)
            for word in words {
                #expect(
                    outcome.errors.contains(word), "no \"\(word)\" in: \(outcome.errors)",
                    sourceLocation: sourceLocation)
            }
            try expectNothingSecret(outcome, sourceLocation: sourceLocation)
            #expect(try tables.fingerprint() == before, sourceLocation: sourceLocation)
        }

        /// Expects no cell value and no password in what was written.
        func expectNothingSecret(
            _ outcome: Program.Outcome, sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let text = outcome.output + outcome.errors
            for secret in ["01GNNA1J00", "s3cret"] {
                #expect(!text.contains(secret), "\(text)", sourceLocation: sourceLocation)
            }
        }

        /// Expects that the same run succeeds once the obstacle is gone.
        func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) async throws {
            let outcome = try await program.run("run", ".")
            #expect(outcome.code == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
            let reference = try await Reference.load(folder)
            #expect(try tables.fingerprint() == reference.fingerprint, sourceLocation: sourceLocation)
        }
    }

    @Test func aJobThatIsLetInNoMoreTriesAgainForItHadBeenThere() async throws {
        let site = try await Site.prepare()
        let holder = try Connection(database: site.tables.connectionString)
        for isLetInAgain in [false, true] {
            try holder.script("begin; lock table window_assets")
            let job = try site.program.start(["run", ".", "--retry-for", isLetInAgain ? "60" : "2"])
            try await site.tables.connection.waitForWaiting("Lock", "relation")
            try await TestServer.shared.execute("alter role \(site.role) nologin")
            let ended = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = '\(site.role)'"
            #expect(try site.tables.connection.value(ended) == "1")
            if isLetInAgain {
                try await Task.sleep(for: .seconds(1))
                try await TestServer.shared.execute("alter role \(site.role) login")
            }
            try holder.script("rollback")
            let outcome = try await job.outcome()
            if isLetInAgain {
                #expect(outcome.code == 0 && outcome.errors.contains("28000"), "\(outcome.errors)")
            } else {
                try site.expect(outcome, code: 75, ["28000", "in vain", "The ledger's newest batch is 1."])
            }
            try await TestServer.shared.execute("alter role \(site.role) login")
        }
        try await site.expectSuccess()
    }

    @Test func aShorterTimeoutOfTheUserStillNamesWhoHoldsTheLock() async throws {
        let site = try await Site.prepare()
        let holder = try Connection(database: site.tables.connectionString)
        try holder.script("begin; select pg_advisory_xact_lock(hashtextextended('etl-job:public', 0))")
        try await TestServer.shared.execute("alter role \(site.role) set statement_timeout = 500")
        let outcome = try await site.program.run("run", ".", "--lock-wait", "20")
        try site.expect(outcome, code: 75, ["process \(holder.backendPID)", "since ", "statement_timeout"])
        try holder.script("rollback")
    }

    @Test func noConnectionLeftIs75AfterTheTimeToRetry() async throws {
        let site = try await Site.prepare()
        try await TestServer.shared.execute("alter role \(site.role) connection limit 0")
        let start = ContinuousClock.now
        let outcome = try await site.program.run("run", ".", "--retry-for", "2")
        #expect(start.duration(to: .now) > .seconds(1))
        try site.expect(outcome, code: 75, ["too many connections", "raise the limit", "in vain"])
        try await TestServer.shared.execute("alter role \(site.role) connection limit -1")
        try await site.expectSuccess()
    }

    @Test func aConnectionThatBecomesFreeIsTaken() async throws {
        let site = try await Site.prepare()
        try await TestServer.shared.execute("alter role \(site.role) connection limit 1")
        let other = site.tables.connectionString.replacing("user=etl", with: "user=\(site.role)")
        let holder = try Connection(database: other)
        let running = try site.program.start(["run", ".", "--retry-for", "60"])
        try await Task.sleep(for: .milliseconds(1500))
        #expect(running.isRunning, "the job gave up: \(running.errors)")
        holder.close()
        let outcome = try await running.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try await site.tables.fingerprint() == Reference.load(site.folder).fingerprint)
    }

    @Test(arguments: ["role", "database"])
    func aStatementThatTakesTooLongIs75(level: String) async throws {
        let site = try await Site.prepare()
        let name = level == "role" ? site.role : site.name
        try await TestServer.shared.execute("alter \(level) \(name) set statement_timeout = '300ms'")
        try site.tables.connection.script("begin; lock table scores in share mode")
        let outcome = try await site.program.run("run", ".", "--retry-for", "2", "--lock-wait", "1")
        try site.tables.connection.script("rollback")
        try site.expect(outcome, code: 75, ["batch 2", "statement_timeout"])
        try await TestServer.shared.execute("alter \(level) \(name) reset statement_timeout")
        try await site.expectSuccess()
    }

    @Test func aTableLockedBySomebodyIs75AndNamesTheHolder() async throws {
        let site = try await Site.prepare()
        let holder = try Connection(database: site.tables.connectionString + " application_name=vacuum-cleaner")
        try holder.script("begin; lock table scores")
        let start = ContinuousClock.now
        let outcome = try await site.program.run("run", ".", "--retry-for", "3", "--lock-wait", "2")
        #expect(start.duration(to: .now) < .seconds(45))
        try holder.script("rollback")
        try site.expect(
            outcome, code: 75, ["batch 2", "\(holder.backendPID)", "vacuum-cleaner", "scores", "--lock-wait"])
        try await site.expectSuccess()
    }

    @Test func aMissingRightIs78() async throws {
        let site = try await Site.prepare()
        let guest = "guest_\(site.name)"
        try await TestServer.shared.execute("create role \(guest) login")
        try site.tables.connection.script(
            """
            grant usage on schema public to \(guest);
            grant select, insert, update, delete on all tables in schema public to \(guest);
            grant execute on all functions in schema public to \(guest);
            revoke insert on scores from \(guest);
            """)
        var program = site.program
        program.environment["DATABASE_URL"] = site.tables.connectionString
            .replacing("user=etl", with: "user=\(guest)")
        try site.expect(try await program.run("run", "."), code: 78, ["batch 2", "scores", "etl-job doctor"])
        try await site.expectSuccess()
    }

    @Test func aReadOnlyDatabaseIs75() async throws {
        let site = try await Site.prepare()
        try await TestServer.shared.execute("alter database \(site.name) set default_transaction_read_only = on")
        let outcome = try await site.program.run("run", ".", "--retry-for", "2")
        try site.expect(outcome, code: 75, ["read-only", "Run again"])
        try await TestServer.shared.execute("alter database \(site.name) reset default_transaction_read_only")
        try await site.expectSuccess()
    }

    @Test func anUnsupportedVersionIs78() async throws {
        let site = try await Site.prepare()
        let version = try #require(site.tables.connection.parameterStatus("server_version"))
        let other = String("14.9".padding(toLength: version.count, withPad: " ", startingAt: 0))
        let proxy = try FaultProxy(to: site.tables.serverAddress) { message in
            message.type == "S" && message.direction == .backend
                ? message.replacing(version, with: other) : message
        }
        defer { proxy.stop() }
        let outcome = try await proxy.program(site.tables, site.folder).run("run", ".")
        try site.expect(outcome, code: 78, ["PostgreSQL 14.9", "15 or later"])
    }

    @Test func anotherEncodingIs78() async throws {
        let site = try await Site.prepare()
        let latin = "latin_\(site.name)"
        try await TestServer.shared.execute(
            "create database \(latin) encoding 'LATIN1' locale 'C' template template0")
        var program = site.program
        program.environment["DATABASE_URL"] = site.tables.connectionString
            .replacing("dbname=\(site.name)", with: "dbname=\(latin)")
        try site.expect(try await program.run("run", "."), code: 78, ["LATIN1", "UTF8", "create database"])
    }

    @Test func aServerThatRefusesConnectionsIs69AtOnce() async throws {
        let site = try await Site.prepare()
        var program = site.program
        let port = try freePort()
        program.environment["DATABASE_URL"] = "postgresql://me:s3cret@127.0.0.1:\(port)/etl"
        let start = ContinuousClock.now
        let outcome = try await program.run("run", ".")
        #expect(start.duration(to: .now) < .seconds(20))
        try site.expect(outcome, code: 69, ["127.0.0.1", "\(port)", "Check that the server runs"])
    }
}
