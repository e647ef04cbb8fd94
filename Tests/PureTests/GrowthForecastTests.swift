@testable import ETLCore
import Testing

/// The mathematics of forecasts, against figures of scipy 1.17.1 and numpy 2.4.6.
@Suite struct GrowthForecastTests {
    /// Bytes of a file that grows by pages.
    static let pages: [Double] = [
        81920, 90112, 106496, 114688, 114688, 131072, 139264, 155648, 163840, 163840, 188416, 196608,
    ]

    /// Points a day apart, from batch 5 on.
    static func points(_ values: [Double]) -> [GrowthForecast.Point] {
        values.enumerated().map {
            .init(batchID: 5 + $0.offset, time: 1_700_000_000 + 86_400 * Double($0.offset), value: $0.element)
        }
    }

    static func isClose(_ value: Double, _ expected: Double) -> Bool {
        abs(value - expected) <= 1e-9 * max(abs(expected), 1)
    }

    @Test(
        arguments: [
            (0.975, 1, 12.706204736174694), (0.975, 2, 4.302652729749462), (0.975, 8, 2.306004135204166),
            (0.975, 18, 2.1009220402410382), (0.995, 18, 2.8784404727386077), (0.9, 3.5, 1.5765766051364052),
            (0.6, 1000, 0.25341451583949876), (0.025, 18, -2.1009220402410387), (0.9999, 5, 9.677566300882814),
            (0.5, 7, 0),
        ] as [(Double, Double, Double)])
    func quantilesOfStudentsT(probability: Double, degrees: Double, expected: Double) {
        // scipy.stats.t.ppf(probability, degrees)
        #expect(Self.isClose(StudentT.quantile(probability, degrees: degrees), expected))
    }

    @Test func theLineIsThatOfScipy() throws {
        // scipy.stats.linregress(range(12), pages)
        let fit = try #require(LinearFit(Self.pages.enumerated().map { (Double($0.offset), $0.element) }))
        #expect(Self.isClose(fit.slope, 10225.678321678322))
        #expect(Self.isClose(fit.slopeStandardError, 401.6203102040383))
        #expect(Self.isClose(fit.residualDeviation, 4802.680389145182))
    }

    @Test func intervalsAreTheWiderOfLineAndRandomWalk() throws {
        // numpy: value ± t.ppf(.975, 10) * max(s * sqrt(1 + 1/n + (x - mean)**2 / Sxx), sd(diff) * sqrt(h * (1 + h/11)))
        let forecast = try #require(GrowthForecast(Self.points(Self.pages)))
        #expect(Self.isClose(forecast.standardError, 2234.1818181818185))
        #expect(Self.isClose(forecast.perBatch.low, 5247.6110101860795))
        #expect(Self.isClose(forecast.perBatch.high, 15203.745633170565))
        for (batches, value, low, high) in [
            (1, 203682.9090909091, 186438.37807690434, 220927.44010491384),
            (10, 295714.01398601395, 223574.9651072895, 367853.0628647384),
            (1000, 10419135.552447554, 5413763.7527225, 15424507.352172608),
        ] {
            let estimate = forecast.value(after: batches)
            #expect(Self.isClose(estimate.value, value))
            #expect(Self.isClose(estimate.low, low) && Self.isClose(estimate.high, high))
        }
        // A line whose points scatter, but whose steps do not: its own interval is the wider one.
        let bent = try #require(GrowthForecast(Self.points((0..<20).map { 1000 + 50 * Double($0 * $0) })))
        #expect(bent.standardError > 0)
        let near = bent.value(after: 1)
        #expect(near.low < near.value && near.value < near.high)
    }

    @Test func aLimitIsReachedWhereTheBoundsReachIt() throws {
        let forecast = try #require(GrowthForecast(Self.points(Self.pages)))
        guard case .reached(let moment) = forecast.outlook(to: 1_000_000) else {
            Issue.record("not reached")
            return
        }
        // numpy: the first h with value, high and low of the interval ≥ 1e6 are 79, 52 and 159.
        #expect(moment.batches == 79 && moment.batchID == 16 + 79)
        #expect(moment.earliestBatchID == 16 + 52 && moment.latestBatchID == 16 + 159)
        #expect(Self.isClose(moment.time, 1_700_000_000 + 86_400 * Double(11 + 79)))
        #expect(Self.isClose(moment.earliestTime, 1_700_000_000 + 86_400 * Double(11 + 52)))
        #expect(Self.isClose(try #require(moment.latestTime), 1_700_000_000 + 86_400 * Double(11 + 159)))
        #expect(Self.isClose(try #require(forecast.perDay), forecast.perBatch.value))
    }

    @Test func onlyTheNewestMeasurementsCount() throws {
        let values = [9e9, 1, 7e8] + [1000, 1100, 1203, 1296, 1401]
        let forecast = try #require(GrowthForecast(Self.points(values), last: 5, confidence: 0.9))
        #expect(forecast.batchCount == 5 && Self.isClose(forecast.perBatch.value, 99.8))
        guard case .reached(let moment) = forecast.outlook(to: 1e6) else {
            Issue.record("not reached")
            return
        }
        // numpy, as above: 10007, 9423 and 10667.
        #expect(moment.batches == 10007)
        #expect(moment.earliestBatchID == 12 + 9423 && moment.latestBatchID == 12 + 10667)
    }

    @Test func whatCannotBeForetoldIsSaid() throws {
        #expect(GrowthForecast([]) == nil && GrowthForecast(Self.points([1, 2])) == nil)
        let flat = try #require(GrowthForecast(Self.points([8192, 8192, 8192])))
        #expect(flat.outlook(to: 8193) == .flat && flat.outlook(to: 8192) == .passed)
        #expect(flat.value(after: 1_000_000) == .init(value: 8192, low: 8192, high: 8192))
        let shrinking = try #require(GrowthForecast(Self.points([30, 20, 10])))
        #expect(shrinking.outlook(to: 100) == .shrinking && shrinking.outlook(to: 5) == .passed)
        // One step in twenty batches may have been the only one.
        let stepped = try #require(GrowthForecast(Self.points(Array(repeating: 8192, count: 15) + [16384, 16384])))
        guard case .reached(let moment) = stepped.outlook(to: 1e9) else {
            Issue.record("not reached")
            return
        }
        #expect(moment.latestBatchID == nil && moment.latestTime == nil && moment.earliestBatchID < moment.batchID)
    }

    @Test func exactGrowthHasNoWidth() throws {
        let forecast = try #require(GrowthForecast(Self.points((0..<20).map { Double($0 * 9) })))
        guard case .reached(let moment) = forecast.outlook(to: 9000) else {
            Issue.record("not reached")
            return
        }
        #expect(moment.batches == 981 && moment.earliestBatchID == moment.batchID)
        #expect(moment.latestBatchID == moment.batchID)
        let burst = Self.points([1, 2, 3]).map { GrowthForecast.Point(batchID: $0.batchID, time: 5, value: $0.value) }
        #expect(try #require(GrowthForecast(burst)).perDay == nil)
    }
}
