/// Writes synthetic raw batches that look like the real ones, dirt included, the same for the same seed.
///
/// A batch depends on the seed, its number and the number of assets alone: batch 7 has the same bytes
/// whether 8 or 20 batches are written, on every platform. Memory stays constant whatever the size.
public struct SampleGenerator: Sendable {
    /// The seed of the batches committed with the project.
    ///
    /// Of the first 200 seeds the one whose 20 batches of 400 come nearest to the figures of the real ones.
    public static let defaultSeed: UInt64 = 34

    /// The folder that receives `batch_<N>.json`; created with its parents where missing.
    public let outputFolder: String
    /// How many batches are written.
    public let batches: Int
    /// Rows in each batch, the dirty ones included.
    public let assets: Int
    /// The seed from which everything follows.
    public let seed: UInt64
    /// The number of the first batch.
    public let firstBatch: Int
    /// Decimals that scores are rounded to; nil writes the shortest text that reads back as the same double.
    public let decimals: Int?
    /// Share of a batch's rows that score an asset of the preceding batch again, 0…1; batch 0 has none.
    public let rescoredShare: Double
    /// Whether batch files that exist already are replaced.
    public let overwrite: Bool

    /// Checks the arguments; nothing is written yet.
    ///
    /// - Throws: `SampleError.invalidArgument`.
    public init(
        outputFolder: String,
        batches: Int = 20,
        assets: Int = 400,
        seed: UInt64 = SampleGenerator.defaultSeed,
        firstBatch: Int = 0,
        decimals: Int? = 4,
        rescoredShare: Double = 0,
        overwrite: Bool = false
    ) throws(SampleError) {
        try Self.require(
            !outputFolder.isEmpty && !outputFolder.utf8.contains(0),
            "output folder", "must be a path, without a zero byte")
        try Self.require(batches >= 1, "batches", "must be at least 1, is \(batches)")
        try Self.require(assets >= 0, "assets", "must be at least 0, is \(assets)")
        try Self.require(firstBatch >= 0, "first batch", "must be at least 0, is \(firstBatch)")
        try Self.require(
            (0...15).contains(decimals ?? 0), "decimals", "must be 0 to 15, are \(decimals ?? 0)")
        try Self.require(
            (0...1).contains(rescoredShare), "rescored share", "must be 0 to 1, is \(rescoredShare)")

        let (lastBatch, overflow) = firstBatch.addingReportingOverflow(batches - 1)
        try Self.require(
            !overflow && lastBatch <= Int(Int32.max),
            "batches", "would need a batch number above \(Int32.max)")
        try Self.require(
            SampleAssets.timeFits(assetsPerBatch: assets, lastBatch: lastBatch),
            "assets", "are so many that the time of batch \(lastBatch) does not fit a ULID")

        self.outputFolder = outputFolder
        self.batches = batches
        self.assets = assets
        self.seed = seed
        self.firstBatch = firstBatch
        self.decimals = decimals
        self.rescoredShare = rescoredShare
        self.overwrite = overwrite
    }

    /// Writes all batches, each under a temporary name that is renamed when it is complete.
    ///
    /// Existing files are looked for before anything is written. After an error the batches finished
    /// before it stay; of the one in hand nothing is left.
    ///
    /// - Parameter progress: Called after each finished file; what it throws stops the generation.
    /// - Returns: What was written.
    /// - Throws: `SampleError`, or what `progress` throws.
    @discardableResult
    public func generate(progress: (SampleFile) throws -> Void = { _ in }) throws -> SampleSummary {
        let numbers = firstBatch..<(firstBatch + batches)
        if !overwrite {
            for number in numbers where SampleFileWriter.exists(path(ofBatch: number)) {
                throw SampleError.fileExists(path: path(ofBatch: number))
            }
        }
        try SampleFileWriter.createFolder(outputFolder)

        var buffer = SampleBuffer(capacity: SampleBatch.flushSize + SampleBatch.maximumRowSize)
        var summary = SampleSummary()
        for number in numbers {
            let writer = try SampleFileWriter(path: path(ofBatch: number))
            var batch = SampleBatch(number: number, of: self)
            try batch.write(to: writer, through: &buffer)
            try writer.commit()
            let file = SampleFile(batch: number, path: writer.path, rows: assets, bytes: writer.bytesWritten)
            summary.add(file)
            try progress(file)
        }
        return summary
    }

    /// The file of one batch.
    public func path(ofBatch number: Int) -> String {
        let separator = outputFolder.hasSuffix("/") ? "" : "/"
        return "\(outputFolder)\(separator)batch_\(number).json"
    }

    private static func require(
        _ condition: Bool, _ name: String, _ problem: @autoclosure () -> String
    ) throws(SampleError) {
        if !condition { throw .invalidArgument(name: name, problem: problem()) }
    }
}
