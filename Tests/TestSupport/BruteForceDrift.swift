import Foundation

/// Figures of drift from every single score: slow, obvious, and independent of the SQL.
public enum BruteForceDrift {
    /// Two-sample Kolmogorov–Smirnov D: at every score of either sample, the shares at or below it.
    public static func kolmogorovSmirnov(_ reference: [Double], _ current: [Double]) -> Double {
        (reference + current).map { score in
            abs(share(reference) { $0 <= score } - share(current) { $0 <= score })
        }.max() ?? 0
    }

    /// The Kolmogorov limit, by so many terms of either series that more of them change nothing.
    public static func kolmogorov(_ lambda: Double) -> Double {
        if lambda <= 0 { return 1 }
        let square = lambda * lambda
        var sum = 0.0
        if lambda < 1 {
            for term in 1...50 {
                let odd = Double(2 * term - 1) * Double.pi
                sum += exp(-odd * odd / (8 * square))
            }
            return 1 - (2 * Double.pi).squareRoot() / lambda * sum
        }
        for term in 1...100 {
            let sign: Double = term % 2 == 1 ? 1 : -1
            sum += sign * exp(-2 * Double(term * term) * square)
        }
        return 2 * sum
    }

    /// Wasserstein-1: both samples repeated to the same length, sorted, and paired.
    public static func wasserstein(_ reference: [Double], _ current: [Double]) -> Double {
        let left = reference.flatMap { Array(repeating: $0, count: current.count) }.sorted()
        let right = current.flatMap { Array(repeating: $0, count: reference.count) }.sorted()
        return zip(left, right).map { abs($0 - $1) }.reduce(0, +) / Double(left.count)
    }

    /// The population stability index over the reference's deciles, and the bins that hold anything.
    public static func stability(_ reference: [Double], _ current: [Double]) -> (psi: Double, bins: Int) {
        let sorted = reference.sorted()
        let deciles = (1...9).map { tenth in
            let place = Double(tenth) / 10 * Double(sorted.count - 1)
            let below = sorted[Int(place.rounded(.down))]
            return below + (place - place.rounded(.down)) * (sorted[Int(place.rounded(.up))] - below)
        }
        let edges = [-Double.infinity] + Set(deciles).sorted() + [.infinity]
        var (psi, bins) = (0.0, 0)
        for (lower, upper) in zip(edges, edges.dropFirst()) {
            let shares = [reference, current].map { scores in share(scores) { $0 >= lower && $0 < upper } }
            if shares[0] > 0 || shares[1] > 0 { bins += 1 }
            let (before, now) = (max(shares[0], 0.0001), max(shares[1], 0.0001))
            psi += (now - before) * log(now / before)
        }
        return (psi, bins)
    }

    /// Sample standard deviation; nil where there is no spread.
    public static func standardDeviation(_ scores: [Double]) -> Double? {
        guard scores.count > 1, scores.min() != scores.max() else { return nil }
        let middle = mean(scores)
        return (scores.map { ($0 - middle) * ($0 - middle) }.reduce(0, +) / Double(scores.count - 1)).squareRoot()
    }

    /// Arithmetic mean.
    public static func mean(_ scores: [Double]) -> Double { scores.reduce(0, +) / Double(scores.count) }

    private static func share(_ scores: [Double], _ holds: (Double) -> Bool) -> Double {
        Double(scores.count(where: holds)) / Double(scores.count)
    }
}
