import Foundation
import Testing
import TestSupport

/// How much is simulated: a quick share, or with TORTURE=full all of it; DRIFT_SEED chooses other random numbers.
enum Simulation {
    static let isFull = ProcessInfo.processInfo.environment["TORTURE"] == "full"
    static let windows = isFull ? 2000 : 200
    static let seed = ProcessInfo.processInfo.environment["DRIFT_SEED"].flatMap(Double.init) ?? 0.25

    /// What a share of the quick simulation may miss a bound by: two standard errors.
    ///
    /// The full one keeps the bound itself.
    static func allowance(_ share: Double) -> Double {
        isFull ? 0 : 2 * (share * (1 - share) / Double(windows)).squareRoot()
    }

    static func report(_ what: String, _ rates: [Double]) {
        guard isFull else { return }
        print("torture: drift \(what): " + rates.map { String(format: "%.4f", $0) }.joined(separator: ", "))
    }
}

/// How often drift is found where there is none, and where there is some.
@Suite struct DriftSimulationTests {
    /// Draws scores of four industries for many pairs of windows, one of which may have moved in cars.
    ///
    /// - Returns: the shares of pairs with any industry, with the pooled row, and with cars flagged.
    static func flaggedShares(
        _ reference: Int, _ current: Int, shift: Double, distribution: String = "gauss"
    ) async throws -> [Double] {
        let database = try await TestDatabase()
        // A standard deviation of 0.1 about 0.5, in four decimals, as scores come; or uniform with the same one.
        let draw =
            distribution == "gauss"
            ? "0.1 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())" : "0.1 * sqrt(12) * (random() - 0.5)"
        try database.connection.execute(
            .init(
                name: "test_draw",
                sql: """
                    insert into batch_distributions
                    with seed as materialized (select setseed(\(Simulation.seed))),
                    drawn as materialized (
                        select 2 * pair + side as batch_id, industry,
                            round(10000 * (
                                0.5 + 0.1 * \(shift) * (side = 1 and industry = 'cars')::integer + \(draw))) / 10000 as score
                        from seed
                        cross join generate_series(0, \(Simulation.windows - 1)) as pair
                        cross join generate_series(0, 1) as side
                        cross join industries
                        cross join generate_series(1, case side when 0 then \(reference) else \(current) end) as asset
                    )
                    select batch_id, industry, score, count(*) from drawn group by batch_id, industry, score order by batch_id
                    """))
        try database.connection.execute(.init(name: "test_analyze", sql: "analyze batch_distributions"))
        return try database.query(
            """
            select avg(any_flagged::integer), avg(pooled_flagged::integer), avg(cars_flagged::integer)
            from (
                select bool_or(drifted) filter (where industry <> '(all)') as any_flagged,
                    bool_or(drifted) filter (where industry = '(all)') as pooled_flagged,
                    bool_or(drifted) filter (where industry = 'cars') as cars_flagged
                from generate_series(0, \(Simulation.windows - 1)) as pair
                cross join lateral drift_between(2 * pair, 2 * pair, 2 * pair + 1, 2 * pair + 1)
                group by pair
            ) as judged
            """)[0].compactMap(Double.init)
    }

    @Test(arguments: ["gauss", "uniform"]) func withoutDriftNextToNothingIsFlagged(distribution: String) async throws {
        let shares = try await Self.flaggedShares(300, 100, shift: 0, distribution: distribution)
        Simulation.report("none, 300 against 100, \(distribution): any of 4 flagged, pooled, cars", shares)
        #expect(shares[0] <= 0.015 + Simulation.allowance(0.015))
        #expect(shares[1] <= 0.005 + Simulation.allowance(0.005))
    }

    @Test(arguments: [(300, 0.9), (100, 0.7)])
    func halfAStandardDeviationIsFound(current: Int, least: Double) async throws {
        let shares = try await Self.flaggedShares(300, current, shift: 0.5)
        Simulation.report("0.5 sd in cars, 300 against \(current): any of 4 flagged, pooled, cars", shares)
        #expect(shares[2] >= least - Simulation.allowance(least))
    }
}
