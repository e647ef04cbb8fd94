/// Composes the rows of one batch.
struct SampleBatch {
    /// The buffer is written out when it holds this many bytes.
    static let flushSize = 1 << 20
    /// More than any row takes.
    static let maximumRowSize = 256

    /// Chances in 2³² of `"score": "error"`, and of `"score": 99999` with a corrupted label: 1 % each.
    private static let errorChances: UInt64 = 42_949_673
    private static let sentinelChances: UInt64 = 42_949_673

    private let rows: Int
    private let scale: DecimalScale?
    private let assets: SampleAssets
    private let industries = SampleIndustry.all
    private let means: [Double]
    private var random: SplitMix64
    private var normals = NormalSource()

    init(number: Int, of generator: SampleGenerator) {
        rows = generator.assets
        scale = generator.decimals.map(DecimalScale.init)
        assets = SampleAssets(
            seed: generator.seed, batch: number, assetsPerBatch: generator.assets,
            rescoredShare: generator.rescoredShare)
        means = industries.map { $0.mean(ofBatch: number) }
        random = SplitMix64(seed: generator.seed, purpose: 4, batch: number)
    }

    /// Writes the batch as one JSON array on one line, laid out as the real ones.
    mutating func write(
        to writer: SampleFileWriter, through buffer: inout SampleBuffer
    ) throws(SampleError) {
        buffer.removeAll()
        buffer.append("[")
        for row in 0..<rows {
            if row > 0 { buffer.append(", ") }
            appendRow(row, to: &buffer)
            if buffer.count >= Self.flushSize {
                try writer.write(buffer)
                buffer.removeAll()
            }
        }
        buffer.append("]")
        try writer.write(buffer)
    }

    private mutating func appendRow(_ row: Int, to buffer: inout SampleBuffer) {
        let asset = assets.asset(atRow: row)
        let industry = industries[asset.industry]
        let dirt = random.next() >> 32

        buffer.append("{\"id\": \"")
        buffer.appendCrockford(asset.time, digits: 10)
        buffer.appendCrockford(asset.random.0, digits: 8)
        buffer.appendCrockford(asset.random.1, digits: 8)
        buffer.append("\", \"score\": ")
        var label = industry.label
        if dirt < Self.errorChances {
            buffer.append("\"error\"")
        } else if dirt < Self.errorChances + Self.sentinelChances {
            buffer.append("99999")
            label = industry.corruptedLabel
        } else {
            let score =
                means[asset.industry] + industry.standardDeviation * normals.next(from: &random)
            if let scale {
                buffer.appendScore(Int((score * scale.factor).rounded()), scale: scale)
            } else {
                buffer.appendScore(score)
            }
        }
        buffer.append(", \"industry\": \"")
        buffer.append(label)
        buffer.append("\"}")
    }
}
