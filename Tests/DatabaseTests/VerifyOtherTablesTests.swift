@testable import ETLCore
import Foundation
import Testing
import TestSupport

/// `verify` where somebody changed another table than the snapshots: each change is found and named.
@Suite struct VerifyOtherTablesTests {
    private func differences(
        _ change: (inout RunOptions) -> Void = { _ in }, limit: Int = 20, after sql: String
    ) async throws -> [String] {
        let database = try await VerifyTamperTests.loaded(change)
        try VerifyTamperTests.tamper(database, sql)
        return try VerifyTamperTests.differences(database, limit: limit)
    }

    /// One that keeps the sums, one more, one less, a row added, a row deleted; also of a batch before the first
    /// window was full.
    @Test(arguments: [3, 0])
    func aChangedDistributionIsNamed(batch: Int) async throws {
        let (low, high) = ("0.\(batch)", "1.\(batch)")
        let moved = try await differences(
            limit: 100,
            after: """
                update batch_distributions set asset_count = 2 where batch_id = \(batch) and score = \(low)::float8;
                delete from batch_distributions where batch_id = \(batch) and score = \(high)::float8
                """)
        let lowText = batch == 0 ? "0" : low
        #expect(moved.contains("distributions|\(batch)|-|assets of food with score \(lowText)|2|1"))
        #expect(
            moved.contains("distributions|\(batch)|-|assets of food with score \(batch == 0 ? "1" : high)|0|1"))
        #expect(!moved.contains { $0.contains("accepted_count") })
        #expect(moved.contains { $0.hasPrefix("percentiles|\(max(batch, 2))|\(batch * 10 + 1)|") })

        let increased = try await differences(
            limit: 100, after: "update batch_distributions set asset_count = 2 where batch_id = \(batch) and score < 1")
        #expect(increased.contains("distributions|\(batch)|-|accepted_count|3|4"))
        #expect(increased.contains("distributions|\(batch)|-|assets of food with score \(lowText)|2|1") || batch == 0)

        let deleted = try await differences(
            limit: 100, after: "delete from batch_distributions where batch_id = \(batch) and score < 1")
        #expect(deleted.contains("distributions|\(batch)|-|accepted_count|3|2"))
        #expect(deleted.contains("distributions|\(batch)|-|assets of food with score \(lowText)|0|1"))

        let added = try await differences(
            limit: 100, after: "insert into batch_distributions values (\(batch), 'cars', 0.5, 1), (77, 'cars', 0.5, 4)"
        )
        #expect(added.contains("distributions|\(batch)|-|accepted_count|3|4"))
        #expect(added.contains("distributions|77|-|rows of a batch that the ledger lacks|4 assets|-"))
    }

    @Test func changedScoresAreNamed() async throws {
        // Of the ten scores of the batches 3 to 5, three are below 1.3.
        let latest = 100.0 * 3 / 9
        for (change, expected) in [
            ("update scores set percentile = 12", ["scores|5|31|percentile of the latest snapshot|12|\(latest)"]),
            ("update scores set percentile = null", ["scores|5|31|percentile of the latest snapshot|NULL|\(latest)"]),
            (
                "update scores set score = 5",
                [
                    "scores|5|31|row of scores|percentile \(latest), score 5 in food|percentile \(latest), score 1.3 in food"
                ]
            ),
            (
                "update scores set industry = 'cars'",
                [
                    "scores|5|31|row of scores|percentile \(latest), score 1.3 in cars|percentile \(latest), score 1.3 in food"
                ]
            ),
            ("delete from scores", ["scores|5|31|row of scores is missing|-|percentile \(latest), score 1.3 in food"]),
        ] {
            #expect(try await differences(after: "\(change) where id = '\(ulid(31))'") == expected)
        }
        #expect(
            try await differences(after: "insert into scores values ('\(ulid(900))', 0.5, 'food', 50)") == [
                "scores|-|900|row of scores without a snapshot|percentile 50, score 0.5 in food|-"
            ])
    }

    /// An asset that has left the window keeps its last percentile, or is worth what its score is in the newest
    /// window that rescored all.
    @Test func changedScoresOfAssetsThatLeftTheWindowAreNamed() async throws {
        let tampering = "update scores set percentile = 12 where id = '\(ulid(1))'"
        #expect(try await differences(after: tampering) == ["scores|2|1|percentile of the latest snapshot|12|37.5"])
        let rescored = try await differences({ $0.rescore = .all }, after: tampering)
        // Of the ten scores of the batches 3 to 5, three are below 1.0.
        #expect(rescored == ["scores|2|1|percentile in the window of batch 5|12|30"])
    }

    @Test func nullsOfAColdStartAreJustifiedAndOthersNamed() async throws {
        let database = try await RunTests.loaded(2)
        try VerifyTests.expectAgreement(database)
        try VerifyTamperTests.tamper(
            database,
            """
            update scores set percentile = 50 where id = '\(ulid(100))';
            update scores set score = 3 where id = '\(ulid(101))';
            delete from scores where id = '\(ulid(102))';
            insert into scores values ('\(ulid(900))', 0.5, 'food', null)
            """)
        #expect(
            try VerifyTamperTests.differences(database) == [
                "scores|-|900|row of scores without an asset|percentile NULL, score 0.5 in food|-",
                "scores|1|100|row of scores|percentile 50, score 0 in food|percentile NULL, score 0 in food",
                "scores|1|101|row of scores|percentile NULL, score 3 in cars|percentile NULL, score 0.2 in cars",
                "scores|1|102|row of scores is missing|-|percentile NULL, score 0.4 in food",
            ])
    }

    @Test func aChangedLedgerIsNamed() async throws {
        let lines = try await differences(
            after: """
                alter table batches drop constraint read_is_accepted_plus_rejected;
                update batches set read_count = 9 where batch_id = 1;
                update batches set window_first_batch_id = 1 where batch_id = 5;
                update batches set window_first_batch_id = null, snapshot_count = 0 where batch_id = 2;
                update batches set window_size = 4 where batch_id = 3;
                update batches set percentile_method = 'mid_rank' where batch_id = 4;
                update batches set rejected_count = 1, read_count = 4 where batch_id = 0
                """)
        #expect(
            lines == [
                "ledger|1|-|read_count|9|3", "ledger|2|-|window_first_batch_id|-|0", "ledger|3|-|window_size|4|3",
                "ledger|4|-|percentile_method|mid_rank|percent_rank", "ledger|5|-|window_first_batch_id|1|3",
                "rejections|0|-|rejected_count|1|0", "snapshots|2|-|snapshot_count|0|9",
            ])
        let accepted = try await differences(
            after: "update batches set accepted_count = 2, rejected_count = 1 where batch_id = 0")
        #expect(
            accepted.filter { !$0.hasPrefix("snapshots") } == [
                "distributions|0|-|accepted_count|2|3", "rejections|0|-|rejected_count|1|0",
            ])
    }

    @Test func aDeletedRejectionIsNamed() async throws {
        let database = try await RunTests.loaded(3)
        try database.write("[\(RunTests.assets(3).map(\.json).joined(separator: ",")),1]", batch: 3)
        try database.run()
        try VerifyTests.expectAgreement(database)
        try VerifyTamperTests.tamper(database, "delete from rejected_assets where batch_id = 3")
        #expect(try VerifyTamperTests.differences(database) == ["rejections|3|-|rejected_count|1|0"])
        try VerifyTamperTests.tamper(
            database, "insert into rejected_assets values (8, 1, null, null, null, '1', '{not_an_object}')")
        #expect(
            try VerifyTamperTests.differences(database) == [
                "rejections|3|-|rejected_count|1|0",
                "rejections|8|-|rows of a batch that the ledger lacks|1 rows|-",
            ])
    }

    @Test func changedWindowAssetsAreNamed() async throws {
        #expect(
            try await differences(
                after: "update window_assets set score = 1.4 where id = '\(ulid(31))'") == [
                    "window|3|-|assets of food with score 1.3|0|1", "window|3|-|assets of food with score 1.4|1|0",
                    "window|3|31|row of window_assets|score 1.4 in food|score 1.3 in food",
                ])
        // The same scores on other assets: no count differs.
        #expect(
            try await differences(
                after: """
                    update window_assets set score = case score when 0.3 then 1.3::float8 else 0.3 end
                    where batch_id = 3 and score < 2
                    """) == [
                    "window|3|30|row of window_assets|score 1.3 in food|score 0.3 in food",
                    "window|3|31|row of window_assets|score 0.3 in food|score 1.3 in food",
                ])
        #expect(
            try await differences(after: "delete from window_assets where id = '\(ulid(52))'") == [
                "window|5|-|assets of food with score 2.5|0|1",
                "window|5|52|row of window_assets|-|score 2.5 in food",
            ])
        #expect(
            try await differences(after: "insert into window_assets values (2, '\(ulid(21))', 1.2, 'food')") == [
                "window|2|-|assets of food with score 1.2|1|0"
            ])
        #expect(
            try await differences(
                after: "insert into staging_assets values (6, 1, null, 'null', null, 'null', null, null, 'null', '{}')")
                == ["window|-|-|staging_assets|rows|no row"])
    }

    @Test func differencesBeyondTheLimitAreCounted() async throws {
        let database = try await VerifyTamperTests.loaded()
        try VerifyTamperTests.tamper(
            database, "update percentile_snapshots set percentile = 99.5; delete from scores where score < 2")
        let verification = try Verifier(session: database.session(), limit: 2).verify()
        let counts = Dictionary(uniqueKeysWithValues: verification.checks.map { ($0.name, $0.differenceCount) })
        #expect(counts[.percentiles] == 37 && counts[.snapshots] == 4 && counts[.scores] == 18)
        for check in [Check.percentiles, .snapshots, .scores] {
            #expect(verification.differences.count { $0.check == check } == 2)
        }
    }
}
