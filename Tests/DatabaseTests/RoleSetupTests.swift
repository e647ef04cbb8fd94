@testable import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// Who may make the roles, and what happens where one may not.
///
/// Roles are of a whole server: each test has its own.
@Suite struct RoleSetupTests {
    /// A server without the roles, where `owner` (with some attributes) owns the database `owned`.
    private static func withServer(
        _ attributes: String,
        _ body: (_ admin: Connection, _ owned: String, _ own: (_ schema: String) throws -> Migrator)
            async throws -> Void
    ) async throws {
        try await PrivateServerFolder.use { folder in
            let server = try await folder.server.start().connectionString
            let owned = server.replacing("dbname=etl", with: "dbname=owned").replacing("user=etl", with: "user=owner")
            let admin = try Connection(database: server)
            try run(admin, "create role owner login \(attributes)")
            try run(admin, "create database owned owner owner")
            try await body(admin, owned) { schema in try migrator(owned, schema) }
        }
    }

    private static func run(_ connection: Connection, _ sql: String) throws {
        try connection.executeScript(.init(name: "setup", sql: sql))
    }

    private static func migrator(_ database: String, _ schema: String = "public") throws -> Migrator {
        let session = try Session(database: database, schema: schema, isPrivate: false, logger: .init(label: "test"))
        return try Migrator(session: session, folder: TestServer.migrations)
    }

    @Test func whoMayNotMakeRolesIsToldTheStatements() async throws {
        try await Self.withServer("") { admin, owned, own in
            let migrator = try own("public")
            let refusal = #expect(throws: JobError.self) { try migrator.applyWithRoles() }
            #expect(refusal?.exitCode == .configuration)
            #expect(refusal?.message == "etl_writer and etl_reader do not exist, and owner may not create roles.")
            let statements = (refusal?.advice ?? "").split(separator: "\n").filter { $0.hasPrefix("  ") }
            #expect(
                statements == [
                    "  create role etl_writer nologin;", "  create role etl_reader nologin;",
                    "  grant etl_writer to \"owner\";",
                ])
            for statement in statements.dropLast() { try Self.run(admin, String(statement)) }
            try Self.run(admin, "revoke temporary on database owned from public, owner")

            // The roles are there, but the owner may not act as one, nor give a right that it lacks itself.
            let first = try migrator.applyWithRoles()
            #expect(first.created.isEmpty && first.applied.count == migrator.files.count && !first.isMember)
            #expect(first.missing == ["grant etl_writer to \"owner\";"])
            #expect(try migrator.session.transaction { try RolesTests.currentUser(migrator.session) } == "owner")
            let role = try Doctor(session: migrator.session, migrations: TestServer.migrations).examine()
                .first { $0.subject == "role" }
            #expect(role?.remedy == "let an administrator run: grant etl_writer to \"owner\"")

            try Self.run(admin, String(statements.last ?? ""))
            let second = try migrator.applyWithRoles()
            #expect(second.applied.isEmpty && second.isMember && second.missing.isEmpty)
            #expect(try migrator.session.transaction { try RolesTests.currentUser(migrator.session) } == "etl_writer")

            // Somebody else is not the one to give rights on these tables.
            try Self.run(admin, "create role guest login createrole")
            let guest = try Self.migrator(owned.replacing("user=owner", with: "user=guest"))
            let foreign = #expect(throws: JobError.self) { try guest.applyWithRoles() }
            #expect(foreign?.exitCode == .configuration && foreign?.advice?.hasSuffix("as owner.") == true)
        }
    }

    @Test func whoMayMakeRolesNeedsNobodyElse() async throws {
        try await Self.withServer("createrole") { _, owned, own in
            let folder = try temporaryFolder()
            for batch in 0..<4 {
                let rows = RunTests.assets(batch).map(\.json).joined(separator: ",")
                try Data("[\(rows)]".utf8).write(to: URL(fileURLWithPath: "\(folder)/batch_\(batch).json"))
            }
            for schema in ["public", "odd $$ \"name"] {
                let migrator = try own(schema)
                let report = try migrator.applyWithRoles()
                #expect(report.created == (schema == "public" ? ["etl_writer", "etl_reader"] : []))
                #expect(report.isMember && report.missing.isEmpty)
                var job = Job(session: migrator.session, options: RunOptions())
                job.largeBatch = 8
                #expect(try job.run(BatchFolder.sources(at: folder)).totals.applied == 4)
                let findings = try Doctor(session: migrator.session, migrations: TestServer.migrations).examine()
                #expect(findings.allSatisfy { $0.verdict == .good }, "\(findings)")
                #expect(
                    findings.contains {
                        $0.subject == "role" && $0.finding == "runs as etl_writer, which cannot change history"
                    })
                let database = try TestDatabase(at: owned)
                let quoted = try database.connection.quoteIdentifier(schema)
                for table in ["batches", "percentile_snapshots", "percentile_snapshots_2_2"] {
                    let sql = "delete from \(quoted).\(table)"
                    #expect(try RolesTests.attempt(sql, as: "etl_writer", database) == "42501", "\(sql)")
                }
            }
        }
    }

    @Test func manyAtOnceInTwoSchemasOfTwoDatabases() async throws {
        try await Self.withServer("createrole createdb") { admin, owned, _ in
            try Self.run(admin, "create database owned_too owner owner")
            try Self.run(admin, "revoke temporary on database owned, owned_too from public")
            let targets = [owned, owned.replacing("dbname=owned", with: "dbname=owned_too")].flatMap { database in
                ["one", "two"].map { (database, $0) }
            }
            let reports = try await withThrowingTaskGroup(of: RoleReport.self) { group in
                for (database, schema) in targets + targets + targets {
                    group.addTask { try Self.migrator(database, schema).applyWithRoles() }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(reports.allSatisfy { $0.isMember && $0.missing.isEmpty })
            #expect(reports.contains { $0.created == ["etl_writer", "etl_reader"] })
            for (database, schema) in targets {
                let session = try Self.migrator(database, schema).session
                let findings = try Doctor(session: session, migrations: TestServer.migrations).examine()
                #expect(findings.allSatisfy { $0.verdict == .good }, "\(findings)")
            }
        }
    }

    @Test func whatAnotherSessionIsMakingAtTheSameMomentIsThere() async throws {
        try await Self.withServer("createrole") { admin, owned, _ in
            try Self.run(admin, "revoke temporary on database owned from public")
            let observer = try TestDatabase(at: owned.replacing("user=owner", with: "user=etl"))
            for statement in [
                "create role etl_reader nologin", "create role etl_writer nologin",
                "grant temporary on database owned to etl_writer",
            ] {
                try Self.run(admin, "begin")
                try Self.run(admin, statement)
                let setup = Task.detached { try Self.migrator(owned).applyWithRoles() }
                var isBlocked = false
                for _ in 0..<200 where !isBlocked {
                    isBlocked = try observer.value("select count(*) > 0 from pg_locks where not granted") == "t"
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(isBlocked, "\(statement)")
                try Self.run(admin, "commit")
                #expect(try await setup.value.missing.allSatisfy { $0.hasPrefix("grant etl_writer to") })
                // Part by part: what the next round is about is missing again.
                if statement.hasPrefix("create role etl_reader") {
                    for sql in ["drop owned by etl_writer, etl_reader", "drop role etl_writer"] {
                        try Self.run(observer.connection, sql)
                    }
                } else if statement.hasPrefix("create role") {
                    try Self.run(admin, "revoke temporary on database owned from etl_writer")
                }
            }
            #expect(try observer.value("select has_database_privilege('etl_writer', 'owned', 'temporary')") == "t")
        }
    }
}
