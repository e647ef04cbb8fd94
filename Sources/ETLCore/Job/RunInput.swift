/// Where a run takes its batches from.
public enum RunInput: Sendable {
    /// Files or standard input, in the order of their numbers.
    case batches([BatchSource])
    /// A query on another database.
    case query(SourceQuery)
    /// What the inference pipeline has left in `inference_results`.
    case inbox(Inbox)
}
