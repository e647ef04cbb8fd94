import ETLCore
import Foundation
import Testing
import TestSupport

/// What is measured at every batch, and what it is measured against.
@Suite struct DriftMeasureTests {
    static let figures = """
        as_of_batch_id, industry, reference, reference_first_batch_id, reference_last_batch_id, current_first_batch_id, \
        reference_count, current_count, ks_statistic, ks_p_value, psi, psi_bin_count, psi_critical_value, wasserstein, \
        wasserstein_in_sd, mean_shift_in_sd, mix_chi_square, mix_degrees_of_freedom, mix_p_value, trend_slope, \
        trend_expected, is_beyond_trend, alpha, minimum_effect, industry_count, drifted, is_alarm
        """

    /// A database with the repository's raw batches up to one.
    static func sampled(through last: Int, _ change: (inout RunOptions) -> Void = { _ in }) async throws
        -> (TestDatabase, RunReport)
    {
        let database = try await TestDatabase()
        let report = try load(through: last, database, change)
        return (database, report)
    }

    @discardableResult
    static func load(
        through last: Int, _ database: TestDatabase, _ change: (inout RunOptions) -> Void = { _ in }
    ) throws -> RunReport {
        let job = try database.job {
            $0.through = last
            change(&$0)
        }
        return try job.run(BatchFolder.sources(at: TestServer.repositoryRoot + "/batches"))
    }

    static func execute(_ sql: String, _ database: TestDatabase) throws {
        try database.connection.execute(.init(name: "test_statement", sql: sql))
    }

    /// Drift measured over again, by the statement of the migration, for batches that are all there.
    static func backfill(_ database: TestDatabase) throws {
        let file = try #require(try TestServer.migrations.read().first { $0.name == "measure_drift" })
        let statement = try #require(file.sql.range(of: "do $$", options: .backwards))
        try execute("alter table drift_measurements disable trigger user", database)
        try execute("delete from drift_measurements", database)
        try execute("alter table drift_measurements enable trigger user", database)
        try execute(String(file.sql[statement.lowerBound...]), database)
    }

    @Test func theRealBatchesCreepAndRarelyAlarm() async throws {
        let (database, report) = try await Self.sampled(through: 19)
        // Both references begin when they share no batch with what they judge.
        #expect(
            try database.query(
                "select reference, min(as_of_batch_id), count(*) from drift_measurements group by 1 order by 1")
                == [["baseline", "5", "75"], ["preceding_window", "3", "85"]])
        #expect(
            try database.query(
                """
                select industry from drift_measurements
                where as_of_batch_id = 19 and reference = 'baseline' and drifted order by industry
                """
            ).map { $0[0] } == ["(all)", "cars", "clothing", "food", "hair care"])
        // The creep of cars and food is news until it is known to be usual.
        let alarms = report.batches.filter { !$0.driftAlarms.isEmpty }
        #expect(alarms.map(\.batchID) == [3, 4, 6])
        #expect(alarms.map(\.driftAlarms) == [["cars"], ["food"], ["(all)", "cars", "food"]])
        #expect(
            try database.value(
                "select count(distinct as_of_batch_id) from drift_measurements where drifted and reference = 'preceding_window'"
            ) == "10")
        #expect(
            try database.value(
                "select count(*) from drift_measurements where is_beyond_trend and reference = 'baseline'") == "0")
        #expect(try database.value("select count(*) from drift_measurements where is_beyond_trend is null") == "50")
    }

    @Test func backfillIsWhatMeasuringAtTheTimeGave() async throws {
        let (database, _) = try await Self.sampled(through: 12)
        let live = try database.query("select \(Self.figures) from drift_measurements order by 1, 2, 3")
        #expect(live.count == 5 * (10 + 8))
        try Self.backfill(database)
        #expect(try database.query("select \(Self.figures) from drift_measurements order by 1, 2, 3") == live)
        #expect(try Self.load(through: 13, database).batches.last?.status == .applied)
    }

    @Test func measurementsAreWhatTheFunctionSaysOfTheRanges() async throws {
        let (database, _) = try await Self.sampled(through: 8) {
            ($0.driftAlpha, $0.driftEffect, $0.windowSize) = (0.05, 0.5, 2)
        }
        let different = try database.value(
            """
            select count(*)
            from drift_measurements as measured
            join drift_between(
                measured.reference_first_batch_id, measured.reference_last_batch_id, measured.current_first_batch_id,
                measured.as_of_batch_id, 0.05, 0.5) as drift on drift.industry = measured.industry
            where (measured.ks_statistic, measured.psi, measured.wasserstein, measured.drifted, measured.current_count)
                is distinct from (drift.ks_statistic, drift.psi, drift.wasserstein, drift.drifted, drift.current_count)
                or (alpha, minimum_effect) <> (0.05, 0.5)
            """)
        #expect(different == "0")
        #expect(
            try database.query(
                """
                select distinct reference, reference_first_batch_id, reference_last_batch_id, current_first_batch_id
                from drift_measurements where as_of_batch_id = 8 order by 1
                """) == [["baseline", "0", "1", "7"], ["preceding_window", "6", "7", "8"]])
    }

    @Test func aPinCountsFromTheNextBatchOnAndOnceItIsDisjoint() async throws {
        let (database, _) = try await Self.sampled(through: 8)
        let session = try database.session()
        let before = try database.query("select \(Self.figures) from drift_measurements order by 1, 2, 3")
        #expect(try session.pinBaseline(first: 5, last: 7))
        #expect(try !session.pinBaseline(first: 5, last: 7))
        #expect(try session.driftBaselines().map(\.id) == [1])
        #expect(try database.query("select \(Self.figures) from drift_measurements order by 1, 2, 3") == before)
        try Self.load(through: 11, database)
        let ranges = """
            select as_of_batch_id, reference_first_batch_id, reference_last_batch_id, count(trend_expected)
            from drift_measurements where reference = 'baseline' and as_of_batch_id > 7 group by 1, 2, 3 order by 1
            """
        // Batch 9 and its window share batch 7 with the pin. The trend begins anew.
        #expect(try database.query(ranges) == [["8", "0", "2", "5"], ["10", "5", "7", "0"], ["11", "5", "7", "0"]])
        #expect(try session.pinBaseline(first: 3, last: 4) && session.pinBaseline(first: 5, last: 7))
        #expect(try session.driftBaselines().map(\.firstBatchID) == [5, 3, 5])
        let unknown = #expect(throws: JobError.self) { try session.pinBaseline(first: 5, last: 70) }
        #expect(unknown?.exitCode == .noInput)
        for change in ["update drift_baselines set last_batch_id = 8", "delete from drift_measurements"] {
            #expect(throws: (any Error).self) { try Self.execute(change, database) }
        }
    }

    @Test func suddenChangeAlarmsThoughTheScoresCreep() async throws {
        let database = try await TestDatabase()
        var random = SeededRandom(seed: 7)
        for batch in 0..<12 {
            let jump = batch == 11 ? 0.4 : 0
            let assets = (0..<200).map { row in
                TestAsset(
                    ulid(batch * 1000 + row),
                    0.3 * Double.random(in: 0..<1, using: &random) + 0.02 * Double(batch) + jump,
                    row % 2 == 0 ? "cars" : "food")
            }
            // Food vanishes from the last batch but one.
            try database.write(batch == 10 ? assets.filter { $0.industry == "cars" } : assets, batch: batch)
        }
        let report = try database.run()
        #expect(report.batches[11].driftAlarms == ["(all)", "cars", "food"])
        #expect(report.batches[8...9].allSatisfy { $0.driftAlarms.isEmpty })
        #expect(
            try database.query(
                """
                select current_count, ks_statistic, drifted, is_alarm from drift_measurements
                where as_of_batch_id = 10 and industry = 'food' and reference = 'preceding_window'
                """) == [["0", "NULL", "f", "t"]])
        #expect(
            try database.value(
                """
                select mix_p_value < 1e-6 from drift_measurements
                where as_of_batch_id = 10 and industry = '(all)' and reference = 'preceding_window'
                """) == "t")
        let rows = try database.query("select distinct verdict from latest_drift where is_alarm order by 1")
        #expect(rows.map { $0[0] }.contains("sudden change: look at this"))
        #expect(try database.value("select count(*) from latest_drift") == "6")
    }

    @Test func whatVanishesAlarms() async throws {
        let database = try await TestDatabase()
        var random = SeededRandom(seed: 7)
        for batch in 0..<8 {
            let industries = batch < 6 ? ["food", "cars", "clothing"] : batch == 6 ? ["food", "cars"] : []
            let assets = industries.enumerated().flatMap { place, industry in
                (0..<100).map { row in
                    TestAsset(
                        ulid(batch * 1000 + place * 100 + row), Double.random(in: 0...1, using: &random), industry)
                }
            }
            try database.write(assets, batch: batch)
        }
        let report = try database.run { $0.allowsEmpty = true }
        #expect(report.batches.prefix(6).flatMap(\.driftAlarms) == [])
        #expect(report.batches[6].driftAlarms == ["(all)", "clothing"])
        #expect(report.batches[7].driftAlarms == ["(all)", "cars", "clothing", "food"])
        #expect(
            RunFindings(report, ledger: []).phrases.first == """
                no assets of clothing since batch 6, of any industry since batch 7, another mix of industries at batch 6 \
                (etl-job drift)
                """)
        let verdicts = """
            select industry, verdict from drift_history
            where as_of_batch_id = 6 and reference = 'preceding_window' and is_alarm order by industry
            """
        #expect(
            try database.query(verdicts) == [
                ["(all)", "the shares of the industries have changed: look at this"],
                ["clothing", "no assets in the new batch: look at this"],
            ])
    }

    @Test func scoresNextToZeroAreNoReasonToRefuseABatch() async throws {
        let database = try await TestDatabase()
        for batch in 0..<6 {
            let assets = (0..<20).map { row -> TestAsset in
                let unit: Double = row % 2 == 0 ? .leastNonzeroMagnitude : 1e-170
                return TestAsset(ulid(batch * 100 + row), Double(row + batch) * unit, row % 2 == 0 ? "cars" : "food")
            }
            try database.write(assets, batch: batch)
        }
        #expect(try database.run().totals.applied == 6)
        #expect(try database.value("select count(*) from drift_measurements") == "\(3 * (3 + 1))")
    }
}
