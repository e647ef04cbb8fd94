/// Moves labels apart that would overlap, as little as it takes.
enum LabelSpread {
    /// Places in the order of the wanted ones, no two closer than a gap, all within a range where there is room.
    ///
    /// Where places are equal, the later one comes first: of coinciding quantiles the highest has the topmost label.
    static func spread(_ wanted: [Double], gap: Double, within range: ClosedRange<Double>) -> [Double] {
        let order = wanted.indices.sorted { (wanted[$0], $1) < (wanted[$1], $0) }
        var places = wanted
        var lowest = range.lowerBound
        for index in order {
            places[index] = max(places[index], lowest)
            lowest = places[index] + gap
        }
        // What was pushed beyond the end is pushed back.
        var highest = range.upperBound
        for index in order.reversed() {
            places[index] = min(places[index], highest)
            highest = places[index] - gap
        }
        return places
    }
}
