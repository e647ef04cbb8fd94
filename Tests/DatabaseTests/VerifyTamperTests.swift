@testable import ETLCore
import Foundation
import PostgresClient
import Testing
import TestSupport

/// `verify` on tables that somebody changed: each change is found and named.
@Suite struct VerifyTamperTests {
    /// Six batches of three assets with one score each, so that everything is easily counted: batch b has the ids
    /// 10b…10b+2 with the scores 0.1b, 0.1b + 1, 0.1b + 2; batch 4 scores an asset of batch 2 again.
    static func loaded(_ change: (inout RunOptions) -> Void = { _ in }) async throws -> TestDatabase {
        let database = try await TestDatabase()
        for batch in 0..<6 {
            var assets = (0..<3).map { TestAsset(ulid(batch * 10 + $0), Double($0) + Double(batch) / 10, "food") }
            if batch == 4 { assets.append(TestAsset(ulid(20), 7, "food")) }
            try database.write(assets, batch: batch)
        }
        try database.run(change)
        return database
    }

    /// Changes tables as their owner can who switches the triggers off.
    static func tamper(_ database: TestDatabase, _ sql: String) throws {
        try database.connection.executeScript(
            .init(
                name: "tamper",
                sql:
                    "begin; set local session_replication_role = replica; set local search_path = public; \(sql); commit"
            ))
    }

    /// The differences as short lines: check, batch, number of the id, what, stored, recomputed.
    static func lines(_ verification: Verification) -> [String] {
        let numbers = Dictionary(uniqueKeysWithValues: (0..<1000).map { (ulid($0), "\($0)") })
        return verification.differences.map { difference in
            [
                difference.check.rawValue, difference.batchID.map { "\($0)" } ?? "-",
                difference.id.map { numbers[$0] ?? $0 } ?? "-", difference.subject, difference.stored ?? "-",
                difference.recomputed ?? "-",
            ].joined(separator: "|")
        }
    }

    static func differences(_ database: TestDatabase, limit: Int = 20) throws -> [String] {
        let verification = try Verifier(session: database.session(), limit: limit).verify()
        #expect(!verification.agrees)
        for check in verification.checks {
            #expect(check.differenceCount == verification.differences.count { $0.check == check.name })
        }
        return lines(verification).sorted()
    }

    @Test func missingAndUnknownFiguresAreNamed() async throws {
        let database = try await Self.loaded()
        try Self.tamper(
            database,
            """
            delete from drift_measurements where reference = 'baseline';
            insert into distribution_snapshots
            select (jsonb_populate_record(distribution_snapshots, jsonb_build_object('as_of_batch_id', as_of))).*
            from distribution_snapshots, (values (1), (99)) as added (as_of) where as_of_batch_id = 3;
            insert into drift_measurements
            select (jsonb_populate_record(drift_measurements, '{"as_of_batch_id": 99}')).*
            from drift_measurements where as_of_batch_id = 5
            """)
        let lines = try Self.differences(database)
        // The first window is that of batch 2; the first one beyond it ends with batch 5.
        #expect(
            lines.filter { $0.contains("baseline") }.map { $0.split(separator: "|").prefix(4).joined(separator: "|") }
                == ["figures|5|-|drift of (all) from baseline", "figures|5|-|drift of food from baseline"])
        #expect(
            lines.filter { $0.contains("as of a batch") } == [
                "figures|1|-|distribution_snapshots as of a batch whose window was not full|1|0",
                "figures|99|-|distribution_snapshots as of a batch that the ledger lacks|1|0",
                "figures|99|-|drift_measurements as of a batch that the ledger lacks|2|0",
            ])
        #expect(lines.count == 5, "\(lines)")
    }

    @Test func aPinnedBaselineIsExpectedFromTheNextBatchOn() async throws {
        let database = try await TestDatabase()
        func load(_ batches: Range<Int>) throws {
            for batch in batches {
                let assets = (0..<4).map { TestAsset(ulid(batch * 10 + $0), Double($0 * batch) / 10, "food") }
                try database.write(assets, batch: batch)
            }
            try database.run()
        }
        try load(0..<8)
        #expect(try database.session().pinBaseline(first: 3, last: 4))
        try load(8..<10)
        #expect(try Verifier(session: database.session()).verify().agrees)
        try Self.tamper(database, "delete from drift_measurements where reference = 'baseline'")
        let batches = try Self.differences(database).compactMap { $0.split(separator: "|").dropFirst().first }
        #expect(Set(batches) == ["5", "6", "7", "8", "9"])
        let range = try Self.differences(database).filter { $0.hasPrefix("figures|8|") }
        #expect(range.allSatisfy { $0.hasSuffix("|-|3") }, "\(range)")
    }

    @Test func changedFiguresOfDistributionsAndDriftAreNamed() async throws {
        let database = try await Self.loaded()
        let mean = try database.value("select mean from distribution_snapshots where as_of_batch_id = 3")
        let distance = try database.value(
            "select wasserstein from drift_measurements where as_of_batch_id = 4 and industry = 'food'")
        try Self.tamper(
            database,
            """
            update distribution_snapshots set mean = 0 where as_of_batch_id = 3;
            update drift_measurements set wasserstein = wasserstein + 1 where as_of_batch_id = 4 and industry = 'food';
            update drift_measurements set drifted = not drifted where as_of_batch_id = 5 and industry = '(all)'
                and reference = 'baseline';
            delete from distribution_snapshots where as_of_batch_id = 5;
            delete from drift_measurements where as_of_batch_id = 3
            """)
        let lines = try Self.differences(database).map { $0.components(separatedBy: "|") }
        #expect(lines.allSatisfy { $0[0] == "figures" })
        #expect(lines.contains(["figures", "3", "-", "distribution of food", "0", mean]))
        #expect(lines.contains { $0[1] == "4" && $0[3] == "drift of food from preceding_window" && $0[5] == distance })
        #expect(lines.contains(["figures", "5", "-", "drift of (all) from baseline", "1", "0"]))
        #expect(lines.contains { $0[1] == "5" && $0[3] == "distribution of food" && $0[4] == "-" })
        #expect(lines.filter { $0[1] == "3" && $0[3].hasPrefix("drift of") }.count == 2)
        #expect(lines.count == 6)
    }

    @Test func aChangedPercentileIsNamed() async throws {
        let database = try await Self.loaded()
        try Self.tamper(
            database,
            "update percentile_snapshots set percentile = 99 where as_of_batch_id = 3 and id = '\(ulid(21))'")
        let (stored, actual) = try Self.checksums(database, 3)
        #expect(
            try Self.differences(database) == [
                "percentiles|3|21|percentile|99|50", "snapshots|3|-|snapshot_checksum|\(stored)|\(actual)",
            ])
    }

    /// The smallest change that a double can have, in the newest window: scores no longer agrees either.
    @Test func theLastBitOfAPercentileIsNamed() async throws {
        let database = try await Self.loaded()
        let before = try database.value(
            "select percentile from percentile_snapshots where as_of_batch_id = 5 and id = '\(ulid(51))'")
        let after = try "\(#require(Double(before)).nextUp)"
        try Self.tamper(
            database,
            "update percentile_snapshots set percentile = \(after) where as_of_batch_id = 5 and id = '\(ulid(51))'")
        let (stored, actual) = try Self.checksums(database, 5)
        #expect(
            try Self.differences(database) == [
                "percentiles|5|51|percentile|\(after)|\(before)",
                "scores|5|51|percentile of the latest snapshot|\(before)|\(after)",
                "snapshots|5|-|snapshot_checksum|\(stored)|\(actual)",
            ])
    }

    @Test(arguments: [
        ("score = 1.2, percentile = 50", "score of the snapshot"), ("score = 1.25", "score of the snapshot"),
        ("industry = 'cars'", "score of the snapshot"), ("scored_batch_id = 1", "score of the snapshot"),
    ])
    func aChangedSnapshotIsNamed(change: String, subject: String) async throws {
        let database = try await Self.loaded()
        try Self.tamper(
            database, "update percentile_snapshots set \(change) where as_of_batch_id = 3 and id = '\(ulid(31))'")
        let lines = try Self.differences(database)
        let named = try #require(lines.first { $0.hasPrefix("snapshots|3|31|\(subject)|") })
        #expect(named.hasSuffix("|percentile 62.5, score 1.3 in food of batch 3"), "\(named)")
        #expect(lines.allSatisfy { $0.contains("|3|31|") || $0.hasPrefix("snapshots|3|-|snapshot_checksum|") })
    }

    /// In the middle, of the newest batch, of a batch's own assets, of the very first window, carried-over ones.
    @Test(arguments: [(3, 21), (3, 31), (5, 51), (5, 31), (2, 1), (2, 21), (4, 20)])
    func aDeletedSnapshotIsNamed(asOf: Int, number: Int) async throws {
        let database = try await Self.loaded()
        let expected = try Self.snapshotText(database, asOf, number)
        try Self.tamper(
            database,
            "delete from percentile_snapshots where as_of_batch_id = \(asOf) and id = '\(ulid(number))'")
        let lines = try Self.differences(database).filter { !$0.hasPrefix("scores|") }
        #expect(
            lines == [
                "snapshots|\(asOf)|-|snapshot_count|\(Self.count(asOf))|\(Self.count(asOf) - 1)",
                "snapshots|\(asOf)|\(number)|snapshot is missing|-|\(expected)",
            ])
    }

    @Test(arguments: [1, 3, 4])
    func allSnapshotsOfAnAssetAreNamed(windowSize: Int) async throws {
        let database = try await Self.loaded { $0.windowSize = windowSize }
        var changed: Set<String> = []
        for number in [1, 31, 52] {
            let rows = try database.query(
                "select as_of_batch_id from percentile_snapshots where id = '\(ulid(number))' order by 1")
            let expected = try rows.map { row in
                let asOf = try #require(Int(row[0]))
                return "snapshots|\(asOf)|\(number)|snapshot is missing|-|"
                    + (try Self.snapshotText(database, asOf, number))
            }
            #expect(!expected.isEmpty)
            rows.forEach { changed.insert($0[0]) }
            try Self.tamper(database, "delete from percentile_snapshots where id = '\(ulid(number))'")
            let lines = try Self.differences(database)
            #expect(lines.filter { $0.contains("|\(number)|snapshot is missing|") } == expected)
            #expect(lines.contains { $0.hasPrefix("scores|-|\(number)|row of scores without a snapshot|") })
        }
        #expect(try Self.differences(database).count { $0.contains("|snapshot_count|") } == changed.count)
    }

    /// Batch 4 scored asset 20 again: what it had by batch 2 is in no other table, but its hash is in the ledger's sum.
    @Test func theLostPastOfAnAssetScoredAgainIsNamed() async throws {
        let database = try await Self.loaded { $0.windowSize = 1 }
        try Self.tamper(
            database, "delete from percentile_snapshots where as_of_batch_id = 2 and id = '\(ulid(20))'")
        #expect(
            try Self.differences(database) == [
                "snapshots|2|-|snapshot_count|3|2",
                "snapshots|2|20|snapshot is missing|-|percentile 0, score 0.2 in food of batch 2",
            ])
    }

    @Test func aWholeAsOfBatchIsNamed() async throws {
        let database = try await Self.loaded()
        try Self.tamper(database, "delete from percentile_snapshots where as_of_batch_id = 4")
        let lines = try Self.differences(database)
        #expect(lines.count { $0.hasPrefix("snapshots|4|") && $0.contains("|snapshot is missing|-|") } == 9)
        #expect(lines.contains("snapshots|4|-|snapshot_count|9|0"))
    }

    @Test(arguments: [2, 3, 5])
    func anAddedSnapshotIsNamed(asOf: Int) async throws {
        let database = try await Self.loaded()
        try Self.tamper(
            database,
            """
            insert into percentile_snapshots
            select as_of_batch_id, '\(ulid(900))', scored_batch_id, score, industry, percentile
            from percentile_snapshots where as_of_batch_id = \(asOf) and id = '\(ulid(asOf * 10))'
            """)
        let lines = try Self.differences(database)
        #expect(lines.contains { $0.hasPrefix("snapshots|\(asOf)|900|snapshot in excess|percentile ") })
        #expect(
            lines.contains("snapshots|\(asOf)|-|snapshot_count|\(Self.count(asOf))|\(Self.count(asOf) + 1)"))
        #expect(lines.contains { $0.hasPrefix("scores|\(asOf)|900|row of scores is missing|-|") })
    }

    @Test func snapshotsOfUnknownBatchesAreNamed() async throws {
        let database = try await Self.loaded()
        try Self.tamper(
            database,
            """
            insert into percentile_snapshots
            select as_of, '\(ulid(900))', 0, 0, 'food', 0 from unnest(array[1, 7]) as as_of
            """)
        let lines = try Self.differences(database)
        #expect(lines.contains("snapshots|1|-|snapshots before the window was full|1|0"))
        #expect(lines.contains("snapshots|7|-|snapshots as of a batch that the ledger lacks|1|0"))
    }

    /// Whoever also changes the ledger's sums is found by what the windows have in common.
    @Test func aForgedLedgerDoesNotHideADeletedSnapshot() async throws {
        for (asOf, number) in [(3, 21), (3, 31), (5, 41)] {
            let database = try await Self.loaded()
            let expected = try Self.snapshotText(database, asOf, number)
            try Self.tamper(
                database,
                """
                delete from percentile_snapshots where as_of_batch_id = \(asOf) and id = '\(ulid(number))';
                update batches set (snapshot_count, snapshot_checksum) = (
                    select count(*), sum(snapshot_hash(id, scored_batch_id, score, industry, percentile))
                    from percentile_snapshots where as_of_batch_id = batch_id)
                where batch_id = \(asOf)
                """)
            #expect(
                try Self.differences(database).contains(
                    "snapshots|\(asOf)|\(number)|snapshot is missing|-|\(expected)"))
        }
    }

    @Test func changedLedgerSumsAreNamed() async throws {
        let database = try await Self.loaded()
        let (stored, actual) = try Self.checksums(database, 4)
        #expect(stored == actual)
        try Self.tamper(
            database,
            """
            update batches set snapshot_checksum = 17 where batch_id = 4;
            update batches set snapshot_count = 8 where batch_id = 5
            """)
        #expect(
            try Self.differences(database) == [
                "snapshots|4|-|snapshot_checksum|17|\(actual)", "snapshots|5|-|snapshot_count|8|10",
            ])
    }

    /// Snapshots as of a batch: nine, but for the asset that batch 4 scored again.
    static func count(_ asOf: Int) -> Int { asOf == 5 ? 10 : 9 }

    static func checksums(_ database: TestDatabase, _ asOf: Int) throws -> (String, String) {
        (
            try database.value("select snapshot_checksum from batches where batch_id = \(asOf)"),
            try database.value(
                """
                select sum(snapshot_hash(id, scored_batch_id, score, industry, percentile))
                from percentile_snapshots where as_of_batch_id = \(asOf)
                """)
        )
    }

    static func snapshotText(_ database: TestDatabase, _ asOf: Int, _ number: Int) throws -> String {
        try database.value(
            """
            select format('percentile %s, score %s in %s of batch %s', percentile, score, industry, scored_batch_id)
            from percentile_snapshots where as_of_batch_id = \(asOf) and id = '\(ulid(number))'
            """)
    }
}
