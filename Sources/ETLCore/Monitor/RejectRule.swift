internal import Foundation

/// Tells whether a batch has more rejected rows than is usual, by the batches before it.
///
/// It has where its share of rejected rows is more than three standard deviations above the mean share of the up to 20
/// batches before it, and where, at that mean, chance alone would bring so many rows less than once in 1,000 batches.
/// The first half keeps large batches quiet whose shares vary from day to day, the second one small batches with their
/// handful of rows. With fewer than five batches before it, nothing is said. The view `batch_rejects` says the same.
struct RejectRule: Sendable {
    /// How many rows of a batch were read, and how many of these rejected.
    struct Count: Sendable, Hashable {
        var read: Int
        var rejected: Int
        var share: Double { Double(rejected) / Double(max(read, 1)) }
    }

    static let longestHistory = 20
    static let shortestHistory = 5
    private static let deviations = 3.0
    private static let leastChance = 0.001

    /// - Parameters:
    ///   - batch: the batch in question.
    ///   - earlier: the batches before it, the newest last.
    static func isUnusual(_ batch: Count, after earlier: [Count]) -> Bool {
        let history = earlier.suffix(longestHistory).filter { $0.read > 0 }
        guard history.count >= shortestHistory, batch.read > 0 else { return false }
        let shares = history.map(\.share)
        let mean = shares.reduce(0, +) / Double(shares.count)
        let squares = shares.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        let deviation = (squares / Double(shares.count - 1)).squareRoot()
        guard batch.share > mean + deviations * deviation else { return false }
        // Laplace's rule of succession: after 2,000 good rows, one bad row is no surprise.
        let rejected = history.map(\.rejected).reduce(1, +)
        let read = history.map(\.read).reduce(2, +)
        return chance(ofAtLeast: batch.rejected, of: batch.read, at: Double(rejected) / Double(read)) < leastChance
    }

    /// Probability of at least so many successes in so many trials: the upper tail of the binomial distribution.
    static func chance(ofAtLeast count: Int, of trials: Int, at probability: Double) -> Double {
        let (k, n, p) = (Double(count), Double(trials), probability)
        // Below the mean the tail is most of the distribution, and nobody asks for it exactly.
        guard k > n * p else { return 1 }
        guard k <= n else { return 0 }
        let logOfWays: Double = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        let logOfEach: Double = k * log(p) + (n - k) * log1p(-p)
        var term: Double = exp(logOfWays + logOfEach)
        let odds = p / (1 - p)
        var sum = 0.0
        var i = k
        while term > sum * 1e-15, i <= n {
            sum += term
            term *= (n - i) / (i + 1) * odds
            i += 1
        }
        return min(sum, 1)
    }
}
