/// The assets of all batches, each found from (batch, row) without the rows before it.
///
/// Ids are ULIDs as the real ones: about a hundred rows share a millisecond, the next group comes 8 ms
/// later, and each batch has a time slot of its own. Within a millisecond 80 random bits tell ids apart.
struct SampleAssets {
    /// One asset: the two parts of its ULID and the position of its industry.
    struct Asset {
        /// Milliseconds since 1970.
        var time: UInt64
        /// Two times 40 random bits, the low ones of each.
        var random: (UInt64, UInt64)
        var industry: Int
    }

    /// 2023-01-01 00:00:00 UTC, after the real batches.
    static let baseTime: UInt64 = 1_672_531_200_000
    private static let groupSize = 100
    private static let timeStep = 8

    private let seed: UInt64
    private let batch: Int
    private let slot: UInt64
    /// 2³² times the share of rows that carry a new asset.
    private let renewal: UInt64
    private let phases: SplitMix64
    private let own: Streams

    init(seed: UInt64, batch: Int, assetsPerBatch: Int, rescoredShare: Double) {
        self.seed = seed
        self.batch = batch
        slot = Self.slot(assetsPerBatch: assetsPerBatch)
        renewal = UInt64(((1 - rescoredShare) * 0x1p32).rounded())
        phases = SplitMix64(seed: seed, purpose: 1)
        own = Streams(seed: seed, batch: batch)
    }

    /// The asset that a row scores: a new one, or that of the same row in the preceding batch.
    func asset(atRow row: Int) -> Asset {
        let origin = originBatch(ofRow: row)
        let streams = origin == batch ? own : Streams(seed: seed, batch: origin)
        let first = streams.ids.number(at: 2 * row)
        let second = streams.ids.number(at: 2 * row + 1)
        let group = streams.group(ofRow: row, size: Self.groupSize)
        return Asset(
            time: Self.baseTime + UInt64(origin) * slot + UInt64(group * Self.timeStep),
            random: (first & 0xff_ffff_ffff, second & 0xff_ffff_ffff),
            industry: Int(((first >> 40) * UInt64(SampleIndustry.all.count)) >> 24))
    }

    /// The batch in which the asset of this row was new.
    ///
    /// A row gets its m-th new asset in the first batch b with ⌊b·renewal + phase⌋ = m, in units of 2⁻³²,
    /// so that over all rows the share `renewal` is new in every batch.
    private func originBatch(ofRow row: Int) -> Int {
        if renewal == 1 << 32 { return batch }
        if renewal == 0 { return 0 }
        let phase = phases.number(at: row) >> 32
        let renewals = (UInt64(batch) * renewal + phase) >> 32
        return renewals == 0 ? 0 : Int(((renewals << 32) - phase + renewal - 1) / renewal)
    }

    private struct Streams {
        let ids: SplitMix64
        let groups: SplitMix64

        init(seed: UInt64, batch: Int) {
            ids = SplitMix64(seed: seed, purpose: 2, batch: batch)
            groups = SplitMix64(seed: seed, purpose: 3, batch: batch)
        }

        /// Group k starts at row k·size, shifted by up to 32 rows; group 0 at row 0.
        func group(ofRow row: Int, size: Int) -> Int {
            let nearest = (row + size / 2) / size
            if nearest == 0 { return 0 }
            let start = nearest * size - 32 + Int(groups.number(at: nearest) >> 58)
            return row < start ? nearest - 1 : nearest
        }
    }
}

extension SampleAssets {
    /// Milliseconds between the first ids of two batches.
    private static func slot(assetsPerBatch: Int) -> UInt64 {
        UInt64(timeStep) * UInt64(assetsPerBatch / groupSize + 2)
    }

    /// Whether the times of all batches fit the 48 bits of a ULID.
    static func timeFits(assetsPerBatch: Int, lastBatch: Int) -> Bool {
        let (span, overflow) = slot(assetsPerBatch: assetsPerBatch)
            .multipliedReportingOverflow(by: UInt64(lastBatch) + 1)
        return !overflow && span < (1 << 48) - baseTime
    }
}
