@testable import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// Locks that a migration cannot get: it gives up in time and says who is in the way.
@Suite struct MigrationLockTests {
    /// A database that lacks the last migrations, and a migrator with little patience.
    private func prepared(applied: Int) async throws -> (database: String, Migrator) {
        let database = try await TestServer.shared.emptyDatabase()
        try migrator(database, files: applied).apply()
        return (database, try migrator(database))
    }

    private func migrator(_ database: String, files count: Int = .max) throws -> Migrator {
        let session = try Session(database: database, schema: "public", isPrivate: false, logger: .init(label: "test"))
        let folder = try temporaryFolder()
        for file in try TestServer.migrations.read().prefix(count) {
            try Data(file.sql.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file.fileName)"))
        }
        return try Migrator(session: session, folder: MigrationFolder(path: folder), lockWait: 1)
    }

    private func hold(_ database: String, _ sql: String) throws -> Connection {
        let holder = try Connection(
            database: "\(database) application_name=somebody's_tool", defaults: [], onNotice: { _ in })
        try holder.executeScript(.init(name: "hold", sql: "begin"))
        try holder.executeScript(.init(name: "hold", sql: sql))
        return holder
    }

    @Test func aTableLockedBySomebodyIsNamedWithTheStatement() async throws {
        let (database, migrator) = try await prepared(applied: 8)
        let holder = try hold(database, "lock table batches in share mode -- don't\n; select 'SECRET' as kept")
        let reader = try hold(database, "select * from scores")
        let error = #expect(throws: JobError.self) { try migrator.apply() }
        #expect(error?.exitCode == .tryAgain)
        let lines = error?.message.components(separatedBy: "\n") ?? []
        #expect(
            lines.first?.contains("migration 0009_refuse_changes_to_history.sql was not to be had within 1 s") == true)
        #expect(lines.count == 3, "\(lines)")
        #expect(
            lines[1].hasPrefix("  process \(holder.backendPID) (user etl, somebody's_tool, from this server's socket)"))
        #expect(
            lines[1].contains(", ShareLock on batches, idle after: lock table batches in share mode ; select '…' as"))
        #expect(lines[2].contains("process \(reader.backendPID) ") && lines[2].contains("AccessShareLock on scores"))
        #expect(error?.description.contains("SECRET") == false)
        #expect(try migrator.status().filter { $0.appliedAt == nil }.count == migrator.files.count - 8)
        holder.close()
        #expect(try migrator.apply().count == migrator.files.count - 8)
    }

    @Test func theLedgerOfMigrationsLockedBySomebodyIsNoReasonToHang() async throws {
        let (database, migrator) = try await prepared(applied: 8)
        let holder = try hold(database, "lock table schema_migrations")
        let error = #expect(throws: JobError.self) { try migrator.apply() }
        #expect(error?.exitCode == .tryAgain)
        #expect(error?.message.contains("process \(holder.backendPID) ") == true)
    }

    @Test func theHolderOfTheJobsLockIsNamed() async throws {
        let (database, migrator) = try await prepared(applied: 8)
        #expect(migrator.session.schemaLockHolder() == nil)
        let others = try Session(database: database, schema: "other", isPrivate: false, logger: .init(label: "test"))
        try others.connection.executeScript(.init(name: "begin", sql: "begin"))
        try others.connection.execute(SQL.lockSchema, ["other"])
        #expect(migrator.session.schemaLockHolder() == nil)
        let holder = try Connection(database: database)
        try holder.executeScript(.init(name: "begin", sql: "begin"))
        try holder.execute(SQL.lockSchema, ["public"])
        let error = #expect(throws: JobError.self) { try migrator.apply() }
        #expect(error?.exitCode == .tryAgain)
        #expect(error?.message.hasPrefix("The job's lock for schema public was not to be had within 1 s.") == true)
        #expect(error?.message.contains("process \(holder.backendPID) (user etl, from this server's socket), ") == true)
        #expect(error?.message.contains("since 2") == true)
    }

    @Test func whoMaySeeLittleIsToldThePid() async throws {
        let (database, _) = try await prepared(applied: 99)
        let holder = try hold(
            database, "lock table scores; select pg_advisory_xact_lock(hashtextextended('etl-job:public', 0))")
        let stranger = try Connection(database: database)
        try stranger.executeScript(
            .init(name: "create_stranger", sql: "create role lock_stranger login; set role lock_stranger"))
        let session = try Session(database: database, schema: "public", isPrivate: false, logger: .init(label: "test"))
        try session.connection.executeScript(.init(name: "set_role", sql: "set role lock_stranger"))
        let tables = session.tableLockHolders()
        #expect(tables.map(\.pid) == [holder.backendPID] && tables[0].table == "scores")
        let holderOfLock = try #require(session.schemaLockHolder())
        #expect(holderOfLock.pid == holder.backendPID && holderOfLock.user == "etl")
        #expect(holderOfLock.query == nil && holderOfLock.since == nil && holderOfLock.host == nil)
        #expect(holderOfLock.description == "process \(holder.backendPID) (user etl, somebody's_tool)")
    }
}
