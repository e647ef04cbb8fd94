internal import PostgresClient

/// What loading a batch has changed, as the statements that did it counted it.
struct LoadCounts {
    /// Rows that left `window_assets`.
    let prunedAssets: Int
    /// Rows that `batch_distributions` gained.
    let distinctScores: Int
    /// Assets that `scores` lacked.
    let newScores: Int
    /// Snapshots appended.
    let snapshots: Int
    /// Sum of their hashes.
    let snapshotChecksum: String

    /// Reads the results of the statements.
    ///
    /// - Parameters:
    ///   - pruned: of `prune_window`.
    ///   - counted: of `count_batch`.
    ///   - scores: of the statement that loaded `scores`.
    ///   - snapshots: of the statement that summed the snapshots; nil where there are none yet.
    init(pruned: Rows, counted: Rows, scores: Rows?, snapshots: Rows? = nil) throws {
        prunedAssets = pruned.affectedCount
        distinctScores = counted.affectedCount
        guard let row = scores?.first else { throw JobError(.defect, "scores: no count of what was loaded") }
        newScores = try row.get("new_count")
        guard let snapshots else {
            (self.snapshots, snapshotChecksum) = (0, "0")
            return
        }
        guard let sums = snapshots.first else { throw JobError(.defect, "percentile_snapshots: no sums") }
        self.snapshots = try sums.get("snapshot_count")
        snapshotChecksum = try sums.get("snapshot_checksum")
    }
}
