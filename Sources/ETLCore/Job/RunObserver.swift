/// Is told how a run goes on; for progress on a terminal and for logs.
public protocol RunObserver: AnyObject {
    /// The plan is made: so many batches are to be applied.
    func runPlanned(pending: Int, skipped: Int)
    /// A batch begins.
    func batchStarted(_ source: BatchSource)
    /// So many rows and bytes of the batch have been read and sent.
    func rowsStaged(_ rows: Int, bytes: Int)
    /// The rows are all there; the database is at work on the next step.
    func stepStarted(_ step: BatchStep)
    /// A batch ended well.
    func batchFinished(_ report: BatchReport)
}

/// The steps of a batch, in their order.
public enum BatchStep: String, Sendable, CaseIterable {
    /// Reading and staging the raw rows.
    case stage
    /// Telling accepted from rejected rows.
    case classify
    /// Counting the batch, ranking the window, loading scores and snapshots.
    case load
    /// Measuring distributions, drift and growth.
    case measure
    /// Writing the ledger.
    case ledger
}
