/// Batches in which assets are scored again, change their industry and tie; with gaps and empty batches.
public struct RandomHistory {
    /// Number and assets of each batch, in order.
    public var batches: [(number: Int, assets: [TestAsset])] = []

    /// Makes the same history for the same seed.
    public init(seed: UInt64, batches count: Int = 9) {
        var random = SeededRandom(seed: seed)
        var number = Int.random(in: 0...5, using: &random)
        for _ in 0..<count {
            let size = Int.random(in: 0...14, using: &random)
            let ids = (0..<24).map(ulid).shuffled(using: &random).prefix(size)
            let assets = ids.map { id in
                TestAsset(
                    id, Double(Int.random(in: -1...7, using: &random)) / 8,
                    ["food", "food", "food", "cars", "cars", "hair care"].randomElement(using: &random) ?? "food")
            }
            batches.append((number, assets))
            number += [1, 1, 1, 2, 4].randomElement(using: &random) ?? 1
        }
    }

    /// The batches of the window that ends with one, by position; nil while it is not full.
    public func window(endingAt position: Int, size: Int) -> ArraySlice<(number: Int, assets: [TestAsset])>? {
        position >= size - 1 ? batches[(position - size + 1)...position] : nil
    }
}
