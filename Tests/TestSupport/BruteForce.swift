public import ETLCore

/// Percentiles by counting pairs: slow, obvious, and independent of the SQL.
public enum BruteForce {
    /// What the job should hold after some batches.
    public struct Result {
        /// By as-of batch and id.
        public var snapshots: [Int: [String: Double]] = [:]
        /// By id; nil is NULL.
        public var scores: [String: Double?] = [:]

        /// Nothing loaded yet.
        public init() {}
    }

    /// The percentile of a score among the scores of a window's industry.
    public static func percentile(_ score: Double, in scores: [Double], _ method: PercentileMethod) -> Double? {
        let lower = Double(scores.count { $0 < score })
        let equal = Double(scores.count { $0 == score })
        let all = Double(scores.count)
        if all == 0 { return nil }
        if equal == 0 { return 100 * lower / all }
        switch method {
        case .percentRank: return all == 1 ? 0 : 100 * lower / (all - 1)
        case .cumeDist: return 100 * (lower + equal) / all
        case .averageRank: return 100 * (lower + (equal + 1) / 2) / all
        case .midRank: return 100 * (lower + equal / 2) / all
        }
    }

    /// Loads batches of accepted assets, in order.
    public static func load(
        _ batches: [[TestAsset]], method: PercentileMethod = .percentRank, windowSize: Int = 3,
        rescore: Rescore = .window
    ) -> Result {
        var result = Result()
        var latest: [String: TestAsset] = [:]
        for (number, batch) in batches.enumerated() {
            for asset in batch { latest[asset.id] = asset }
            guard number >= windowSize - 1 else {
                for asset in batch { result.scores[asset.id] = .some(nil) }
                continue
            }
            let window = batches[(number - windowSize + 1)...number].flatMap { $0 }
            let byIndustry = Dictionary(grouping: window, by: \.industry).mapValues { $0.map(\.score) }
            var lastOfID: [String: TestAsset] = [:]
            for asset in window { lastOfID[asset.id] = asset }
            result.snapshots[number] = lastOfID.compactMapValues {
                percentile($0.score, in: byIndustry[$0.industry] ?? [], method)
            }
            for (id, percentile) in result.snapshots[number] ?? [:] { result.scores[id] = percentile }
            guard rescore == .all else { continue }
            for (id, asset) in latest {
                result.scores[id] = percentile(asset.score, in: byIndustry[asset.industry] ?? [], method)
            }
        }
        return result
    }
}
