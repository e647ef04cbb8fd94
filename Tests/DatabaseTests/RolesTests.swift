@testable import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// What the roles of `migrate --roles` may do and, tried statement by statement, what they may not.
@Suite struct RolesTests {
    /// A loaded database whose snapshots stand in a partition of a hundred batches and in one of a large batch.
    static func loaded() async throws -> TestDatabase {
        let database = try await RunTests.loaded(3)
        try database.write(RunTests.assets(100, 40), batch: 100)
        var job = try database.job { $0.allowsGap = true }
        job.largeBatch = 40
        _ = try job.run(BatchFolder.sources(at: database.folder))
        #expect(try database.value("select count(*) from batches") == "4")
        return database
    }

    /// Tries a statement as a role, in a transaction that is rolled back; returns its SQLSTATE, nil where it was done.
    static func attempt(_ sql: String, as role: String, _ database: TestDatabase) throws -> String? {
        let connection = database.connection
        defer { connection.rollback() }
        try connection.executeScript(.init(name: "become", sql: "begin; set local role \(role)"))
        do {
            try connection.executeScript(.init(name: "attempt", sql: sql))
            return nil
        } catch let error as PostgresError {
            return error.sqlState
        }
    }

    private static let history = ["batches", "batch_distributions", "percentile_snapshots", "rejected_assets"]

    private func tables(_ database: TestDatabase, kinds: String) throws -> [String] {
        try database.query(
            """
            select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in (\(kinds))
            order by relname
            """
        ).map { $0[0] }
    }

    private func column(_ table: String, _ database: TestDatabase) throws -> String {
        try database.value(
            "select attname from pg_attribute where attrelid = '\(table)'::regclass and attnum > 0 and attidentity = '' "
                + "order by attnum limit 1")
    }

    @Test func theWriterMayNotChangeWhatWasAppendedNorTheSchema() async throws {
        let database = try await Self.loaded()
        let partitions = try tables(database, kinds: "'r'").filter { $0.hasPrefix("percentile_snapshots_") }
        #expect(partitions == ["percentile_snapshots_0_99", "percentile_snapshots_100_100"])
        var forbidden = [
            "create table mine ()", "create function mine() returns int return 1", "create schema mine",
            "delete from scores", "truncate scores", "update window_assets set score = 0", "truncate window_assets",
            "insert into industries values ('boats')", "insert into industry_aliases values ('boat', 'cars')",
            "insert into schema_migrations values (99, 'x', 'x')", "alter schema public rename to mine",
            "lock table batches in access exclusive mode", "grant select on scores to public; drop table scores",
            "create or replace function refuse_change_of_history() returns trigger language plpgsql as $$ begin end $$",
            "drop function refuse_change_of_history() cascade", "drop trigger history_is_append_only on batches",
            "alter function ensure_snapshot_partition(bigint) owner to etl_writer",
            "select attach_snapshot_partition('percentile_snapshots_0_99', 0, 1)",
            "select take_back_partition_rights('scores')", "create role mine", "drop role etl_reader",
        ]
        for table in Self.history + partitions {
            forbidden += [
                "update \(table) set \(try column(table, database)) = \(try column(table, database))",
                "delete from \(table)", "truncate \(table)", "alter table \(table) disable trigger user",
                "create trigger mine before insert on \(table) execute function refuse_change_of_history()",
                "create rule mine as on insert to \(table) do instead nothing",
            ]
        }
        for table in partitions {
            forbidden += [
                "insert into \(table) select * from percentile_snapshots limit 1",
                "alter table percentile_snapshots detach partition \(table)",
            ]
        }
        for table in try tables(database, kinds: "'r', 'p'") {
            forbidden += ["drop table \(table) cascade", "alter table \(table) add column mine int"]
        }
        for sql in forbidden { #expect(try Self.attempt(sql, as: "etl_writer", database) == "42501", "\(sql)") }
        #expect(forbidden.count > 70)
    }

    @Test func theWriterMayDoWhatARunNeeds() async throws {
        let database = try await Self.loaded()
        for table in try tables(database, kinds: "'r', 'p', 'v'") {
            #expect(try Self.attempt("select count(*) from \(table)", as: "etl_writer", database) == nil, "\(table)")
        }
        let copy = "insert into percentile_snapshots select 7, id, 0, score, industry, 0 from scores"
        for sql in [copy, "update scores set percentile = 0", "select ensure_snapshot_partition(500)"] {
            #expect(try Self.attempt(sql, as: "etl_writer", database) == nil, "\(sql)")
        }
    }

    @Test func theReaderReadsEverythingAndWritesNothing() async throws {
        let database = try await Self.loaded()
        let all = try tables(database, kinds: "'r', 'p', 'v'")
        #expect(all.count >= 14)
        var forbidden = [
            "select ensure_snapshot_partition(500)", "select open_snapshot_partition(500)",
            "select close_snapshot_partition(500)", "select empty_staging()", "create table mine ()",
        ]
        for table in all {
            #expect(try Self.attempt("select * from \(table)", as: "etl_reader", database) == nil, "\(table)")
        }
        for table in try tables(database, kinds: "'r', 'p'") {
            let column = try column(table, database)
            forbidden += [
                "truncate \(table)", "drop table \(table) cascade", "lock table \(table) in share mode",
                "update \(table) set \(column) = \(column)", "delete from \(table)",
                "insert into \(table) (\(column)) select \(column) from \(table)",
            ]
        }
        for sql in forbidden { #expect(try Self.attempt(sql, as: "etl_reader", database) == "42501", "\(sql)") }
        for sql in ["select percentile_at(0.3, 'food')", "select * from asset_history('\(ulid(1))')"] {
            #expect(try Self.attempt(sql, as: "etl_reader", database) == nil, "\(sql)")
        }
    }

    /// Makes a login user that is nothing but a member of a role, and a session of it.
    static func member(
        of role: String, _ name: String, _ attributes: String, _ database: TestDatabase
    ) throws -> Session {
        let quoted = try database.connection.quoteIdentifier(name)
        try database.connection.executeScript(
            .init(name: "create_member", sql: "create role \(quoted) login \(attributes); grant \(role) to \(quoted)"))
        return try Session(
            database: database.connectionString.replacing("user=etl", with: "user='\(name)'"), schema: "public",
            isPrivate: false, logger: .init(label: "test"))
    }

    static func currentUser(_ session: Session) throws -> String {
        try session.connection.executeOne(.init(name: "who", sql: "select current_user as name")).get("name")
    }

    @Test(arguments: [("inherit", Rescore.window, 8), ("noinherit", Rescore.all, 8), ("noinherit", .window, 100_000)])
    func aMemberOfTheWriterLoadsTheSameTables(attributes: String, rescore: Rescore, largeBatch: Int) async throws {
        let expected = try await TestDatabase()
        let database = try await TestDatabase()
        let session = try Self.member(of: "etl_writer", "loader_\(attributes)_\(largeBatch)", attributes, database)
        try Migrator(session: session, folder: TestServer.migrations).requireCurrent()
        for batch in 0..<5 {
            for one in [expected, database] { try one.write(RunTests.assets(batch, batch == 3 ? 24 : 8), batch: batch) }
        }
        try expected.run { $0.rescore = rescore }
        var options = RunOptions()
        options.rescore = rescore
        var job = Job(session: session, options: options)
        job.largeBatch = largeBatch
        #expect(try job.run(BatchFolder.sources(at: database.folder)).totals.applied == 5)
        #expect(try database.fingerprint() == expected.fingerprint())
        #expect(
            try database.value("select count(*) from pg_inherits where inhparent = 'percentile_snapshots'::regclass")
                == (largeBatch == 8 ? "3" : "1"))
        #expect(try session.transaction { try Self.currentUser(session) } == "etl_writer")
        #expect(try Self.currentUser(session).hasPrefix("loader_"))
        #expect(try session.ledger().count == 5)
        let findings = try Doctor(session: session, migrations: TestServer.migrations).examine()
        #expect(findings.allSatisfy { $0.verdict == .good }, "\(findings)")
        // Nobody but the owner is left with more than reading on a partition.
        #expect(
            try database.value(
                """
                select count(*) from pg_inherits join pg_class on pg_class.oid = inhrelid, aclexplode(relacl)
                where privilege_type <> 'SELECT' and grantee <> relowner
                """) == "0")
    }

    @Test func aReaderReadsWithTheProgramAlsoWithoutInheriting() async throws {
        let database = try await RunTests.loaded(3)
        for attributes in ["inherit", "noinherit"] {
            let session = try Self.member(of: "etl_reader", "reader_\(attributes)", attributes, database)
            try Migrator(session: session, folder: TestServer.migrations).requireCurrent()
            #expect(try session.ledger().count == 3)
            let files = try Exporter(session: session, folder: temporaryFolder()).export()
            #expect(files.count == 10)
            let error = #expect(throws: JobError.self) {
                try database.write(RunTests.assets(3), batch: 3)
                _ = try Job(session: session, options: RunOptions()).run(BatchFolder.sources(at: database.folder))
            }
            #expect(error?.exitCode == .configuration)
        }
    }

    @Test func theDoctorSeesWhoRunsAndWithHowManyRights() async throws {
        let database = try await RunTests.loaded(3)
        func role(_ session: Session) throws -> Finding? {
            try Doctor(session: session, migrations: TestServer.migrations).examine().first { $0.subject == "role" }
        }
        let good = try role(database.session())
        #expect(good?.verdict == .good && good?.finding == "runs as etl_writer, which cannot change history")

        try database.connection.executeScript(
            .init(
                name: "harm",
                sql: "grant delete, truncate on batches to etl_writer; grant create on schema public to public"))
        let excess = try role(database.session())
        #expect(excess?.verdict == .warning)
        #expect(excess?.finding.contains("create on schema public and delete, truncate on batches") == true)
        #expect(excess?.remedy?.hasPrefix("etl-job migrate --roles;") == true)
        _ = try Migrator(session: database.session(), folder: TestServer.migrations).applyWithRoles()
        #expect(try role(database.session())?.finding.contains("batches") == false)
        try database.connection.executeScript(
            .init(name: "mend", sql: "revoke create on schema public from public"))
        #expect(try role(database.session())?.verdict == .good)

        let stranger = try Self.member(of: "etl_reader", "strange \"one", "inherit", database)
        let reader = try role(stranger)
        #expect(reader?.verdict == .good && reader?.finding.contains("may read, but load no batch") == true)
        try database.connection.executeScript(
            .init(name: "grant", sql: "grant insert on batches to \"strange \"\"one\""))
        let finding = try role(stranger)
        #expect(finding?.verdict == .warning)
        #expect(finding?.remedy?.hasSuffix("grant etl_writer to \"strange \"\"one\"") == true)
    }

    @Test func withoutRolesARunWorksAsWhoIsConnected() async throws {
        let empty = try await TestServer.shared.emptyDatabase()
        let session = try Session(database: empty, schema: "public", isPrivate: false, logger: .init(label: "test"))
        let migrator = try Migrator(session: session, folder: TestServer.migrations)
        try migrator.apply()
        #expect(try session.transaction { try Self.currentUser(session) } == "etl")
        #expect(try migrator.roles().isGranted == false)
        let findings = try Doctor(session: session, migrations: TestServer.migrations).examine()
        let role = findings.first { $0.subject == "role" }
        #expect(role?.verdict == .warning && role?.remedy == "etl-job migrate --roles")
    }

    @Test func laterMigrationsGiveTheRightsAnew() async throws {
        let database = try await TestDatabase()
        let folder = try temporaryFolder()
        let files = try TestServer.migrations.read()
        let harm = try Migration(
            version: files.count + 1, name: "harm_rights",
            sql: "revoke select on scores from etl_reader; grant delete on batches to etl_writer;")
        for file in files + [harm] {
            try Data(file.sql.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file.fileName)"))
        }
        try Migrator(session: database.session(), folder: MigrationFolder(path: folder)).apply()
        #expect(try database.value("select has_table_privilege('etl_reader', 'scores', 'select')") == "t")
        #expect(try database.value("select has_table_privilege('etl_writer', 'batches', 'delete')") == "f")
    }
}
