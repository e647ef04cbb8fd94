/// Bytes of a table without the steps that happened once: what they grew by for rows, and for nothing else.
///
/// A vacuum makes maps of free space, once. A long query or a backup keeps vacuum and HOT pruning from reusing space, so
/// that for some batches a table grows by more than its new rows need. One such step among twenty would bend a line by
/// a tenth and more, though it does not come again.
enum SettledBytes {
    /// Size of a page.
    private static let page = 8192.0
    /// Fewer steps do not show what is usual.
    private static let fewestSteps = 5
    /// So many standard deviations from the median is no chance (Iglewicz and Hoaglin, *How to Detect and Handle
    /// Outliers*, 1993).
    private static let threshold = 3.5
    /// From the median absolute deviation to the standard deviation of a normal distribution.
    private static let deviationPerMAD = 1.4826

    /// The values as they would be had the steps that happened once been as the others; the newest stays as it is.
    ///
    /// A step is judged by what the rows that came with it explain, so that a large batch is none. Tables that grow by
    /// less than two pages a batch are left alone: theirs are all single steps. Rows explain only where every batch
    /// clearly adds some: those of a window come and go, and bytes divided by the one row more of its median batch are
    /// no size of a row.
    ///
    /// - Parameters:
    ///   - bytes: sizes, the oldest first.
    ///   - rows: rows at the same moments.
    static func settle(_ bytes: [Double], rows: [Double]) -> [Double] {
        let steps = zip(bytes.dropFirst(), bytes).map { $0 - $1 }
        let newRows = zip(rows.dropFirst(), rows).map { $0 - $1 }
        let usual = median(steps)
        guard steps.count >= fewestSteps, abs(usual) >= 2 * page, var value = bytes.last else { return bytes }
        let usualRows = median(newRows)
        let spread = deviationPerMAD * median(newRows.map { abs($0 - usualRows) })
        let bytesPerRow = usualRows > threshold * spread ? usual / usualRows : 0
        let unexplained = zip(steps, newRows).map { $0 - bytesPerRow * $1 }
        let centre = median(unexplained)
        // Files grow by pages: a difference of one is none.
        let deviation = max(deviationPerMAD * median(unexplained.map { abs($0 - centre) }), page)
        var settled = [value]
        for (step, rest) in zip(steps, unexplained).reversed() {
            let isUsual = abs(rest - centre) <= threshold * deviation
            value -= isUsual ? step : step - rest + centre
            settled.append(value)
        }
        return settled.reversed()
    }

    /// The middle value, or the mean of the two in the middle; 0 without values.
    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
