internal import PostgresClient

/// What the page shows, as it was read in one snapshot of the database.
struct ReportData: Sendable {
    /// Sums over the whole ledger.
    struct Totals: Sendable {
        var batchCount = 0
        var readCount = 0
        var acceptedCount = 0
        var rejectedCount = 0
        /// Median of the pauses between the newest batches; nil where there is at most one.
        var usualPause: Double?
        /// Seconds since the last batch was applied; nil for an empty ledger.
        var age: Double?
        /// When the page was made, in UTC.
        var madeAt = ""
    }

    /// One row of the ledger.
    struct Batch: Sendable {
        var id: Int
        var source: String
        var read: Int
        var accepted: Int
        var rejected: Int
        var windowFirst: Int?
        var windowSize: Int
        var method: String
        var snapshots: Int
        var appliedAt: String
        var seconds: Double
        /// Rows by reason; a row may have several.
        var reasons: [String: Int] = [:]
    }

    /// Quantiles of one industry's window.
    struct Quantiles: Sendable {
        var batch: Int
        var count: Int
        var mean: Double
        /// At 5, 25, 50, 75 and 95 %.
        var values: [Double]
    }

    /// One measurement of drift.
    struct Drift: Sendable {
        var batch: Int
        var referenceFirst: Int
        var referenceLast: Int
        var currentFirst: Int
        var referenceCount: Int
        var currentCount: Int
        var ks: Double?
        var pValue: Double?
        var psi: Double?
        var psiCritical: Double?
        /// In units of the score.
        var rawDistance: Double?
        /// In standard deviations of the reference; nil where the reference does not vary.
        var distance: Double?
        var shift: Double?
        var mixPValue: Double?
        var slope: Double?
        var expected: Double?
        var isBeyondTrend: Bool?
        var alpha: Double
        var minimumEffect: Double
        var industryCount: Int
        var drifted: Bool
        var isAlarm: Bool

        /// Whether both sides have rows.
        var isMeasured: Bool { referenceCount > 0 && currentCount > 0 }
        /// Whether an industry of the reference has no rows any more.
        var isGone: Bool { referenceCount > 0 && currentCount == 0 }
    }

    /// The size of a table after a batch.
    struct Size: Sendable {
        var batch: Int
        /// When it was measured, in seconds since 1970.
        var time: Double
        var rows: Int
        var bytes: Int
        var heap: Int
        var index: Int
        var toast: Int
    }

    /// An asset whose percentile changed.
    struct Mover: Sendable {
        var id: String
        var industry: String
        var score: Double
        var before: Double
        var after: Double
        var change: Double { after - before }
    }

    /// A name and what belongs to it, in the order of the names.
    struct Series<Element: Sendable>: Sendable {
        var name: String
        var elements: [Element]
    }

    var totals = Totals()
    var thinning = Thinning([], recent: 1, older: 1)
    var batches: [Batch] = []
    var quantiles: [Series<Quantiles>] = []
    var preceding: [Series<Drift>] = []
    var baseline: [Series<Drift>] = []
    var sizes: [Series<Size>] = []
    var movers: [Mover] = []
    /// The batch before the newest, which the movers are compared with.
    var previousBatch: Int?

    var newest: Batch? { batches.last }
}
