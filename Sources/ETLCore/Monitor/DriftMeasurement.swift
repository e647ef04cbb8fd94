internal import PostgresClient

/// How far an industry has moved from a reference, as of one batch.
public struct DriftMeasurement: Sendable, Codable {
    /// What is compared with what.
    public enum Reference: String, Sendable, Codable, CaseIterable {
        /// The new batch with the window before it: sudden change.
        case precedingWindow = "preceding_window"
        /// The current window with the pinned one, by default the first: slow creep.
        case baseline
    }

    /// The name under which all industries are pooled.
    public static let allIndustries = "(all)"

    /// The batch at whose loading it was measured.
    public let asOfBatchID: Int
    /// The industry, or `(all)`.
    public let industry: String
    /// What is compared with what.
    public let reference: Reference
    /// First batch of the reference.
    public let referenceFirstBatchID: Int
    /// Last batch of the reference.
    public let referenceLastBatchID: Int
    /// First batch of what is judged.
    public let currentFirstBatchID: Int
    /// Assets in the reference.
    public let referenceCount: Int
    /// Assets in what is judged.
    public let currentCount: Int
    /// Two-sample Kolmogorov–Smirnov D; nil, as all figures, where either side has no assets.
    public let ksStatistic: Double?
    /// Its p by the Kolmogorov limit.
    public let ksPValue: Double?
    /// Population stability index.
    public let psi: Double?
    /// Its bins.
    public let psiBinCount: Int?
    /// What it exceeds by chance with probability alpha / industries.
    public let psiCriticalValue: Double?
    /// Wasserstein-1, in units of score.
    public let wasserstein: Double?
    /// The same in standard deviations of the reference; nil where it has no spread.
    public let wassersteinInSD: Double?
    /// Difference of the means, in standard deviations of the reference.
    public let meanShiftInSD: Double?
    /// Chi-square of the industries' shares; of `(all)` only.
    public let mixChiSquare: Double?
    /// Its degrees of freedom.
    public let mixDegreesOfFreedom: Int?
    /// Its p.
    public let mixPValue: Double?
    /// Against the baseline: change of the mean shift per batch, of the measurements before this one.
    public let trendSlope: Double?
    /// The mean shift to be expected: by that trend; from the preceding window, the usual one.
    public let trendExpected: Double?
    /// Whether the change is more than that foretells; nil while that cannot be told.
    public let isBeyondTrend: Bool?
    /// How often one of the industries may be flagged without drift.
    public let alpha: Double
    /// The effect below which nothing is flagged, in standard deviations.
    public let minimumEffect: Double
    /// Industries that share alpha.
    public let industryCount: Int
    /// Whether the difference is both significant and large enough.
    public let drifted: Bool
    /// Whether somebody should look.
    public let isAlarm: Bool

    /// What the p must be below to be significant.
    public var pThreshold: Double { alpha / Double(industryCount) }

    enum CodingKeys: String, CodingKey {
        case asOfBatchID = "as_of_batch_id"
        case industry, reference
        case referenceFirstBatchID = "reference_first_batch_id"
        case referenceLastBatchID = "reference_last_batch_id"
        case currentFirstBatchID = "current_first_batch_id"
        case referenceCount = "reference_count"
        case currentCount = "current_count"
        case ksStatistic = "ks_statistic"
        case ksPValue = "ks_p_value"
        case psi
        case psiBinCount = "psi_bin_count"
        case psiCriticalValue = "psi_critical_value"
        case wasserstein
        case wassersteinInSD = "wasserstein_in_sd"
        case meanShiftInSD = "mean_shift_in_sd"
        case mixChiSquare = "mix_chi_square"
        case mixDegreesOfFreedom = "mix_degrees_of_freedom"
        case mixPValue = "mix_p_value"
        case trendSlope = "trend_slope"
        case trendExpected = "trend_expected"
        case isBeyondTrend = "is_beyond_trend"
        case alpha
        case minimumEffect = "minimum_effect"
        case industryCount = "industry_count"
        case drifted
        case isAlarm = "is_alarm"
    }
}

extension DriftMeasurement {
    init(_ row: Row) throws {
        asOfBatchID = try row.get("as_of_batch_id")
        industry = try row.get("industry")
        guard let known = Reference(rawValue: try row.get("reference")) else {
            throw JobError(.defect, "a drift measurement with an unknown reference")
        }
        reference = known
        referenceFirstBatchID = try row.get("reference_first_batch_id")
        referenceLastBatchID = try row.get("reference_last_batch_id")
        currentFirstBatchID = try row.get("current_first_batch_id")
        referenceCount = try row.get("reference_count")
        currentCount = try row.get("current_count")
        ksStatistic = try row.getOptional("ks_statistic")
        ksPValue = try row.getOptional("ks_p_value")
        psi = try row.getOptional("psi")
        psiBinCount = try row.getOptional("psi_bin_count")
        psiCriticalValue = try row.getOptional("psi_critical_value")
        wasserstein = try row.getOptional("wasserstein")
        wassersteinInSD = try row.getOptional("wasserstein_in_sd")
        meanShiftInSD = try row.getOptional("mean_shift_in_sd")
        mixChiSquare = try row.getOptional("mix_chi_square")
        mixDegreesOfFreedom = try row.getOptional("mix_degrees_of_freedom")
        mixPValue = try row.getOptional("mix_p_value")
        trendSlope = try row.getOptional("trend_slope")
        trendExpected = try row.getOptional("trend_expected")
        isBeyondTrend = try row.getOptional("is_beyond_trend")
        alpha = try row.get("alpha")
        minimumEffect = try row.get("minimum_effect")
        industryCount = try row.get("industry_count")
        drifted = try row.get("drifted")
        isAlarm = try row.get("is_alarm")
    }
}
