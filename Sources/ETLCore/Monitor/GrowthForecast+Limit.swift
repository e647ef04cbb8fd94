internal import Foundation

extension GrowthForecast {
    /// Whether and when a limit is reached.
    public enum Outlook: Sendable, Hashable {
        /// The newest measurement is there or beyond it.
        case passed
        /// It does not grow at all.
        case flat
        /// It becomes smaller.
        case shrinking
        /// It grows: this is when.
        case reached(Moment)
    }

    /// When a limit is reached.
    public struct Moment: Sendable, Hashable {
        /// Batches from the newest to the first at the limit, at least 1.
        public let batches: Int
        /// Number of that batch, if none is left out.
        public let batchID: Int
        /// The earliest within the interval.
        public let earliestBatchID: Int
        /// The latest within the interval; nil where it may well never be reached.
        public let latestBatchID: Int?
        /// When, in seconds since 1970, at the pace of the measurements.
        public let time: Double
        /// The earliest within the interval.
        public let earliestTime: Double
        /// The latest within the interval; nil where it may well never be reached.
        public let latestTime: Double?
    }

    /// The most batches that are foretold.
    private static let farthest = 1e12

    /// Whether and when a limit is reached: the inverse of the forecast.
    ///
    /// The interval's ends are where the forecast's upper and lower bounds reach the limit; times join the interval of
    /// the batches with that of their pace.
    public func outlook(to limit: Double) -> Outlook {
        if newest.value >= limit { return .passed }
        let slope = perBatch.value
        if slope == 0 { return .flat }
        if slope < 0 { return .shrinking }
        guard let expected = firstStep(where: { $0.value >= limit }) else { return .flat }
        let earliest = firstStep { $0.high >= limit } ?? expected
        // Where the slope may be 0 by its interval, no batch is the last in which it can happen.
        let latest = perBatch.low > 0 ? firstStep { $0.low >= limit } : nil
        let pace = secondsPerBatch
        return .reached(
            Moment(
                batches: expected, batchID: newest.batchID + expected, earliestBatchID: newest.batchID + earliest,
                latestBatchID: latest.map { newest.batchID + $0 },
                time: newest.time + Double(expected) * max(pace.value, 0),
                earliestTime: newest.time + Double(earliest) * max(pace.low, 0),
                latestTime: latest.map { newest.time + Double($0) * max(pace.high, 0) }))
    }

    /// The first number of batches for which a forecast has a property that it keeps from then on.
    private func firstStep(where isReached: (Estimate) -> Bool) -> Int? {
        var (low, high) = (0.0, 1.0)
        while !isReached(values.estimate(after: high)) {
            (low, high) = (high, high * 2)
            guard high <= Self.farthest else { return nil }
        }
        while high - low > 1 {
            let middle = ((low + high) / 2).rounded(.down)
            if isReached(values.estimate(after: middle)) { high = middle } else { low = middle }
        }
        return Int(high)
    }
}
