/// A row of values as a row of bars, a character each.
public struct Sparkline: Sendable {
    private static let bars = Array("▁▂▃▄▅▆▇█")

    /// The bars; a blank where there is no value.
    public let text: String

    /// Draws values with the threshold half way up: a bar in the upper half (▅ to █) has reached it.
    ///
    /// Twice the threshold and more is a full bar.
    public init(_ values: [Double?], threshold: Double) {
        self.init(values, from: 0, to: 2 * threshold)
    }

    /// Draws values from the lowest bar at the smallest of them, or 0 where that is lower, to the highest bar at the
    /// largest, or 0 where that is higher.
    public init(_ values: [Double?]) {
        let known = values.compactMap { $0 }
        self.init(values, from: min(known.min() ?? 0, 0), to: max(known.max() ?? 0, 0))
    }

    private init(_ values: [Double?], from lowest: Double, to highest: Double) {
        let count = Double(Self.bars.count)
        text = String(
            values.map { value in
                guard let value else { return " " }
                guard highest > lowest else { return value > highest ? "█" : "▁" }
                let level = (value - lowest) / (highest - lowest) * count
                return Self.bars[Int(max(0, min(count - 1, level.rounded(.down))))]
            })
    }
}
