internal import Foundation

/// How a table grows, and when it will have grown to a limit: a straight line through its newest measurements.
///
/// The line is that of least squares against the batches, counted 0, 1, 2, …: never a single spot, for files grow by
/// whole pages. Its textbook interval takes the measurements for independent. They are not: what one batch adds stays.
/// So each interval is the wider of two: that of the line (Draper and Smith, *Applied Regression Analysis*, third
/// edition, section 1.4), and that of a random walk with drift (Hyndman and Athanasopoulos, *Forecasting: Principles
/// and Practice*, third edition, section 5.5). Both take their quantile from Student's t with n − 2 degrees of freedom.
///
/// Of bytes, steps that happened once, without rows that explain them, do not bend the line; the intervals know them.
///
/// Batches come in bursts as well as by the day, so time is not a second line of its own: it is the batches, at the
/// pace of the same measurements.
public struct GrowthForecast: Sendable, Hashable {
    /// A measurement.
    public struct Point: Sendable, Hashable {
        /// The batch after which it was taken.
        public let batchID: Int
        /// When, in seconds since 1970.
        public let time: Double
        /// Bytes, rows, or whatever else grows.
        public let value: Double

        /// Rows at that moment, where the value is the bytes of a table: they tell growth from steps that happen once.
        public let rows: Double?

        /// Makes a point.
        public init(batchID: Int, time: Double, value: Double, rows: Double? = nil) {
            (self.batchID, self.time, self.value, self.rows) = (batchID, time, value, rows)
        }
    }

    /// A figure with the interval that holds it by the confidence of the forecast.
    public struct Estimate: Sendable, Hashable {
        /// The most likely figure.
        public let value: Double
        /// The interval's lower end.
        public let low: Double
        /// The interval's upper end.
        public let high: Double
    }

    /// How many measurements count unless told otherwise.
    public static let usualBatchCount = 20
    /// The fewest measurements that allow a forecast.
    public static let fewestBatches = 3

    /// Measurements that it rests on.
    public let batchCount: Int
    /// The newest of them.
    public let newest: Point
    /// How often an interval holds the truth, were the growth as the two models take it.
    public let confidence: Double
    let values: Trend
    let times: Trend

    /// Fits the newest measurements; nil for fewer than three.
    ///
    /// - Parameters:
    ///   - points: measurements in the order of their batches.
    ///   - count: how many of the newest count, at least 3.
    ///   - confidence: between 0 and 1.
    public init?(
        _ points: [Point], last count: Int = Self.usualBatchCount, confidence: Double = 0.95
    ) {
        let window = points.suffix(max(count, Self.fewestBatches))
        let values = window.map(\.value)
        let rows = window.compactMap(\.rows)
        let settled = rows.count == values.count ? SettledBytes.settle(values, rows: rows) : values
        guard let newest = window.last, let values = Trend(values, settled: settled, confidence),
            let times = Trend(window.map(\.time), confidence)
        else { return nil }
        (batchCount, self.newest, self.confidence) = (window.count, newest, confidence)
        (self.values, self.times) = (values, times)
    }

    /// What a batch adds.
    public var perBatch: Estimate { values.slope }
    /// Standard error of that: the larger of the two models'.
    public var standardError: Double { values.standardError }
    /// Seconds from one batch to the next.
    public var secondsPerBatch: Estimate { times.slope }
    /// What a day adds at that pace; nil where no time passed between the batches.
    public var perDay: Double? { times.slope.value > 0 ? perBatch.value * 86_400 / secondsPerBatch.value : nil }

    /// What is to be expected so many batches after the newest.
    public func value(after batches: Int) -> Estimate { values.estimate(after: Double(batches)) }
}

/// A line through values at equal distances, with honest intervals.
struct Trend: Sendable, Hashable {
    private let fit: LinearFit
    /// Sample standard deviation of the steps from one value to the next.
    private let stepDeviation: Double
    private let quantile: Double

    /// Nil for fewer than 3 values.
    ///
    /// - Parameter settled: the values that the line goes through, where these are others.
    init?(_ values: [Double], settled: [Double]? = nil, _ confidence: Double) {
        guard let fit = LinearFit((settled ?? values).enumerated().map { (Double($0.offset), $0.element) }) else {
            return nil
        }
        self.fit = fit
        let steps = zip(values.dropFirst(), values).map { $0 - $1 }
        let mean = steps.reduce(0, +) / Double(steps.count)
        let squares = steps.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        stepDeviation = (squares / Double(steps.count - 1)).squareRoot()
        quantile = StudentT.quantile((1 + confidence) / 2, degrees: Double(values.count - 2))
    }

    /// Standard error of the slope: s / √Σ(x − x̄)² of the line, or σ / √(n − 1) of a random walk's drift.
    var standardError: Double {
        max(fit.slopeStandardError, stepDeviation / Double(fit.count - 1).squareRoot())
    }

    /// What each step adds.
    var slope: GrowthForecast.Estimate {
        .init(
            value: fit.slope, low: fit.slope - quantile * standardError, high: fit.slope + quantile * standardError)
    }

    /// What is to be expected h steps after the last: within t · s · √(1 + 1/n + (x − x̄)² / Σ(x − x̄)²) by the line, or
    /// t · σ · √(h · (1 + h / (n − 1))) by a random walk with drift.
    func estimate(after steps: Double) -> GrowthForecast.Estimate {
        let n = Double(fit.count)
        let x = n - 1 + steps
        let line = fit.residualDeviation * (1 + 1 / n + (x - fit.meanX) * (x - fit.meanX) / fit.sxx).squareRoot()
        let walk = stepDeviation * (steps * (1 + steps / (n - 1))).squareRoot()
        let half = quantile * max(line, walk)
        let value = fit.value(at: x)
        return .init(value: value, low: value - half, high: value + half)
    }
}
