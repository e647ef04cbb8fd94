import ETLCore
import Foundation
import Testing
import TestSupport

/// Figures of distributions and drift are the same to the last bit, however the counts lie in the table.
@Suite struct SummationOrderTests {
    private static let statistics = [
        "select f::text from distribution_figures(0, 2) as f order by industry",
        "select f::text from distribution_figures(3, 5) as f order by industry",
        "select d::text from drift_between(0, 2, 3, 3) as d order by industry",
        "select d::text from drift_between(0, 2, 3, 5) as d order by industry",
    ]

    /// What the planner may be led to choose.
    private static let plans = [
        "select 1", "set enable_hashagg = off", "set enable_sort = off", "set enable_hashjoin = off",
        "set enable_nestloop = off", "set work_mem = '64kB'",
    ]

    @Test func neitherThePlaceOfACountNorThePlanMatters() async throws {
        let database = try await TestDatabase()
        var random = SeededRandom(seed: 11)
        let industries = ["food", "cars", "clothing"]
        for batch in 0..<6 {
            // Some scores are shared, by assets, batches and industries; most have all their digits.
            let assets = (0..<1500).map { row -> TestAsset in
                let score = Double.random(in: -1...1, using: &random)
                return TestAsset(
                    ulid(batch * 10_000 + row), row % 3 == 0 ? (score * 20).rounded() / 20 : score,
                    industries[row % industries.count])
            }
            try database.write(assets, batch: batch)
        }
        try database.run()
        let fingerprint = try database.fingerprint()
        let expected = try Self.statistics.map { try database.query($0) }
        #expect(expected.allSatisfy { $0.count >= 3 })
        for (round, plan) in Self.plans.enumerated() {
            // Another order each time, as after a crash, a restore or a vacuum.
            try database.connection.script(
                """
                set session_replication_role = replica;
                create temporary table shuffled as
                    select * from batch_distributions order by hashfloat8extended(score, \(round)), batch_id, industry;
                truncate batch_distributions;
                insert into batch_distributions select * from shuffled;
                drop table shuffled;
                reset session_replication_role;
                """)
            try database.connection.script(plan)
            for (statement, values) in zip(Self.statistics, expected) {
                #expect(try database.query(statement) == values, "\(plan): \(statement)")
            }
            try database.connection.script("reset all")
        }
        #expect(try database.fingerprint() == fingerprint)
    }

    @Test func theChecksumSeesEveryDerivedTable() async throws {
        let database = try await RunTests.loaded(6)
        let changes = [
            "delete from distribution_snapshots where as_of_batch_id = 2 and industry = 'food'",
            "update distribution_snapshots set mean = mean + 1e-15 where as_of_batch_id = 3 and industry = 'food'",
            "delete from drift_measurements where as_of_batch_id = 4 and industry = 'food'",
            "update drift_measurements set drifted = not drifted where as_of_batch_id = 5 and industry = 'cars'",
            "insert into drift_baselines values (1, 0, 2)",
        ]
        for change in changes {
            let before = try database.fingerprint()
            try database.connection.script("set session_replication_role = replica; \(change)")
            #expect(try database.fingerprint() != before, "\(change)")
        }
    }
}
