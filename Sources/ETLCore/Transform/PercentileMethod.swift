/// How a percentile is computed from the counts `n_lt` (lower), `n_eq` (the same) and `n` (in all).
///
/// A score that does not occur in the window has percentile `100·n_lt/n` by every method. The formulas stand in
/// the SQL function `percentile_from_counts`.
public enum PercentileMethod: String, Sendable, CaseIterable, Codable {
    /// `100·n_lt/(n−1)`, 0 if n = 1: PostgreSQL's `percent_rank()`.
    case percentRank = "percent_rank"
    /// `100·(n_lt+n_eq)/n`: PostgreSQL's `cume_dist()`, scipy's `weak`.
    case cumeDist = "cume_dist"
    /// `100·(n_lt+(n_eq+1)/2)/n`: pandas' `rank(pct=True)`, scipy's `rank`.
    case averageRank = "average_rank"
    /// `100·(n_lt+n_eq/2)/n`: scipy's `mean`.
    case midRank = "mid_rank"
}

/// Which assets get a new percentile in `scores` at each batch.
public enum Rescore: String, Sendable, CaseIterable, Codable {
    /// Those of the window.
    case window
    /// Every asset ever scored.
    case all
}
