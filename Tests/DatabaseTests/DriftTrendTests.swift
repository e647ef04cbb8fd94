import Foundation
import Testing
import TestSupport

/// The trend against the baseline: against matrices written out, and by simulation.
@Suite struct DriftTrendTests {
    typealias Matrix = [[Double]]

    static func product(_ left: Matrix, _ right: Matrix) -> Matrix {
        left.map { row in
            right[0].indices.map { column in row.indices.map { row[$0] * right[$0][column] }.reduce(0, +) }
        }
    }

    static func trace(_ matrix: Matrix) -> Double { matrix.indices.map { matrix[$0][$0] }.reduce(0, +) }

    /// Slope, expectation and margin by the normal equations and whole matrices.
    static func trend(_ x: [Double], _ y: [Double], next: Double, size: Double, z: Double, floor: Double) -> [Double] {
        let n = Double(x.count)
        let middle = x.reduce(0, +) / n
        let spread = x.map { ($0 - middle) * ($0 - middle) }.reduce(0, +)
        func correlation(_ one: Double, _ other: Double) -> Double { max(0, 1 - abs(one - other) / size) }
        let hat = x.map { one in x.map { 1 / n + (one - middle) * ($0 - middle) / spread } }
        let maker = x.indices.map { i in x.indices.map { (i == $0 ? 1 : 0) - hat[i][$0] } }
        let r = x.map { one in x.map { correlation(one, $0) } }
        let mr = product(maker, r)
        let weights = x.map { 1 / n + (next - middle) * ($0 - middle) / spread }
        let expected = zip(weights, y).map(*).reduce(0, +)
        let slope = zip(x, y).map { ($0 - middle) * $1 }.reduce(0, +) / spread
        let residuals = product(maker, y.map { [$0] }).map { $0[0] * $0[0] }.reduce(0, +)
        let toNext = zip(weights, x).map { $0 * correlation($1, next) }.reduce(0, +)
        let among = product(product([weights], r), weights.map { [$0] })[0][0]
        let freedom = max(2, trace(mr) * trace(mr) / trace(product(mr, mr)))
        let student = freedom * (exp(z * z * (freedom - 1.5) / ((freedom - 1) * (freedom - 1))) - 1)
        let variance = max(residuals / trace(mr), floor)
        return [slope, expected, (student * variance * (1 - 2 * toNext + among)).squareRoot()]
    }

    @Test func theTrendIsThatOfTheWholeMatrices() async throws {
        let database = try await TestDatabase()
        var random = SeededRandom(seed: 3)
        for size in [1, 2, 3, 7, 40] {
            for count in [3, 5, 12, 20] {
                // With gaps: an industry may be absent from some windows.
                let x = Array((0..<(count + 4)).shuffled(using: &random).prefix(count)).map { Double(-1 - $0) }
                let y = x.map { 0.1 * $0 + Double.random(in: -0.5...0.5, using: &random) }
                // The normal quantile of 0.00125 at either side: scipy 1.17.1, norm.isf(0.00125).
                let expected = Self.trend(x, y, next: 0, size: Double(size), z: 3.0233414397391547, floor: 0.001)
                let row = try database.query(
                    "select * from drift_trend(array\(x), array\(y), 0, \(size), 0.0025, 0.001)")
                for (actual, expected) in zip(row[0], expected) {
                    DriftFigureTests.expectNear(actual, expected, "size \(size), \(count) points")
                }
            }
        }
        #expect(try database.query("select * from drift_trend('{1,2}', '{1,2}', 3, 3, 0.0025, 0.01)").isEmpty)
        #expect(try database.query("select * from drift_trend('{1,2,3}', '{0,0,0}', 4, 3, 0.0025, 0.01)")[0][0] == "0")
    }

    /// Windows of three batches of 100 assets, whose scores creep; `noise` is that of whole batches beyond sampling.
    @Test(arguments: [(5, 0.0), (10, 0.0), (20, 0.0), (5, 0.2), (20, 0.2)])
    func falseAlarmsAreRareAndRealOnesFound(points: Int, noise: Double) async throws {
        let database = try await TestDatabase()
        let rates = try database.query(
            """
            with seed as materialized (select setseed(0.4)),
            batch_noise as materialized (
                select series, batch,
                    sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) * sqrt(0.01 + \(noise) ^ 2) as u
                from seed, generate_series(1, \(Simulation.windows)) as series, generate_series(1, \(points) + 3) as batch
            ),
            windows as (
                select series, batch - \(points) - 3 as ordinal, 0.05 * batch + avg(u) over (
                    partition by series order by batch rows 2 preceding) as shift
                from batch_noise
            ),
            judged as (
                select shift - expected as deviation, greatest(margin, 0.2) as margin
                from (
                    select
                        array_agg(ordinal::double precision) filter (where ordinal < 0 and ordinal >= -\(points)) as ordinals,
                        array_agg(shift) filter (where ordinal < 0 and ordinal >= -\(points)) as shifts,
                        max(shift) filter (where ordinal = 0) as shift
                    from windows
                    group by series
                ) as series
                cross join lateral drift_trend(ordinals, shifts, 0, 3, 0.0025, 1 / 300.0)
            )
            select avg((abs(deviation) > margin)::integer), avg((abs(deviation + 1) > margin)::integer) from judged
            """)[0].compactMap(Double.init)
        Simulation.report("trend: \(points) points, noise \(noise): false alarms, a leap of 1 sd found", rates)
        #expect(rates[0] <= 0.005)
        // From a few windows nothing can be told; what is sudden is found by comparison with the preceding one.
        if points == 20 && noise == 0 { #expect(rates[1] > 0.99) }
    }
}
