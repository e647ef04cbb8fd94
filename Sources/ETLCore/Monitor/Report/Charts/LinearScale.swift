internal import Foundation

/// Maps values to places on a chart, in proportion.
struct LinearScale: Hashable, Sendable {
    /// The values that are shown.
    let domain: ClosedRange<Double>
    /// The place of the lowest value.
    let start: Double
    /// The place of the highest value; smaller than `start` where the axis points up.
    let end: Double

    /// Makes a scale; a domain without extent is widened, so that its value stands in the middle.
    init(_ domain: ClosedRange<Double>, from start: Double, to end: Double) {
        let hasExtent = domain.upperBound > domain.lowerBound
        let margin = max(abs(domain.lowerBound) * 0.05, 1e-9)
        self.domain = hasExtent ? domain : (domain.lowerBound - margin)...(domain.upperBound + margin)
        (self.start, self.end) = (start, end)
    }

    /// The place of a value; values beyond the domain are placed at its edge.
    func callAsFunction(_ value: Double) -> Double {
        let share = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return start + (end - start) * min(max(share, 0), 1)
    }
}

/// The values at which an axis is labelled: multiples of 1, 2 or 5 times a power of ten.
struct Ticks: Hashable, Sendable {
    /// The labelled values, in order.
    let values: [Double]
    /// Decimals that tell them apart.
    let places: Int

    /// Makes about so many ticks within a range.
    init(in range: ClosedRange<Double>, about count: Int) {
        let extent = range.upperBound - range.lowerBound
        guard extent > 0, extent.isFinite, count > 0 else {
            (values, places) = ([range.lowerBound], 2)
            return
        }
        let step = Self.step(near: extent / Double(count))
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        // The multiples are counted, not added up: no rounding errors in sum; and zero is never minus zero.
        values = first <= last ? (0...Int(last - first)).map { (first + Double($0)) * step + 0 } : [range.lowerBound]
        places = max(0, Int(-(log10(step) + 1e-9).rounded(.down)))
    }

    /// The multiple of 1, 2 or 5 times a power of ten that is nearest to a value, by their ratio.
    static func step(near value: Double) -> Double {
        let power = pow(10, (log10(value) + 1e-12).rounded(.down))
        for (factor, bound) in [(1.0, 2.0), (2, 10), (5, 50)] where value / power < bound.squareRoot() {
            return factor * power
        }
        return 10 * power
    }

    /// The smallest of 1, 2 or 5 times a power of ten that is no less than a value.
    static func step(atLeast value: Double) -> Double {
        let power = pow(10, (log10(value) + 1e-12).rounded(.down))
        for factor in [1.0, 2, 5] where factor * power >= value * (1 - 1e-9) { return factor * power }
        return 10 * power
    }
}
