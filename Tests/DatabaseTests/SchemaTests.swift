@testable import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// The database as the migrations make it.
@Suite struct SchemaTests {
    @Test func migrationsApplyThreeTimesAndTenAtOnce() async throws {
        let database = try await TestServer.shared.emptyDatabase()
        let folder = TestServer.migrations
        let count = try folder.read().count
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    let session = try Session(
                        database: database, schema: "percentiles", isPrivate: false, logger: .init(label: "test"))
                    return try Migrator(session: session, folder: folder).apply().count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(applied == count)
        let session = try Session(
            database: database, schema: "percentiles", isPrivate: false, logger: .init(label: "test"))
        let migrator = try Migrator(session: session, folder: folder)
        for _ in 0..<3 { #expect(try migrator.apply().isEmpty) }
        #expect(try migrator.status().allSatisfy { $0.appliedAt != nil })
    }

    @Test func editedNewerAndMissingMigrationsAreRefused() async throws {
        let database = try await TestDatabase()
        let files = try TestServer.migrations.read()
        let session = try database.session()
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func write(_ files: [Migration]) throws -> MigrationFolder {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
            for file in files {
                try Data(file.sql.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file.fileName)"))
            }
            return MigrationFolder(path: folder)
        }
        var edited = files
        edited[2] = try Migration(version: 3, name: files[2].name, sql: files[2].sql + "\n-- edited")
        let changed = try write(edited)
        let different = #expect(throws: JobError.self) { try Migrator(session: session, folder: changed).apply() }
        #expect(different?.exitCode == .configuration)
        let shorter = try write(files.dropLast())
        let newer = #expect(throws: JobError.self) { try Migrator(session: session, folder: shorter).status() }
        #expect(newer?.exitCode == .configuration)
        let gap = try write(files.filter { $0.version != 4 })
        let missing = #expect(throws: JobError.self) { try Migrator(session: session, folder: gap) }
        #expect(missing?.exitCode == .configuration)
    }

    @Test func aFailingMigrationLeavesNothingBehind() async throws {
        let database = try await TestDatabase()
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = try TestServer.migrations.read()
        let broken = try Migration(
            version: files.count + 1, name: "create_broken",
            sql: "create table half_done ();\nselect nothing from nowhere;")
        for file in files + [broken] {
            try Data(file.sql.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file.fileName)"))
        }
        let migrator = try Migrator(session: database.session(), folder: MigrationFolder(path: folder))
        let error = #expect(throws: JobError.self) { try migrator.apply() }
        #expect(error?.description.contains("line 2: select nothing from nowhere;") == true)
        #expect(try database.value("select to_regclass('half_done') is null") == "t")
        #expect(try migrator.status().filter { $0.appliedAt == nil }.count == 1)
    }

    @Test func runRefusesPendingMigrations() async throws {
        let database = try await TestServer.shared.emptyDatabase()
        let session = try Session(database: database, schema: "public", isPrivate: false, logger: .init(label: "test"))
        let error = #expect(throws: JobError.self) {
            try Migrator(session: session, folder: TestServer.migrations).requireCurrent()
        }
        #expect(error?.exitCode == .configuration)
        #expect(error?.advice == "Run: etl-job migrate")
    }

    @Test func everyStatementHasATitleAndItsParametersAndPrepares() async throws {
        let database = try await TestDatabase()
        let session = try database.session()
        let root = TestServer.repositoryRoot + "/Sources/ETLCore/SQL"
        let files =
            FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String }
            .filter { $0.hasSuffix(".sql") } ?? []
        let names = files.compactMap { $0.split(separator: "/").last?.dropLast(4) }.map(String.init)
        #expect(Set(names) == Set(SQL.all.map(\.name)) && names.count == SQL.all.count)
        for statement in SQL.all {
            let lines = statement.sql.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            #expect(lines.first?.hasPrefix("-- ") == true, "\(statement.name) has no title")
            let comments = lines.filter { $0.hasPrefix("--") }.joined()
            let code = lines.filter { !$0.hasPrefix("--") }.joined(separator: "\n")
            let outer = code.replacing(#/(?s)\$\$.*\$\$/#, with: "")
            #expect(!outer.dropLast().contains(";"), "\(statement.name) holds several statements")
            var documented = 0
            while comments.contains("$\(documented + 1):") { documented += 1 }
            try session.rolledBackTransaction {
                if statement != SQL.createWindowPercentiles {
                    try session.connection.execute(SQL.createWindowPercentiles, [0, 0, "percent_rank"])
                }
                let named = Statement(
                    name: statement.name,
                    sql: statement.sql.replacing(":\"partition\"", with: "percentile_snapshots")
                        .replacing(":\"database\"", with: "etl"))
                let count = try session.connection.prepareOnly(session.naming(named))
                #expect(count == documented, "\(statement.name) has \(count) parameters, \(documented) documented")
            }
        }
    }

    @Test func historyCannotBeChangedNotEvenByItsOwner() async throws {
        let database = try await RunTests.loaded(3)
        let before = try database.fingerprint()
        let partition = try database.value(
            "select inhrelid::regclass from pg_inherits where inhparent = 'percentile_snapshots'::regclass")
        for table in ["percentile_snapshots", partition, "batch_distributions", "rejected_assets", "batches"] {
            for change in ["delete from \(table)", "truncate \(table)", "update \(table) set \(column(table)) = 1"] {
                let error = #expect(throws: PostgresError.self) {
                    try database.connection.execute(Statement(name: "change", sql: change))
                }
                #expect(error?.sqlState == "23001", "\(change)")
            }
        }
        #expect(try database.fingerprint() == before)
    }

    private func column(_ table: String) -> String {
        switch table {
        case "batch_distributions": "asset_count"
        case "rejected_assets": "row_number"
        case "batches": "byte_size"
        default: "percentile"
        }
    }

    @Test func scoresHasItsFourColumnsAndOneIndexAndRoomForHotUpdates() async throws {
        let database = try await RunTests.loaded(6)
        #expect(
            try database.query(
                """
                select column_name, data_type, is_nullable, coalesce(collation_name, '') from information_schema.columns
                where table_name = 'scores' order by ordinal_position
                """) == [
                    ["id", "text", "NO", "C"], ["score", "double precision", "NO", ""], ["industry", "text", "NO", ""],
                    ["percentile", "double precision", "YES", ""],
                ])
        #expect(try database.value("select count(*) from pg_index where indrelid = 'scores'::regclass") == "1")
        #expect(
            try database.value("select reloptions::text from pg_class where relname = 'scores'") == "{fillfactor=50}")
    }

    @Test func partitionsCoverAHundredBatchesEach() async throws {
        let database = try await TestDatabase()
        for batch in 98..<102 { try database.write(RunTests.assets(batch), batch: batch) }
        try database.run()
        #expect(
            try database.query(
                "select inhrelid::regclass::text from pg_inherits where inhparent = 'percentile_snapshots'::regclass order by 1"
            )
                == [["percentile_snapshots_0_99"], ["percentile_snapshots_100_199"]])
        #expect(
            try database.query("select as_of_batch_id, count(*) from percentile_snapshots group by 1 order by 1") == [
                ["100", "24"], ["101", "24"],
            ])
    }

    @Test func everythingHasAComment() async throws {
        let database = try await RunTests.loaded(1)
        let silent = try database.query(
            """
            select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace
                and c.relkind in ('r', 'p', 'v') and obj_description(c.oid, 'pg_class') is null
            union all
            select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace
                and obj_description(p.oid, 'pg_proc') is null
            """)
        #expect(silent.isEmpty)
    }

    @Test func theSchemaIsTheGoldenOne() async throws {
        let database = try await TestDatabase()
        if let difference = try goldenDifference(database.schemaText(), "schema.txt") {
            Issue.record("\(difference)")
        }
    }

    @Test func theDoctorFindsWhatIsWrong() async throws {
        let database = try await RunTests.loaded(3)
        let doctor = Doctor(session: try database.session(), migrations: TestServer.migrations)
        let healthy = try doctor.examine()
        #expect(healthy.filter { $0.verdict != .good }.map(\.subject) == ["user"], "it connects as a superuser")
        try database.connection.executeScript(.init(name: "harm", sql: "delete from window_assets where score < 0.2"))
        #expect(try doctor.examine().contains { $0.subject == "window" && $0.verdict == .bad })
    }
}
