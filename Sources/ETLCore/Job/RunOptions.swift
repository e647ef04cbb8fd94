/// What a run is asked to do.
public struct RunOptions: Sendable {
    /// Folder, file, or `-` for standard input.
    public var path = "batches"
    /// Number for a single file or standard input.
    public var batchID: Int?
    /// How standard input is written.
    public var inputFormat = BatchFormat.jsonArray
    /// Last batch to load; nil for all.
    public var through: Int?
    /// Whether everything is rolled back at the end.
    public var isDryRun = false
    /// Largest share of rejected rows, 0…1, with which a batch is still loaded.
    public var maxRejectRatio = 0.2
    /// Formula of the percentiles; nil for the ledger's.
    public var percentileMethod: PercentileMethod?
    /// Batches in a full window; nil for the ledger's.
    public var windowSize: Int?
    /// Which assets get a new percentile.
    public var rescore = Rescore.window
    /// Whether batch numbers may be missing.
    public var allowsGap = false
    /// Whether a batch without rows may be loaded.
    public var allowsEmpty = false
    /// Lowest and highest score that is accepted.
    public var scoreRange = -10.0...10.0
    /// How often one of the industries may be flagged as drifted without drift.
    public var driftAlpha = 0.01
    /// The drift below which nothing is flagged, in standard deviations of the reference.
    public var driftEffect = 0.2

    /// The defaults.
    public init() {}
}
