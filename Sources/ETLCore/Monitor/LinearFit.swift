internal import Foundation

/// A straight line through points by ordinary least squares.
///
/// Formulas: Draper and Smith, *Applied Regression Analysis*, third edition, sections 1.2 to 1.7.
public struct LinearFit: Sendable, Hashable {
    /// Points that it goes through, at least 3.
    public let count: Int
    /// Means of the points.
    let meanX: Double
    let meanY: Double
    /// Σ(x − x̄)².
    let sxx: Double
    /// Units of y for each unit of x.
    public let slope: Double
    /// Standard deviation of the points about the line: √(Σ(y − ŷ)² / (n − 2)).
    public let residualDeviation: Double

    /// Standard error of the slope: s / √Σ(x − x̄)².
    public var slopeStandardError: Double { residualDeviation / sxx.squareRoot() }

    /// Fits a line; nil for fewer than 3 points, or where all have the same x.
    public init?(_ points: [(x: Double, y: Double)]) {
        guard points.count >= 3 else { return nil }
        let n = Double(points.count)
        let (meanX, meanY) = (points.map(\.x).reduce(0, +) / n, points.map(\.y).reduce(0, +) / n)
        let sxx = points.map { ($0.x - meanX) * ($0.x - meanX) }.reduce(0, +)
        guard sxx > 0 else { return nil }
        let slope = points.map { ($0.x - meanX) * ($0.y - meanY) }.reduce(0, +) / sxx
        let squares = points.map { point in
            let residual = point.y - meanY - slope * (point.x - meanX)
            return residual * residual
        }
        (count, self.meanX, self.meanY, self.sxx, self.slope) = (points.count, meanX, meanY, sxx, slope)
        residualDeviation = (squares.reduce(0, +) / (n - 2)).squareRoot()
    }

    /// The line at x.
    public func value(at x: Double) -> Double { meanY + slope * (x - meanX) }
}

/// Student's t distribution.
enum StudentT {
    /// The quantile of a probability between 0 and 1: P(T ≤ quantile) = probability.
    ///
    /// - Parameter degrees: degrees of freedom, above 0.
    static func quantile(_ probability: Double, degrees: Double) -> Double {
        guard probability != 0.5 else { return 0 }
        let tail = min(probability, 1 - probability)
        var (low, high) = (0.0, 1.0)
        while upperTail(high, degrees: degrees) > tail { (low, high) = (high, high * 2) }
        // Halving to the last bit: the tail falls as t grows.
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { break }
            if upperTail(middle, degrees: degrees) > tail { low = middle } else { high = middle }
        }
        return probability < 0.5 ? -high : high
    }

    /// P(T > t) for t ≥ 0: half the regularised incomplete beta function (Abramowitz and Stegun 26.7.1).
    static func upperTail(_ t: Double, degrees: Double) -> Double {
        incompleteBeta(degrees / (degrees + t * t), a: degrees / 2, b: 0.5) / 2
    }

    /// The regularised incomplete beta function I_x(a, b), by its continued fraction (NIST DLMF 8.17.22), evaluated by
    /// the method of Lentz.
    static func incompleteBeta(_ x: Double, a: Double, b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast on this side only.
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, a: b, b: a) }
        let logBeta: Double = lgamma(a) + lgamma(b) - lgamma(a + b)
        let powers: Double = a * log(x) + b * log(1 - x)
        let front = exp(powers - logBeta) / a
        let tiny = 1e-300
        var (c, d) = (1.0, 1 / nonzero(1 - (a + b) * x / (a + 1), tiny))
        var fraction = d
        for index in 1...500 {
            let m = Double(index)
            let step: Double = a + 2 * m
            let even: Double = m * (b - m) * x / ((step - 1) * step)
            let odd: Double = (a + m) * (a + b + m) * x / (step * (step + 1))
            for term in [even, -odd] {
                d = 1 / nonzero(1 + term * d, tiny)
                c = nonzero(1 + term / c, tiny)
                fraction *= c * d
            }
            if abs(c * d - 1) < 1e-15 { break }
        }
        return front * fraction
    }

    private static func nonzero(_ value: Double, _ tiny: Double) -> Double { abs(value) < tiny ? tiny : value }
}
